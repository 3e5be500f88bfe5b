using System.Globalization;
using System.Runtime.Intrinsics;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Threads;

namespace Sparseland.Reproduce.FlashLlm;

/// <summary>
/// Load as sparse, compute as dense, on a processor: from which sparsity on, and up to which batch, each layout beats the dense product of the same value type on this machine,
/// how near it comes to the bound that its bytes set, and how the bitmap stands against CSR and the paper's Tiled-CSL.
/// </summary>
public sealed class FlashLlmExperiment : IExperiment
{
    private const string Bitmap = "bitmap f32";
    private const string Csr = "CSR f32";
    private const string TiledCsl = "Tiled-CSL f16";

    private static readonly Claim Exact = new("exact", "every layout gives the dense product with the mask applied (differences below 1e-5 of the largest output)");
    private static readonly Claim Faster = new("bitmap-faster", "one column, cold: the float32 bitmap beats dense float32 from 60 % sparsity on");
    private static readonly Claim Order = new("order", "one column, cold, 50 to 80 %: bitmap f32 is faster than Tiled-CSL, Tiled-CSL faster than CSR");
    private static readonly Claim Crossing = new("crossing", "one column: CSR needs a higher sparsity than the bitmap to beat dense");
    private static readonly Claim Bound = new("bound", "the bitmap's speed-up stays below the bound of its bytes, w / (1 + w (1 − β)) for w-bit values, within 10 %");
    private static readonly Claim Shrinks = new("batch", "the bitmap's gain over dense at 70 % is smaller at the largest batch than at one column");
    private static readonly Claim Bytes = new("bytes", "the float16 bitmap is smaller than Tiled-CSL up to 90 % and larger at 95 %");

    /// <inheritdoc/>
    public string Name => "flash-llm";

    /// <inheritdoc/>
    public string Summary => "load as sparse, compute as dense: break-even sparsity of every layout on this machine";

    /// <inheritdoc/>
    public string Source => "Xia et al., VLDB 2024 (Flash-LLM)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims => [Exact, Faster, Order, Crossing, Bound, Shrinks, Bytes];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (rows, columns) = context.Quick ? (1024, 4096) : (2048, 4096);
        var grid = new LayoutGrid
        {
            Sparsities = context.Quick ? [0.5, 0.6, 0.7, 0.8, 0.9] : [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95],
            Batches = context.Quick ? [1, 32] : [1, 4, 16, 64],
        };
        grid.Run(rows, columns, LayoutGrid.Unstructured, context.Seeds, 96L << 20, context.Quick ? 0.02 : 0.04, progress, cancellation);
        var inCache = new LayoutGrid { Sparsities = [0.5, 0.7, 0.9], Batches = [1, 32] };
        inCache.Run(512, 512, LayoutGrid.Unstructured, context.Seeds, 0, 0.02, progress, cancellation);
        List<ExperimentTable> tables =
        [
            SpeedTable(grid, $"Speed-up over dense of the same value type, one column, {rows} x {columns}, weights from memory", 1),
            SpeedTable(grid, $"The same, {grid.Batches[^1]} columns", grid.Batches[^1]),
            BreakEvenTable(grid),
            BoundTable(grid),
            SpeedTable(inCache, "Speed-up over dense, one column, 512 x 512, weights in the cache", 1),
            BytesTable(),
        ];
        var outcomes = new List<ClaimOutcome> { JudgeExact(context), JudgeFaster(grid), JudgeOrder(grid), JudgeCrossing(grid), JudgeBound(grid), JudgeShrinks(grid), JudgeBytes() };
        var note = string.Create(CultureInfo.InvariantCulture,
            $"{WorkerPool.ThreadCount} threads, {(Vector512.IsHardwareAccelerated ? "AVX-512" : Vector256.IsHardwareAccelerated ? "AVX2" : "no wide vectors")}. Mean and standard deviation over {context.Seeds.Count} seeds; each figure is a ratio of medians in one process{(context.Quick ? "; quick size" : "")}.");
        return new ExperimentResult(tables, outcomes, [note, .. context.Warnings]);
    }

    private static ExperimentTable SpeedTable(LayoutGrid grid, string title, int batch) => new(title,
        ["sparsity", .. LayoutGrid.Unstructured.Select(layout => layout.Name)],
        [.. grid.Sparsities.Select(sparsity => (IReadOnlyList<string>)[Percent(sparsity), .. LayoutGrid.Unstructured.Select(layout => grid.SpeedUp(layout.Name, sparsity, batch).ToString())])]);

    private static ExperimentTable BreakEvenTable(LayoutGrid grid) => new("Break-even sparsity: from here on faster than dense of the same value type",
        ["columns", .. LayoutGrid.Unstructured.Select(layout => layout.Name)],
        [.. grid.Batches.Select(batch => (IReadOnlyList<string>)
            [batch.ToString(CultureInfo.InvariantCulture), .. LayoutGrid.Unstructured.Select(layout => Words(grid.BreakEven(layout.Name, batch), grid.Sparsities[0]))])]);

    private static ExperimentTable BoundTable(LayoutGrid grid) => new("Bitmap, one column: speed-up as a fraction of its bound w / (1 + w (1 − β)), and the rate at which stored bytes are read",
        ["sparsity", "f32, of bound", "bf16, of bound", "f32, GB/s", "bf16, GB/s"],
        [.. grid.Sparsities.Select(sparsity => (IReadOnlyList<string>)
            [Percent(sparsity), Fraction(grid, Bitmap, 32, sparsity).ToString(), Fraction(grid, "bitmap bf16", 16, sparsity).ToString(),
             grid.Bandwidth(Bitmap, sparsity).ToString(), grid.Bandwidth("bitmap bf16", sparsity).ToString()])]);

    private static ExperimentTable BytesTable() => new("Bytes per weight, 1024 x 1024",
        ["sparsity", "dense f16", "bitmap f16", "Tiled-CSL f16", "CSR bf16"],
        [.. new[] { 0.3, 0.5, 0.7, 0.8, 0.9, 0.95 }.Select(sparsity =>
        {
            var timing = new LayoutTiming(1024, 1024, Pattern.Unstructured, sparsity, 1, 0, 0);
            string Of(string layout, ElementType element) => (timing.Create(layout, element).ByteCount / (1024.0 * 1024)).ToString("F3", CultureInfo.InvariantCulture);
            return (IReadOnlyList<string>)[Percent(sparsity), "2.000", Of("bitmap", ElementType.Float16), Of("tiled-csl", ElementType.Float16), Of("csr", ElementType.BFloat16)];
        })]);

    private static ClaimOutcome JudgeExact(ExperimentContext context)
    {
        var (worst, name) = (0.0, "");
        foreach (var seed in context.Seeds)
            foreach (var sparsity in new[] { 0.3, 0.7, 0.95 })
            {
                var timing = new LayoutTiming(133, 321, Pattern.Unstructured, sparsity, seed, 0, 0);
                foreach (var layout in LayoutGrid.Unstructured)
                    foreach (var batch in new[] { 1, 3, 40 })
                        if (timing.Difference(layout.Layout, layout.Element, batch) is var difference && difference > worst)
                            (worst, name) = (difference, layout.Name);
            }
        return new ClaimOutcome(Exact, worst < 1e-5 ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture, $"the largest difference is {worst:E1} ({name})"));
    }

    private static ClaimOutcome JudgeFaster(LayoutGrid grid) => Judge(Faster, grid.Sparsities.Where(sparsity => sparsity >= 0.6).Select(sparsity =>
        (grid.SpeedUp(Bitmap, sparsity, 1).Mean > 1, string.Create(CultureInfo.InvariantCulture, $"{Percent(sparsity)}: {grid.SpeedUp(Bitmap, sparsity, 1)}"))));

    private static ClaimOutcome JudgeOrder(LayoutGrid grid) => Judge(Order, grid.Sparsities.Where(sparsity => sparsity is >= 0.5 and <= 0.8).Select(sparsity =>
    {
        var (bitmap, tiled, csr) = (grid.Seconds(Bitmap, sparsity).Mean, grid.Seconds(TiledCsl, sparsity).Mean, grid.Seconds(Csr, sparsity).Mean);
        return (bitmap < tiled && tiled < csr, string.Create(CultureInfo.InvariantCulture, $"{Percent(sparsity)}: 1 : {tiled / bitmap:F2} : {csr / bitmap:F2}"));
    }));

    private static ClaimOutcome JudgeCrossing(LayoutGrid grid)
    {
        var (bitmap, csr) = (grid.BreakEven(Bitmap, 1), grid.BreakEven(Csr, 1));
        return new ClaimOutcome(Crossing, !double.IsNaN(bitmap) && (double.IsNaN(csr) || csr > bitmap) ? Verdict.Holds : Verdict.Fails,
            $"bitmap {Words(bitmap, grid.Sparsities[0])}, CSR {Words(csr, grid.Sparsities[0])}");
    }

    private static ClaimOutcome JudgeBound(LayoutGrid grid) => Judge(Bound, grid.Sparsities.SelectMany(sparsity => new[] { (Bitmap, 32), ("bitmap bf16", 16) }.Select(pair =>
        (Fraction(grid, pair.Item1, pair.Item2, sparsity).Mean <= 1.1, string.Create(CultureInfo.InvariantCulture, $"{pair.Item1} at {Percent(sparsity)}: {Fraction(grid, pair.Item1, pair.Item2, sparsity)}")))), onlyFaults: true);

    private static ClaimOutcome JudgeShrinks(LayoutGrid grid)
    {
        var (one, many) = (grid.SpeedUp(Bitmap, 0.7, 1), grid.SpeedUp(Bitmap, 0.7, grid.Batches[^1]));
        return new ClaimOutcome(Shrinks, many.Mean < one.Mean ? Verdict.Holds : Verdict.Fails, $"{one} at one column, {many} at {grid.Batches[^1]}");
    }

    private static ClaimOutcome JudgeBytes() => Judge(Bytes, new[] { (0.5, true), (0.7, true), (0.9, true), (0.95, false) }.Select(pair =>
    {
        var timing = new LayoutTiming(1024, 1024, Pattern.Unstructured, pair.Item1, 1, 0, 0);
        var (bitmap, tiled) = (timing.Create("bitmap", ElementType.Float16).ByteCount, timing.Create("tiled-csl", ElementType.Float16).ByteCount);
        return (bitmap < tiled == pair.Item2, string.Create(CultureInfo.InvariantCulture, $"{Percent(pair.Item1)}: {bitmap:N0} against {tiled:N0}"));
    }));

    private static ClaimOutcome Judge(Claim claim, IEnumerable<(bool Holds, string Evidence)> cases, bool onlyFaults = false)
    {
        var all = cases.ToList();
        var holds = all.All(one => one.Holds);
        return new ClaimOutcome(claim, holds ? Verdict.Holds : Verdict.Fails,
            holds && onlyFaults ? "everywhere" : string.Join("; ", all.Where(one => holds || !one.Holds).Select(one => one.Evidence)));
    }

    private static Sample Fraction(LayoutGrid grid, string layout, int bits, double sparsity) =>
        new([.. grid.SpeedUp(layout, sparsity, 1).Values.Select(speed => speed * (1 + bits * (1 - sparsity)) / bits)]);

    private static string Percent(double sparsity) => string.Create(CultureInfo.InvariantCulture, $"{100 * sparsity:0} %");

    private static string Words(double breakEven, double lowest) => double.IsNaN(breakEven) ? "never"
        : breakEven <= lowest ? $"{Percent(lowest)} or less" : Percent(breakEven);
}
