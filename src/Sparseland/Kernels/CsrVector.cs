using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// CSR rows times a vector: scalar multiply-adds into eight independent sums. Gather instructions are no faster on Zen, and the index loads bound both.
/// </summary>
internal static unsafe class CsrVector
{
    /// <summary>Whether this kernel runs here: without the instruction a fused multiply-add is a call.</summary>
    public static bool IsSupported => Fma.IsSupported;

    /// <summary>One row with 16-bit columns: eight columns come in two 64-bit loads.</summary>
    /// <param name="columns">The row's columns.</param>
    /// <param name="values">The row's values.</param>
    /// <param name="count">How many.</param>
    /// <param name="x">The vector.</param>
    public static float Row<TValue>(ushort* columns, byte* values, int count, float* x) where TValue : IStoredValue
    {
        var (a, b, c, d, e, f, g, h) = (0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f);
        var i = (nuint)0;
        for (; i + 8 <= (nuint)count; i += 8)
        {
            var low = *(ulong*)(columns + i);
            var high = *(ulong*)(columns + i + 4);
            var v = values + i * (nuint)TValue.Size;
            a = Add<TValue>(v, 0, x[(ushort)low], a);
            b = Add<TValue>(v, 1, x[(ushort)(low >> 16)], b);
            c = Add<TValue>(v, 2, x[(ushort)(low >> 32)], c);
            d = Add<TValue>(v, 3, x[low >> 48], d);
            e = Add<TValue>(v, 4, x[(ushort)high], e);
            f = Add<TValue>(v, 5, x[(ushort)(high >> 16)], f);
            g = Add<TValue>(v, 6, x[(ushort)(high >> 32)], g);
            h = Add<TValue>(v, 7, x[high >> 48], h);
        }
        for (; i < (nuint)count; i++)
            a = Add<TValue>(values + i * (nuint)TValue.Size, 0, x[columns[i]], a);
        return ((a + b) + (c + d)) + ((e + f) + (g + h));
    }

    /// <summary>One row with 32-bit columns.</summary>
    /// <param name="columns">The row's columns.</param>
    /// <param name="values">The row's values.</param>
    /// <param name="count">How many.</param>
    /// <param name="x">The vector.</param>
    public static float Row<TValue>(int* columns, byte* values, int count, float* x) where TValue : IStoredValue
    {
        var (a, b, c, d) = (0f, 0f, 0f, 0f);
        var i = (nuint)0;
        for (; i + 4 <= (nuint)count; i += 4)
        {
            var v = values + i * (nuint)TValue.Size;
            a = Add<TValue>(v, 0, x[(uint)columns[i]], a);
            b = Add<TValue>(v, 1, x[(uint)columns[i + 1]], b);
            c = Add<TValue>(v, 2, x[(uint)columns[i + 2]], c);
            d = Add<TValue>(v, 3, x[(uint)columns[i + 3]], d);
        }
        for (; i < (nuint)count; i++)
            a = Add<TValue>(values + i * (nuint)TValue.Size, 0, x[(uint)columns[i]], a);
        return (a + b) + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Add<TValue>(byte* values, nuint index, float x, float sum) where TValue : IStoredValue =>
        MathF.FusedMultiplyAdd(TValue.Load(values + index * (nuint)TValue.Size), x, sum);
}
