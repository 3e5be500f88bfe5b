using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Kernels;

/// <summary>A format of quantised weights in blocks: how to read a block back, and how to multiply it by rounded input on AVX2.</summary>
internal unsafe interface IBlockFormat
{
    /// <summary>Weights in a block.</summary>
    static abstract int BlockSize { get; }

    /// <summary>Bytes in a block.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>Writes a block's weights in float32.</summary>
    static abstract void Widen(byte* block, float* destination);

    /// <summary>Adds the products of a block with its inputs to eight partial sums. Called on AVX2 only.</summary>
    /// <param name="block">The block.</param>
    /// <param name="index">Its number within the row.</param>
    /// <param name="x">The rounded input.</param>
    /// <param name="work">Room for sixteen floats.</param>
    /// <param name="sum">The sums so far.</param>
    static abstract Vector256<float> Add(byte* block, int index, in QuantizedInput x, float* work, Vector256<float> sum);
}

/// <summary>
/// y = W x for quantised blocks: the input is rounded to 8 bits once, then four rows at a time are multiplied on integers.
/// Without AVX2 rows are widened and multiplied in float32, which is slower and more exact.
/// </summary>
internal static unsafe class BlockProducts<TFormat> where TFormat : struct, IBlockFormat
{
    public static void Multiply(byte* weights, int rows, int columns, ReadOnlySpan<float> x, Span<float> y)
    {
        var blocks = columns / TFormat.BlockSize;
        var rowBytes = (long)blocks * TFormat.BlockBytes;
        var parts = new RowParts(rows, rowBytes);
        fixed (float* px = x, py = y)
        {
            if (Avx2.IsSupported)
                WorkerPool.Run(parts.Count, new IntegerWork(weights, (nint)rowBytes, blocks, new QuantizedInput(x), py, parts));
            else
                WorkerPool.Run(parts.Count, new WideningWork(weights, (nint)rowBytes, blocks, px, py, parts));
        }
    }

    public static void WidenRow(byte* row, int columns, float* destination)
    {
        for (var i = 0; i < columns; i += TFormat.BlockSize)
        {
            TFormat.Widen(row, destination + i);
            row += TFormat.BlockBytes;
        }
    }

    private readonly struct IntegerWork(byte* weights, nint rowBytes, int blocks, QuantizedInput x, float* y, RowParts parts) : IParallelWork
    {
        private readonly QuantizedInput _x = x;

        public void Run(int part)
        {
            var row = parts.Start(part);
            var end = parts.End(part);
            for (; row + 4 <= end; row += 4)
                FourRows(weights + row * rowBytes, rowBytes, blocks, _x, y + row);
            for (; row < end; row++)
                y[row] = OneRow(weights + row * rowBytes, blocks, _x);
        }
    }

    private readonly struct WideningWork(byte* weights, nint rowBytes, int blocks, float* x, float* y, RowParts parts) : IParallelWork
    {
        public void Run(int part)
        {
            var columns = blocks * TFormat.BlockSize;
            var widened = Scratch.Get<float>(Scratch.Widened, columns);
            for (var row = parts.Start(part); row < parts.End(part); row++)
            {
                WidenRow(weights + row * rowBytes, columns, widened);
                y[row] = TensorPrimitives.Dot(new ReadOnlySpan<float>(widened, columns), new ReadOnlySpan<float>(x, columns));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(byte* a, nint rowBytes, int blocks, in QuantizedInput x, float* y)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var work = stackalloc float[64];
        var input = x;
        var b = a + rowBytes;
        var c = b + rowBytes;
        var d = c + rowBytes;
        for (var block = 0; block < blocks; block++)
        {
            s0 = TFormat.Add(a, block, input, work, s0);
            s1 = TFormat.Add(b, block, input, work + 16, s1);
            s2 = TFormat.Add(c, block, input, work + 32, s2);
            s3 = TFormat.Add(d, block, input, work + 48, s3);
            a += TFormat.BlockBytes;
            b += TFormat.BlockBytes;
            c += TFormat.BlockBytes;
            d += TFormat.BlockBytes;
        }
        y[0] = Vector256.Sum(s0);
        y[1] = Vector256.Sum(s1);
        y[2] = Vector256.Sum(s2);
        y[3] = Vector256.Sum(s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OneRow(byte* a, int blocks, in QuantizedInput x)
    {
        Vector256<float> sum = default;
        var work = stackalloc float[16];
        for (var block = 0; block < blocks; block++)
        {
            sum = TFormat.Add(a, block, x, work, sum);
            a += TFormat.BlockBytes;
        }
        return Vector256.Sum(sum);
    }
}

/// <summary>Dot products of 8-bit integers, four neighbours to a 32-bit lane.</summary>
internal static class IntegerDot
{
    /// <summary>Unsigned times signed; the unsigned side at most 128, so that pairs fit 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Unsigned(Vector256<byte> left, Vector256<sbyte> right) => AvxVnni.IsSupported
        ? AvxVnni.MultiplyWideningAndAdd(Vector256<int>.Zero, left, right)
        : Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(left, right), Vector256<short>.One);

    /// <summary>Signed times signed: the sign of the left goes to the right, which must not hold -128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Signed(Vector256<sbyte> left, Vector256<sbyte> right) => Unsigned(Avx2.Abs(left), Avx2.Sign(right, left));
}
