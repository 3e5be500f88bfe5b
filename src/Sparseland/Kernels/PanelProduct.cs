using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>
/// The inner loops of sparse times dense: the kept entries of a row within a block of columns meet a panel, that is the same columns of several input vectors
/// stored [column][lane] so that it stays in the first-level cache. Every layout's entries come as column numbers and float32 values (load as sparse),
/// so these loops exist once. At most eight sums and two entries per step: with more the compiler keeps the sums on the stack. Widths are 8, 16, 32 and 64 lanes.
/// </summary>
internal static unsafe class PanelProduct
{
    /// <summary>How many lanes the next panel of a batch has.</summary>
    public static int WidthFor(int remaining) => remaining switch { >= 48 => 64, >= 24 => 32, >= 12 => 16, _ => 8 };

    /// <summary>y[lane] += sum over entries of value x panel[column][lane].</summary>
    /// <param name="width">Lanes: 8, 16, 32 or 64.</param>
    /// <param name="run">The entries of a row within the panel's block of columns.</param>
    /// <param name="panel">[column][width] of the block.</param>
    /// <param name="y">[width], added to.</param>
    public static void Gather(int width, in EntryRun run, float* panel, float* y)
    {
        // Numbers that do not start at the block's first column meet a panel that starts so much earlier.
        var origin = panel - (long)run.First * width;
        if (run.Narrow != null)
            Gather(width, run.Narrow, run.Values, run.Count, origin, y);
        else
            Gather(width, run.Wide, run.Values, run.Count, origin, y);
    }

    /// <summary>The form of the gathering loop for a width, for callers that go through many rows; null where none of the vector forms runs.</summary>
    /// <param name="width">Lanes: 8, 16, 32 or 64.</param>
    /// <returns>Takes columns, values, their number, the panel that column 0 would have, and the sums.</returns>
    public static delegate*<TIndex*, float*, nuint, float*, float*, void> Find<TIndex>(int width) where TIndex : unmanaged
    {
        if (PanelProduct512.IsSupported && width >= 16)
            return PanelProduct512.Find<TIndex>(width);
        if (!IsSupported)
            return null;
        return width switch { 64 => &Gather64, 32 => &Gather32, 16 => &Gather16, _ => &Gather8 };
    }

    /// <summary>panel[column][lane] += value x x[lane] for every entry: the transposed product.</summary>
    /// <param name="width">Lanes: 8, 16, 32 or 64.</param>
    /// <param name="run">The entries of a row within the panel's block of columns.</param>
    /// <param name="x">[width].</param>
    /// <param name="panel">[column][width] of the block, added to.</param>
    public static void Scatter(int width, in EntryRun run, float* x, float* panel)
    {
        var origin = panel - (long)run.First * width;
        if (run.Narrow != null)
            Scatter(width, run.Narrow, run.Values, run.Count, x, origin);
        else
            Scatter(width, run.Wide, run.Values, run.Count, x, origin);
    }

    private static void Gather<TIndex>(int width, TIndex* columns, float* values, int count, float* panel, float* y) where TIndex : unmanaged
    {
        if (PanelProduct512.IsSupported && width >= 16)
            PanelProduct512.Gather(width, columns, values, count, panel, y);
        else if (!IsSupported)
            GatherScalar(width, columns, values, count, panel, y);
        else if (width == 64)
            Gather64(columns, values, (nuint)count, panel, y);
        else if (width == 32)
            Gather32(columns, values, (nuint)count, panel, y);
        else if (width == 16)
            Gather16(columns, values, (nuint)count, panel, y);
        else
            Gather8(columns, values, (nuint)count, panel, y);
    }

    private static void Scatter<TIndex>(int width, TIndex* columns, float* values, int count, float* x, float* panel) where TIndex : unmanaged
    {
        if (!IsSupported)
        {
            for (var i = 0; i < count; i++)
            {
                var line = new Span<float>(panel + ColumnIndex.Of(columns, (nuint)i) * (nuint)width, width);
                TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(x, width), values[i], line, line);
            }
            return;
        }
        // 32 lanes of x stay in registers; a panel of 64 takes two passes.
        for (var lane = 0; lane < width; lane += 32)
        {
            if (width >= 32)
                Scatter32(width, columns, values, (nuint)count, x + lane, panel + lane);
            else
                ScatterNarrow(width, columns, values, (nuint)count, x, panel);
        }
    }

    /// <summary>Whether the 256-bit forms run here.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    private static void GatherScalar<TIndex>(int width, TIndex* columns, float* values, int count, float* panel, float* y) where TIndex : unmanaged
    {
        var sum = new Span<float>(y, width);
        for (var i = 0; i < count; i++)
            TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(panel + ColumnIndex.Of(columns, (nuint)i) * (nuint)width, width), values[i], sum, sum);
    }

    private static void Gather8<TIndex>(TIndex* columns, float* values, nuint count, float* panel, float* y) where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256.Load(y), Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var i = (nuint)0;
        for (; i + 4 <= count; i += 4)
        {
            a = Fma.MultiplyAdd(Vector256.Create(values[i]), Vector256.Load(panel + ColumnIndex.Of(columns, i) * 8), a);
            b = Fma.MultiplyAdd(Vector256.Create(values[i + 1]), Vector256.Load(panel + ColumnIndex.Of(columns, i + 1) * 8), b);
            c = Fma.MultiplyAdd(Vector256.Create(values[i + 2]), Vector256.Load(panel + ColumnIndex.Of(columns, i + 2) * 8), c);
            d = Fma.MultiplyAdd(Vector256.Create(values[i + 3]), Vector256.Load(panel + ColumnIndex.Of(columns, i + 3) * 8), d);
        }
        for (; i < count; i++)
            a = Fma.MultiplyAdd(Vector256.Create(values[i]), Vector256.Load(panel + ColumnIndex.Of(columns, i) * 8), a);
        ((a + b) + (c + d)).Store(y);
    }

    private static void Gather16<TIndex>(TIndex* columns, float* values, nuint count, float* panel, float* y) where TIndex : unmanaged
    {
        var (a, b) = (Vector256.Load(y), Vector256.Load(y + 8));
        var (c, d) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var i = (nuint)0;
        for (; i + 2 <= count; i += 2)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 16;
            var value = Vector256.Create(values[i]);
            a = Fma.MultiplyAdd(value, Vector256.Load(line), a);
            b = Fma.MultiplyAdd(value, Vector256.Load(line + 8), b);
            line = panel + ColumnIndex.Of(columns, i + 1) * 16;
            value = Vector256.Create(values[i + 1]);
            c = Fma.MultiplyAdd(value, Vector256.Load(line), c);
            d = Fma.MultiplyAdd(value, Vector256.Load(line + 8), d);
        }
        if (i < count)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 16;
            a = Fma.MultiplyAdd(Vector256.Create(values[i]), Vector256.Load(line), a);
            b = Fma.MultiplyAdd(Vector256.Create(values[i]), Vector256.Load(line + 8), b);
        }
        (a + c).Store(y);
        (b + d).Store(y + 8);
    }

    private static void Gather32<TIndex>(TIndex* columns, float* values, nuint count, float* panel, float* y) where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256.Load(y), Vector256.Load(y + 8), Vector256.Load(y + 16), Vector256.Load(y + 24));
        var (e, f, g, h) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var i = (nuint)0;
        for (; i + 2 <= count; i += 2)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 32;
            var value = Vector256.Create(values[i]);
            a = Fma.MultiplyAdd(value, Vector256.Load(line), a);
            b = Fma.MultiplyAdd(value, Vector256.Load(line + 8), b);
            c = Fma.MultiplyAdd(value, Vector256.Load(line + 16), c);
            d = Fma.MultiplyAdd(value, Vector256.Load(line + 24), d);
            line = panel + ColumnIndex.Of(columns, i + 1) * 32;
            value = Vector256.Create(values[i + 1]);
            e = Fma.MultiplyAdd(value, Vector256.Load(line), e);
            f = Fma.MultiplyAdd(value, Vector256.Load(line + 8), f);
            g = Fma.MultiplyAdd(value, Vector256.Load(line + 16), g);
            h = Fma.MultiplyAdd(value, Vector256.Load(line + 24), h);
        }
        if (i < count)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 32;
            var value = Vector256.Create(values[i]);
            a = Fma.MultiplyAdd(value, Vector256.Load(line), a);
            b = Fma.MultiplyAdd(value, Vector256.Load(line + 8), b);
            c = Fma.MultiplyAdd(value, Vector256.Load(line + 16), c);
            d = Fma.MultiplyAdd(value, Vector256.Load(line + 24), d);
        }
        (a + e).Store(y);
        (b + f).Store(y + 8);
        (c + g).Store(y + 16);
        (d + h).Store(y + 24);
    }

    private static void Gather64<TIndex>(TIndex* columns, float* values, nuint count, float* panel, float* y) where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256.Load(y), Vector256.Load(y + 8), Vector256.Load(y + 16), Vector256.Load(y + 24));
        var (e, f, g, h) = (Vector256.Load(y + 32), Vector256.Load(y + 40), Vector256.Load(y + 48), Vector256.Load(y + 56));
        for (var i = (nuint)0; i < count; i++)
        {
            var line = panel + ColumnIndex.Of(columns, i) * 64;
            var value = Vector256.Create(values[i]);
            a = Fma.MultiplyAdd(value, Vector256.Load(line), a);
            b = Fma.MultiplyAdd(value, Vector256.Load(line + 8), b);
            c = Fma.MultiplyAdd(value, Vector256.Load(line + 16), c);
            d = Fma.MultiplyAdd(value, Vector256.Load(line + 24), d);
            e = Fma.MultiplyAdd(value, Vector256.Load(line + 32), e);
            f = Fma.MultiplyAdd(value, Vector256.Load(line + 40), f);
            g = Fma.MultiplyAdd(value, Vector256.Load(line + 48), g);
            h = Fma.MultiplyAdd(value, Vector256.Load(line + 56), h);
        }
        a.Store(y);
        b.Store(y + 8);
        c.Store(y + 16);
        d.Store(y + 24);
        e.Store(y + 32);
        f.Store(y + 40);
        g.Store(y + 48);
        h.Store(y + 56);
    }

    private static void Scatter32<TIndex>(int width, TIndex* columns, float* values, nuint count, float* x, float* panel) where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256.Load(x), Vector256.Load(x + 8), Vector256.Load(x + 16), Vector256.Load(x + 24));
        for (var i = (nuint)0; i < count; i++)
        {
            var line = panel + ColumnIndex.Of(columns, i) * (nuint)width;
            var value = Vector256.Create(values[i]);
            Fma.MultiplyAdd(value, a, Vector256.Load(line)).Store(line);
            Fma.MultiplyAdd(value, b, Vector256.Load(line + 8)).Store(line + 8);
            Fma.MultiplyAdd(value, c, Vector256.Load(line + 16)).Store(line + 16);
            Fma.MultiplyAdd(value, d, Vector256.Load(line + 24)).Store(line + 24);
        }
    }

    private static void ScatterNarrow<TIndex>(int width, TIndex* columns, float* values, nuint count, float* x, float* panel) where TIndex : unmanaged
    {
        for (var lane = 0; lane < width; lane += 8)
        {
            var line = Vector256.Load(x + lane);
            for (var i = (nuint)0; i < count; i++)
            {
                var place = panel + ColumnIndex.Of(columns, i) * (nuint)width + lane;
                Fma.MultiplyAdd(Vector256.Create(values[i]), line, Vector256.Load(place)).Store(place);
            }
        }
    }
}
