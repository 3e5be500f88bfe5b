using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>The 512-bit forms of <see cref="PanelProduct"/>: half the instructions per entry, the same arithmetic.</summary>
internal static unsafe class PanelProduct512
{
    /// <summary>Whether they run here.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>As <see cref="PanelProduct.Gather"/>, for 16, 32 and 64 lanes.</summary>
    public static void Gather<TIndex>(int width, TIndex* columns, float* values, int count, float* panel, float* y) where TIndex : unmanaged
    {
        if (width == 64)
            Gather64(columns, values, (nuint)count, panel, y);
        else if (width == 32)
            Gather32(columns, values, (nuint)count, panel, y);
        else
            Gather16(columns, values, (nuint)count, panel, y);
    }

    /// <summary>As <see cref="PanelProduct.Find"/>, for 16, 32 and 64 lanes.</summary>
    public static delegate*<TIndex*, float*, nuint, float*, float*, void> Find<TIndex>(int width) where TIndex : unmanaged =>
        width switch { 64 => &Gather64, 32 => &Gather32, _ => &Gather16 };

    private static void Gather16<TIndex>(TIndex* columns, float* values, nuint count, float* panel, float* y) where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector512.Load(y), Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = (nuint)0;
        for (; i + 4 <= count; i += 4)
        {
            a = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(panel + ColumnIndex.Of(columns, i) * 16), a);
            b = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 1]), Vector512.Load(panel + ColumnIndex.Of(columns, i + 1) * 16), b);
            c = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 2]), Vector512.Load(panel + ColumnIndex.Of(columns, i + 2) * 16), c);
            d = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 3]), Vector512.Load(panel + ColumnIndex.Of(columns, i + 3) * 16), d);
        }
        for (; i < count; i++)
            a = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(panel + ColumnIndex.Of(columns, i) * 16), a);
        ((a + b) + (c + d)).Store(y);
    }

    // Four entries per step, each with sums of its own: the additions of one would wait for those of the entry before.
    private static void Gather32<TIndex>(TIndex* columns, float* values, nuint count, float* panel, float* y) where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector512.Load(y), Vector512.Load(y + 16), Vector512<float>.Zero, Vector512<float>.Zero);
        var (e, f, g, h) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = (nuint)0;
        for (; i + 4 <= count; i += 4)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 32;
            var value = Vector512.Create(values[i]);
            a = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), a);
            b = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), b);
            line = panel + ColumnIndex.Of(columns, i + 1) * 32;
            value = Vector512.Create(values[i + 1]);
            c = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), c);
            d = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), d);
            line = panel + ColumnIndex.Of(columns, i + 2) * 32;
            value = Vector512.Create(values[i + 2]);
            e = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), e);
            f = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), f);
            line = panel + ColumnIndex.Of(columns, i + 3) * 32;
            value = Vector512.Create(values[i + 3]);
            g = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), g);
            h = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), h);
        }
        for (; i < count; i++)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 32;
            var value = Vector512.Create(values[i]);
            a = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), a);
            b = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), b);
        }
        ((a + c) + (e + g)).Store(y);
        ((b + d) + (f + h)).Store(y + 16);
    }

    private static void Gather64<TIndex>(TIndex* columns, float* values, nuint count, float* panel, float* y) where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector512.Load(y), Vector512.Load(y + 16), Vector512.Load(y + 32), Vector512.Load(y + 48));
        var (e, f, g, h) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = (nuint)0;
        for (; i + 2 <= count; i += 2)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 64;
            var value = Vector512.Create(values[i]);
            a = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), a);
            b = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), b);
            c = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 32), c);
            d = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 48), d);
            line = panel + ColumnIndex.Of(columns, i + 1) * 64;
            value = Vector512.Create(values[i + 1]);
            e = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), e);
            f = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), f);
            g = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 32), g);
            h = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 48), h);
        }
        if (i < count)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 64;
            var value = Vector512.Create(values[i]);
            a = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), a);
            b = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), b);
            c = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 32), c);
            d = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 48), d);
        }
        (a + e).Store(y);
        (b + f).Store(y + 16);
        (c + g).Store(y + 32);
        (d + h).Store(y + 48);
    }
}
