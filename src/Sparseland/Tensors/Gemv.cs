using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Kernels;
using Sparseland.Threads;

namespace Sparseland.Tensors;

/// <summary>
/// Dense products of a matrix and one vector, bound by how fast memory delivers the matrix: several rows are read at once, because one stream alone does not fill the bus.
/// The same bytes for any number of threads; nothing is allocated.
/// </summary>
public static unsafe class Gemv
{
    /// <summary>y = A x.</summary>
    /// <param name="a">[m, n].</param>
    /// <param name="x">[n].</param>
    /// <param name="y">[m], overwritten; must not overlap x.</param>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static void Multiply<T>(MatrixView<T> a, ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Length != a.Columns || y.Length != a.Rows)
            throw new ArgumentException($"a product of {a.Rows} x {a.Columns} and {x.Length} values into {y.Length}");
        fixed (T* px = x, py = y)
        {
            if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
                Rows<T, ScalarOperations<T>, T>(a, px, py);
            else if (Vector512.IsHardwareAccelerated)
                Rows<Vector512<T>, Vector512Operations<T>, T>(a, px, py);
            else if (Vector256.IsHardwareAccelerated)
                Rows<Vector256<T>, Vector256Operations<T>, T>(a, px, py);
            else if (Vector128.IsHardwareAccelerated)
                Rows<Vector128<T>, Vector128Operations<T>, T>(a, px, py);
            else
                Rows<T, ScalarOperations<T>, T>(a, px, py);
        }
        a.KeepAlive();
    }

    /// <summary>y = Aᵀ x, or y += Aᵀ x.</summary>
    /// <param name="a">[m, n].</param>
    /// <param name="x">[m].</param>
    /// <param name="y">[n]; must not overlap x.</param>
    /// <param name="accumulate">Adds to y instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static void MultiplyTransposed<T>(MatrixView<T> a, ReadOnlySpan<T> x, Span<T> y, bool accumulate = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Length != a.Rows || y.Length != a.Columns)
            throw new ArgumentException($"a product of the transpose of {a.Rows} x {a.Columns} and {x.Length} values into {y.Length}");
        if (!accumulate)
            y.Clear();
        fixed (T* px = x, py = y)
            GemvTransposed.Add(a, px, py);
        a.KeepAlive();
    }

    private static void Rows<TVector, TOperations, T>(MatrixView<T> a, T* x, T* y)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parts = new RowParts(a.Rows, (long)a.Columns * sizeof(T));
        var work = new RowWork<TVector, TOperations, T>(a.Pointer, (nint)a.RowStride, a.Columns, x, y, parts);
        WorkerPool.Run(parts.Count, work);
    }

    private readonly struct RowWork<TVector, TOperations, T>(T* a, nint stride, int columns, T* x, T* y, RowParts parts) : IParallelWork
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            var row = parts.Start(part);
            var end = parts.End(part);
            for (; row + 4 <= end; row += 4)
                FourRows<TVector, TOperations, T>(a + row * stride, stride, columns, x, y + row);
            for (; row < end; row++)
                y[row] = OneRow<TVector, TOperations, T>(a + row * stride, columns, x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<TVector, TOperations, T>(T* a, nint stride, nint columns, T* x, T* y)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        var b = a + stride;
        var c = b + stride;
        var d = c + stride;
        var width = (nint)TOperations.Width;
        nint j = 0;
        for (; j + 2 * width <= columns; j += 2 * width)
        {
            var x0 = TOperations.Load(x + j);
            var x1 = TOperations.Load(x + j + width);
            s00 = TOperations.MultiplyAdd(TOperations.Load(a + j), x0, s00);
            s01 = TOperations.MultiplyAdd(TOperations.Load(a + j + width), x1, s01);
            s10 = TOperations.MultiplyAdd(TOperations.Load(b + j), x0, s10);
            s11 = TOperations.MultiplyAdd(TOperations.Load(b + j + width), x1, s11);
            s20 = TOperations.MultiplyAdd(TOperations.Load(c + j), x0, s20);
            s21 = TOperations.MultiplyAdd(TOperations.Load(c + j + width), x1, s21);
            s30 = TOperations.MultiplyAdd(TOperations.Load(d + j), x0, s30);
            s31 = TOperations.MultiplyAdd(TOperations.Load(d + j + width), x1, s31);
        }
        y[0] = Finish<TVector, TOperations, T>(s00, s01, a, x, j, columns);
        y[1] = Finish<TVector, TOperations, T>(s10, s11, b, x, j, columns);
        y[2] = Finish<TVector, TOperations, T>(s20, s21, c, x, j, columns);
        y[3] = Finish<TVector, TOperations, T>(s30, s31, d, x, j, columns);
    }

    // The same order of sums as a row among four, so that a row's result does not depend on its neighbours.
    private static T OneRow<TVector, TOperations, T>(T* a, nint columns, T* x)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector s0 = default, s1 = default;
        var width = (nint)TOperations.Width;
        nint j = 0;
        for (; j + 2 * width <= columns; j += 2 * width)
        {
            s0 = TOperations.MultiplyAdd(TOperations.Load(a + j), TOperations.Load(x + j), s0);
            s1 = TOperations.MultiplyAdd(TOperations.Load(a + j + width), TOperations.Load(x + j + width), s1);
        }
        return Finish<TVector, TOperations, T>(s0, s1, a, x, j, columns);
    }

    private static T Finish<TVector, TOperations, T>(TVector first, TVector second, T* a, T* x, nint j, nint columns)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = TOperations.Sum(TOperations.Add(first, second));
        for (; j < columns; j++)
            sum += a[j] * x[j];
        return sum;
    }
}
