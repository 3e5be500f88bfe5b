using System.Globalization;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>What the dispatcher chose, and why.</summary>
/// <param name="LayoutName">The layout to store or run ("dense", "bitmap", "2:4").</param>
/// <param name="Element">The value type.</param>
/// <param name="ByteCount">About how many bytes it takes.</param>
/// <param name="Speedup">The expected time of dense storage of the same value type, divided by this layout's; null where only bytes were asked for.</param>
/// <param name="Reason">A sentence for a person.</param>
public sealed record LayoutDecision(string LayoutName, ElementType Element, long ByteCount, double? Speedup, string Reason);

/// <summary>
/// Chooses layouts: for files the smallest one that holds a mask, for running the fastest one, never slower than dense storage of the same value type.
/// Everything that produces files uses <see cref="KernelCosts"/>, the same on every machine; decoding and benchmarks time the candidates instead (<see cref="LayoutTrial"/>).
/// Which kernel a layout then uses follows from the layout, its shape, the batch and the processor (<see cref="DescribeKernel"/>).
/// </summary>
public static class KernelDispatcher
{
    // What fits a last-level cache is bound by arithmetic and not by loading weights.
    internal const long CacheBytes = 32L << 20;

    // A layout has to be this much faster before it replaces what is stored: costs are not known better.
    internal const double WorthConverting = 1.05;

    /// <summary>The smallest layout that holds a mask exactly. Same mask, same answer, on every machine.</summary>
    /// <param name="mask">What is kept.</param>
    /// <param name="element">The value type.</param>
    /// <param name="pattern">The pattern the mask was made for, when known; otherwise 2:4, 4:8, 1:4, 2:8 and 1x8 and 8x1 blocks are tried.</param>
    public static LayoutDecision ChooseStorage(Mask mask, ElementType element, Pattern? pattern = null)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var dense = DenseMatrix.BytesFor(element, mask.Rows, mask.Columns);
        var (best, bytes) = ("dense", dense);
        foreach (var name in CandidateNames(pattern))
        {
            var kind = LayoutRegistry.Find(name);
            if (!kind.Elements.Contains(element) || StoredBytes(name, element, mask) is var size && size >= bytes || !kind.Fits(name, mask))
                continue;
            (best, bytes) = (name, size);
        }
        var sparsity = Percent(mask.Sparsity);
        var reason = best == "dense"
            ? $"dense {element}: at {sparsity} sparsity no sparse layout is smaller than {dense} bytes"
            : $"{best} {element}: at {sparsity} sparsity it takes {Ratio(bytes, dense)} of the {dense} dense bytes, the least of those that fit";
        return new LayoutDecision(best, element, bytes, null, reason);
    }

    /// <summary>The fastest layout for running a stored matrix.</summary>
    /// <param name="stored">The matrix as it came from a file.</param>
    /// <param name="batch">How many vectors it will mostly be multiplied by at a time: 1 for decoding.</param>
    /// <param name="workingSetBytes">Bytes of all weights that are read in turn (a whole model); decides whether they come from the cache. 0 means this matrix alone.</param>
    public static LayoutDecision ChooseRunning(MatrixLayout stored, int batch, long workingSetBytes = 0)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        var cached = Math.Max(workingSetBytes, stored.ByteCount) <= CacheBytes;
        var operation = batch < 8 ? KernelOperation.Vector : KernelOperation.Batch;
        var density = 1 - stored.Sparsity;
        var element = stored.Element;
        var dense = KernelCosts.Find("dense", element, operation, cached).Of(1);
        var own = stored is SparseMatrix ? KernelCosts.Find(stored.Name, stored.Element, operation, cached).Of(density) : dense;
        var (best, time) = (stored.Name, own);
        foreach (var name in (string[])[CsrMatrix.LayoutName, BitmapMatrix.LayoutName, "dense"])
        {
            if (name == stored.Name || stored is not SparseMatrix || (name != "dense" && !LayoutRegistry.Find(name).Elements.Contains(stored.Element)))
                continue;
            var candidate = name == "dense" ? dense : KernelCosts.Find(name, stored.Element, operation, cached).Of(density);
            if (candidate * WorthConverting < time)
                (best, time) = (name, candidate);
        }
        var bytes = best == stored.Name ? stored.ByteCount : best == "dense" ? DenseMatrix.BytesFor(element, stored.Rows, stored.Columns) : ApproximateBytes(best, stored);
        return new LayoutDecision(best, best == "dense" ? element : stored.Element, bytes, dense / time, Explain(stored, best, dense, own, time, cached, KernelCosts.Source));
    }

    /// <summary>Turns a stored matrix into what was chosen; the same object when nothing changes.</summary>
    public static MatrixLayout Apply(LayoutDecision decision, MatrixLayout stored)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(stored);
        return decision.LayoutName == stored.Name && decision.Element == stored.Element ? stored : MatrixLayoutFactory.Convert(stored, decision.LayoutName, decision.Element);
    }

    /// <summary>Which kernel multiplies a matrix by so many vectors here, in words.</summary>
    public static string DescribeKernel(MatrixLayout matrix, int batch)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix is not SparseMatrix sparse)
            return matrix is DictionaryMatrix factors ? $"dense {matrix.Element}, then {DescribeKernel(factors.Codes, batch)}" : $"dense {matrix.Element}";
        if (batch >= 8)
            return sparse.UsesPanelsFor(batch) ? $"{sparse.Name} {sparse.Element}, entries meet panels of {PanelProduct.WidthFor(batch)} vectors" : $"{sparse.Name} {sparse.Element}, rows expanded and multiplied densely";
        return sparse.Kernel is { } kernel ? $"{kernel.Name} ({kernel.Hardware})" : $"{sparse.Name} {sparse.Element}, row by row";
    }

    private static string[] CandidateNames(Pattern? pattern) => pattern switch
    {
        null => ["2:4", "4:8", "1:4", "2:8", "block 1x8", "block 8x1", BitmapMatrix.LayoutName, CsrMatrix.LayoutName],
        UnstructuredPattern => [BitmapMatrix.LayoutName, CsrMatrix.LayoutName],
        _ => [pattern.LayoutName, BitmapMatrix.LayoutName, CsrMatrix.LayoutName],
    };

    private static long StoredBytes(string name, ElementType element, Mask mask)
    {
        var kept = mask.KeptCount;
        var size = StoredValues.SizeOf(element);
        var values = (kept + StoredValues.Slack) * size + (element == ElementType.Int8 ? mask.Rows * 4L : 0);
        if (name == CsrMatrix.LayoutName)
            return values + (mask.Rows + 1L) * 4 + kept * (mask.Columns <= 65536 ? 2 : 4);
        if (name == BitmapMatrix.LayoutName)
            return values + (mask.Rows + 1L) * 4 + mask.Words.Length * 8L;
        if (LayoutRegistry.TryParseNm(name, out _, out var group))
            return values + kept * System.Numerics.BitOperations.Log2((uint)(group * 2 - 1)) / 8;
        return LayoutRegistry.TryParseBlock(name, out var rows, out var columns) ? values + kept / ((long)rows * columns) * 2 + mask.Rows / rows * 4L : long.MaxValue;
    }

    private static long ApproximateBytes(string name, MatrixLayout stored)
    {
        var values = stored.KeptCount * StoredValues.SizeOf(stored.Element) + stored.Rows * 4L;
        return values + (name == CsrMatrix.LayoutName ? stored.KeptCount * (stored.Columns <= 65536 ? 2 : 4) : (stored.Columns + 63L) / 64 * 8 * stored.Rows);
    }

    /// <summary>The reason for a choice, in words. Times are nanoseconds per weight: of dense storage, of what is stored, and of the choice.</summary>
    internal static string Explain(MatrixLayout stored, string best, double dense, double own, double time, bool cached, string source)
    {
        var element = stored.Element;
        var place = cached ? "from the cache" : "from memory";
        var sparsity = Percent(stored.Sparsity);
        var figures = string.Create(CultureInfo.InvariantCulture, $"{stored.Name} {stored.Element} at {sparsity} sparsity takes {own:0.000} ns per weight {place}, dense {element} {dense:0.000} ({source})");
        if (stored is not SparseMatrix)
            return stored.HasMask ? $"dense {element}: stored densely" : $"{stored.Name} {element}: a product of factors runs as stored";
        if (best == stored.Name)
            return string.Create(CultureInfo.InvariantCulture, $"{best}: {figures}, so it runs as stored, {dense / time:0.00} times as fast");
        if (best != "dense")
            return string.Create(CultureInfo.InvariantCulture, $"{best}: {figures}; {best} takes {time:0.000}");
        return $"dense: {figures}, so it is expanded; here sparsity saves bytes but no time";
    }

    private static string Percent(double fraction) => fraction.ToString("0.# %", CultureInfo.InvariantCulture);

    private static string Ratio(long bytes, long dense) => ((double)bytes / Math.Max(1, dense)).ToString("0.00", CultureInfo.InvariantCulture);
}
