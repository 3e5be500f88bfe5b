using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Threads;

namespace Sparseland.Tensors;

/// <summary>
/// The product of a matrix's transpose and a vector, y += Aᵀ x. Rows are read in their whole length, eight or four at a time: short pieces of many rows reach two thirds of the
/// bandwidth, because the prefetcher starts anew with each. So the work is cut into blocks of rows, each with sums of its own, which are added in order at the end;
/// columns are cut only where rows are few or so long that their sums would leave the second-level cache. The cut depends on the extents alone.
/// </summary>
internal static unsafe class GemvTransposed
{
    // Below this many multiply-adds waking a thread costs more than it saves.
    private const long SerialWork = 1 << 15;

    private const int MostRowBlocks = 8;
    private const int FewestRowsOfBlock = 64;
    private const int FewestColumnsOfSlice = 512;

    // The sums of one slice: half of a small second-level cache.
    private const int SliceBytes = 256 << 10;

    /// <summary>y += Aᵀ x.</summary>
    /// <param name="a">[m, n].</param>
    /// <param name="x">m values.</param>
    /// <param name="y">n values.</param>
    public static void Add<T>(MatrixView<T> a, T* x, T* y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            Add<T, ScalarOperations<T>, T>(a, x, y);
        else if (Vector512.IsHardwareAccelerated)
            Add<Vector512<T>, Vector512Operations<T>, T>(a, x, y);
        else if (Vector256.IsHardwareAccelerated)
            Add<Vector256<T>, Vector256Operations<T>, T>(a, x, y);
        else if (Vector128.IsHardwareAccelerated)
            Add<Vector128<T>, Vector128Operations<T>, T>(a, x, y);
        else
            Add<T, ScalarOperations<T>, T>(a, x, y);
    }

    private static void Add<TVector, TOperations, T>(MatrixView<T> a, T* x, T* y)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rowBlocks, slices) = Cut(a.Rows, a.Columns, sizeof(T));
        // The first block adds to y itself.
        var sums = rowBlocks == 1 ? y : Scratch.Get<T>(Scratch.PackedRight, (long)(rowBlocks - 1) * a.Columns);
        var work = new Work<TVector, TOperations, T>(a.Pointer, (nint)a.RowStride, a.Rows, a.Columns, x, y, sums, rowBlocks, slices);
        WorkerPool.Run(rowBlocks * slices, work);
        var result = new Span<T>(y, a.Columns);
        for (var block = 1; block < rowBlocks; block++)
            TensorPrimitives.Add(result, new ReadOnlySpan<T>(sums + (long)(block - 1) * a.Columns, a.Columns), result);
    }

    private static (int RowBlocks, int Slices) Cut(int rows, int columns, int elementBytes)
    {
        if ((long)rows * columns <= SerialWork)
            return (1, 1);
        var rowBlocks = Math.Clamp(rows / FewestRowsOfBlock, 1, MostRowBlocks);
        var slices = (int)(((long)columns * elementBytes + SliceBytes - 1) / SliceBytes);
        var wanted = Math.Min(MostRowBlocks / rowBlocks, columns / FewestColumnsOfSlice);
        return (rowBlocks, Math.Max(slices, wanted));
    }

    private readonly struct Work<TVector, TOperations, T>(T* a, nint stride, int rows, int columns, T* x, T* y, T* sums, int rowBlocks, int slices) : IParallelWork
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            var (block, slice) = (part / slices, part % slices);
            var (row, end) = (Edge(rows, block, rowBlocks), Edge(rows, block + 1, rowBlocks));
            var start = Edge(columns, slice, slices);
            var count = Edge(columns, slice + 1, slices) - start;
            var target = y + start;
            if (block > 0)
            {
                target = sums + (long)(block - 1) * columns + start;
                new Span<T>(target, count).Clear();
            }
            // Rows a whole number of pages apart fall into the same few places of the first-level cache: eight of them and y would push each other out.
            for (; row + 8 <= end && stride * sizeof(T) % 4096 != 0; row += 8)
                EightRows<TVector, TOperations, T>(a + row * stride + start, stride, count, x + row, target);
            for (; row + 4 <= end; row += 4)
                FourRows<TVector, TOperations, T>(a + row * stride + start, stride, count, x + row, target);
            for (; row < end; row++)
                OneRow<TVector, TOperations, T>(a + row * stride + start, count, x + row, target);
        }

        // Whole groups of sixteen elements or rows, so that slices start on cache lines and blocks hold whole eights.
        private static int Edge(int length, int part, int parts) => part == parts ? length : (int)((long)(length / 16) * part / parts) * 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows<TVector, TOperations, T>(T* a, nint stride, nint count, T* x, T* y)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* b = a + stride, c = b + stride, d = c + stride, e = d + stride, f = e + stride, g = f + stride, h = g + stride;
        var (x0, x1, x2, x3) = (TOperations.Broadcast(x), TOperations.Broadcast(x + 1), TOperations.Broadcast(x + 2), TOperations.Broadcast(x + 3));
        var (x4, x5, x6, x7) = (TOperations.Broadcast(x + 4), TOperations.Broadcast(x + 5), TOperations.Broadcast(x + 6), TOperations.Broadcast(x + 7));
        var width = (nint)TOperations.Width;
        nint j = 0;
        for (; j + width <= count; j += width)
        {
            var sum = TOperations.MultiplyAdd(TOperations.Load(a + j), x0, TOperations.Load(y + j));
            sum = TOperations.MultiplyAdd(TOperations.Load(b + j), x1, sum);
            sum = TOperations.MultiplyAdd(TOperations.Load(c + j), x2, sum);
            sum = TOperations.MultiplyAdd(TOperations.Load(d + j), x3, sum);
            sum = TOperations.MultiplyAdd(TOperations.Load(e + j), x4, sum);
            sum = TOperations.MultiplyAdd(TOperations.Load(f + j), x5, sum);
            sum = TOperations.MultiplyAdd(TOperations.Load(g + j), x6, sum);
            TOperations.Store(TOperations.MultiplyAdd(TOperations.Load(h + j), x7, sum), y + j);
        }
        for (; j < count; j++)
            y[j] = y[j] + a[j] * x[0] + b[j] * x[1] + c[j] * x[2] + d[j] * x[3] + e[j] * x[4] + f[j] * x[5] + g[j] * x[6] + h[j] * x[7];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<TVector, TOperations, T>(T* a, nint stride, nint count, T* x, T* y)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* b = a + stride, c = b + stride, d = c + stride;
        var (x0, x1, x2, x3) = (TOperations.Broadcast(x), TOperations.Broadcast(x + 1), TOperations.Broadcast(x + 2), TOperations.Broadcast(x + 3));
        var width = (nint)TOperations.Width;
        nint j = 0;
        for (; j + width <= count; j += width)
        {
            var sum = TOperations.MultiplyAdd(TOperations.Load(a + j), x0, TOperations.Load(y + j));
            sum = TOperations.MultiplyAdd(TOperations.Load(b + j), x1, sum);
            sum = TOperations.MultiplyAdd(TOperations.Load(c + j), x2, sum);
            TOperations.Store(TOperations.MultiplyAdd(TOperations.Load(d + j), x3, sum), y + j);
        }
        for (; j < count; j++)
            y[j] = y[j] + a[j] * x[0] + b[j] * x[1] + c[j] * x[2] + d[j] * x[3];
    }

    private static void OneRow<TVector, TOperations, T>(T* a, nint count, T* x, T* y)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var factor = TOperations.Broadcast(x);
        var width = (nint)TOperations.Width;
        nint j = 0;
        for (; j + width <= count; j += width)
            TOperations.Store(TOperations.MultiplyAdd(TOperations.Load(a + j), factor, TOperations.Load(y + j)), y + j);
        for (; j < count; j++)
            y[j] += a[j] * x[0];
    }
}
