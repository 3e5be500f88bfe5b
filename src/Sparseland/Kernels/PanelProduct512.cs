using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>The 512-bit forms of <see cref="PanelProduct"/>: half the instructions per entry, the same arithmetic.</summary>
internal static unsafe class PanelProduct512
{
    /// <summary>Whether they run here.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>As <see cref="PanelProduct.Gather"/>, for 16, 32 and 64 lanes.</summary>
    public static void Gather(int width, int* columns, float* values, int count, float* panel, float* y)
    {
        if (width == 64)
            Gather64(columns, values, count, panel, y);
        else if (width == 32)
            Gather32(columns, values, count, panel, y);
        else
            Gather16(columns, values, count, panel, y);
    }

    private static void Gather16(int* columns, float* values, int count, float* panel, float* y)
    {
        var (a, b, c, d) = (Vector512.Load(y), Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            a = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(panel + (nuint)columns[i] * 16), a);
            b = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 1]), Vector512.Load(panel + (nuint)columns[i + 1] * 16), b);
            c = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 2]), Vector512.Load(panel + (nuint)columns[i + 2] * 16), c);
            d = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 3]), Vector512.Load(panel + (nuint)columns[i + 3] * 16), d);
        }
        for (; i < count; i++)
            a = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(panel + (nuint)columns[i] * 16), a);
        ((a + b) + (c + d)).Store(y);
    }

    private static void Gather32(int* columns, float* values, int count, float* panel, float* y)
    {
        var (a, b) = (Vector512.Load(y), Vector512.Load(y + 16));
        var (c, d) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i + 2 <= count; i += 2)
        {
            var line = panel + (nuint)columns[i] * 32;
            var value = Vector512.Create(values[i]);
            a = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), a);
            b = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), b);
            line = panel + (nuint)columns[i + 1] * 32;
            value = Vector512.Create(values[i + 1]);
            c = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), c);
            d = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), d);
        }
        if (i < count)
        {
            var line = panel + (nuint)columns[i] * 32;
            a = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(line), a);
            b = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(line + 16), b);
        }
        (a + c).Store(y);
        (b + d).Store(y + 16);
    }

    private static void Gather64(int* columns, float* values, int count, float* panel, float* y)
    {
        var (a, b, c, d) = (Vector512.Load(y), Vector512.Load(y + 16), Vector512.Load(y + 32), Vector512.Load(y + 48));
        var (e, f, g, h) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i + 2 <= count; i += 2)
        {
            var line = panel + (nuint)columns[i] * 64;
            var value = Vector512.Create(values[i]);
            a = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), a);
            b = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), b);
            c = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 32), c);
            d = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 48), d);
            line = panel + (nuint)columns[i + 1] * 64;
            value = Vector512.Create(values[i + 1]);
            e = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line), e);
            f = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 16), f);
            g = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 32), g);
            h = Avx512F.FusedMultiplyAdd(value, Vector512.Load(line + 48), h);
        }
        if (i < count)
        {
            var line = panel + (nuint)columns[i] * 64;
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
