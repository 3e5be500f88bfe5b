using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Kernels;

/// <summary>How a 16-bit weight becomes a float32 inside a product, where a constant factor may be left to the vector.</summary>
internal unsafe interface IHalfWidening
{
    /// <summary>What the vector must be multiplied by to make up for what widening leaves out: a power of two.</summary>
    static abstract float InputScale { get; }

    /// <summary>Eight weights; needs AVX2.</summary>
    static abstract Vector256<float> Load(ushort* source);

    /// <summary>One weight.</summary>
    static abstract float Load(ushort bits);
}

/// <summary>bfloat16: a shift.</summary>
internal readonly unsafe struct BFloat16Widening : IHalfWidening
{
    public static float InputScale => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ushort* source) => Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32(source), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ushort bits) => BFloat16Conversion.Widen(bits);
}

/// <summary>
/// Half precision: sign-extended, moved to a float's place and stripped of the extension's copies of the sign, a finite weight reads as itself times 2^-112,
/// subnormal ones included; the vector carries the 2^112.
/// </summary>
internal readonly unsafe struct Float16Widening : IHalfWidening
{
    private const uint Kept = 0x8FFFE000;

    public static float InputScale => Float16Conversion.Rebias;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ushort* source) =>
        (Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32((short*)source), 13).AsUInt32() & Vector256.Create(Kept)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ushort bits) => BitConverter.UInt32BitsToSingle((uint)((int)(short)bits << 13) & Kept);
}

/// <summary>y = W x for 16-bit weights: four rows at once, widened in registers, summed in float32.</summary>
internal static unsafe class HalfProducts<TWidening> where TWidening : struct, IHalfWidening
{
    // From here on the scaled vector would overflow; it is scaled less and the result made up for.
    private const float LargestInput = 32768;

    public static void Multiply(ushort* weights, int rows, int columns, ReadOnlySpan<float> x, Span<float> y)
    {
        var scale = TWidening.InputScale;
        var outputScale = 1f;
        var input = x;
        if (scale != 1 && columns > 0)
        {
            var largest = TensorPrimitives.MaxMagnitude(x);
            if (float.IsFinite(largest) && MathF.Abs(largest) >= LargestInput)
            {
                outputScale = MathF.ScaleB(1, Math.ILogB(MathF.Abs(largest)) - 14);
                scale /= outputScale;
            }
            var scaled = new Span<float>(Scratch.Get<float>(Scratch.Input, columns), columns);
            TensorPrimitives.Multiply(x, scale, scaled);
            input = scaled;
        }
        fixed (float* px = input, py = y)
        {
            var parts = new RowParts(rows, (long)columns * sizeof(ushort));
            WorkerPool.Run(parts.Count, new Work(weights, columns, px, py, outputScale, parts));
        }
    }

    private readonly struct Work(ushort* weights, nint columns, float* x, float* y, float outputScale, RowParts parts) : IParallelWork
    {
        public void Run(int part)
        {
            var row = parts.Start(part);
            var end = parts.End(part);
            for (; row + 4 <= end; row += 4)
                FourRows(weights + row * columns, columns, x, y + row);
            for (; row < end; row++)
                y[row] = OneRow(weights + row * columns, columns, x);
            if (outputScale != 1)
                for (row = parts.Start(part); row < end; row++)
                    y[row] *= outputScale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(ushort* a, nint columns, float* x, float* y)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        var b = a + columns;
        var c = b + columns;
        var d = c + columns;
        nint j = 0;
        if (Avx2.IsSupported)
        {
            for (; j + 16 <= columns; j += 16)
            {
                var x0 = Vector256.Load(x + j);
                var x1 = Vector256.Load(x + j + 8);
                s00 = Vector256.MultiplyAddEstimate(TWidening.Load(a + j), x0, s00);
                s01 = Vector256.MultiplyAddEstimate(TWidening.Load(a + j + 8), x1, s01);
                s10 = Vector256.MultiplyAddEstimate(TWidening.Load(b + j), x0, s10);
                s11 = Vector256.MultiplyAddEstimate(TWidening.Load(b + j + 8), x1, s11);
                s20 = Vector256.MultiplyAddEstimate(TWidening.Load(c + j), x0, s20);
                s21 = Vector256.MultiplyAddEstimate(TWidening.Load(c + j + 8), x1, s21);
                s30 = Vector256.MultiplyAddEstimate(TWidening.Load(d + j), x0, s30);
                s31 = Vector256.MultiplyAddEstimate(TWidening.Load(d + j + 8), x1, s31);
            }
        }
        y[0] = Finish(s00, s01, a, x, j, columns);
        y[1] = Finish(s10, s11, b, x, j, columns);
        y[2] = Finish(s20, s21, c, x, j, columns);
        y[3] = Finish(s30, s31, d, x, j, columns);
    }

    private static float OneRow(ushort* a, nint columns, float* x)
    {
        Vector256<float> s0 = default, s1 = default;
        nint j = 0;
        if (Avx2.IsSupported)
        {
            for (; j + 16 <= columns; j += 16)
            {
                s0 = Vector256.MultiplyAddEstimate(TWidening.Load(a + j), Vector256.Load(x + j), s0);
                s1 = Vector256.MultiplyAddEstimate(TWidening.Load(a + j + 8), Vector256.Load(x + j + 8), s1);
            }
        }
        return Finish(s0, s1, a, x, j, columns);
    }

    private static float Finish(Vector256<float> first, Vector256<float> second, ushort* a, float* x, nint j, nint columns)
    {
        var sum = Avx2.IsSupported ? Vector256.Sum(first + second) : 0;
        for (; j < columns; j++)
            sum += TWidening.Load(a[j]) * x[j];
        return sum;
    }
}
