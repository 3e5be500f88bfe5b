using Sparseland.Chance;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>What a product costs: nanoseconds per weight of the matrix whether kept or not, and per kept weight.</summary>
/// <param name="PerWeight">Of rows x columns.</param>
/// <param name="PerKept">Of the kept ones.</param>
public readonly record struct KernelCost(double PerWeight, double PerKept)
{
    /// <summary>Nanoseconds per weight at a density of 0 to 1.</summary>
    public double Of(double density) => PerWeight + PerKept * density;
}

/// <summary>
/// Costs of the layouts' products, either the fixed ones or measured on this machine. A cost is a straight line over the density; for a batch it is per vector.
/// Code that produces files never sees measured costs: they are made and passed on by decoding and benchmarks alone.
/// </summary>
public sealed class MachineCosts
{
    private const int FewestWarmRounds = 40;
    private const int MostWarmRounds = 120;

    private readonly Dictionary<(string Layout, ElementType Element, KernelOperation Operation, bool Cached), KernelCost> _costs = [];

    private MachineCosts(string source) => Source = source;

    /// <summary>Where the figures come from, for messages.</summary>
    public string Source { get; }

    /// <summary>The table that never changes: a Zen processor, two threads.</summary>
    public static MachineCosts Fixed => s_fixed ??= MakeFixed();

    private static MachineCosts? s_fixed;

    /// <summary>The cost of a layout's product. Layouts without kernels of their own (an unusual N:M or block) count as rows walked one entry at a time.</summary>
    /// <param name="layoutName">"dense", "csr", "bitmap", "2:4", "block 1x8".</param>
    /// <param name="element">The value type.</param>
    /// <param name="operation">One vector, or a batch.</param>
    /// <param name="cached">Whether the weights come from the cache.</param>
    public KernelCost Find(string layoutName, ElementType element, KernelOperation operation, bool cached) =>
        _costs.TryGetValue((Family(layoutName), element, operation, cached), out var cost) ? cost : Walk(operation);

    /// <summary>Measures every layout on random matrices, from memory and from the cache, with the number of threads that kernels use now. Takes some seconds, the first of them to let the compiler reach its last tier.</summary>
    /// <param name="clock">The time source.</param>
    /// <param name="progress">Told each layout.</param>
    /// <param name="cancellationToken">Ends it between two layouts.</param>
    public static MachineCosts Measure(TimeProvider clock, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clock);
        WarmUp(clock, cancellationToken);
        var costs = new MachineCosts("measured on this machine");
        var done = 0;
        foreach (var (layout, element, low, high) in Subjects)
        {
            foreach (var cached in (bool[])[false, true])
            {
                cancellationToken.ThrowIfCancellationRequested();
                costs.MeasureOne(clock, layout, element, low, high, cached);
            }
            progress?.Report(new ProgressReport("measuring kernels", ++done, Subjects.Length, $"{layout} {element}"));
        }
        return costs;
    }

    // Layout, element and two densities; a pattern that fixes the density has one, and then all of the cost is per kept weight.
    private static (string Layout, ElementType Element, double Low, double High)[] Subjects { get; } =
    [
        .. from element in (ElementType[])[ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8] select ("dense", element, 1.0, 1.0),
        .. from element in (ElementType[])[ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8] select ("bitmap", element, 0.2, 0.6),
        .. from element in (ElementType[])[ElementType.Float32, ElementType.BFloat16] select ("csr", element, 0.05, 0.3),
        .. from layout in (string[])["2:4", "4:8", "1:4", "2:8"] from element in (ElementType[])[ElementType.Float32, ElementType.BFloat16, ElementType.Int8] select (layout, element, 1.0, 1.0),
        .. from layout in (string[])["block 1x8", "block 8x1"] from element in (ElementType[])[ElementType.Float32, ElementType.BFloat16] select (layout, element, 0.1, 0.5),
        ("tiled-csl", ElementType.Float16, 0.2, 0.6),
    ];

    // The compiler improves a kernel only after it has been called some dozens of times, and in the background: every kernel runs on a small matrix
    // until a round over all of them has stopped becoming faster, so that the first subjects are not measured in worse code than the last.
    private static void WarmUp(TimeProvider clock, CancellationToken cancellationToken)
    {
        const int columns = 512;
        var operands = new List<MatrixLayout>();
        foreach (var (layout, element, low, _) in Subjects)
            operands.Add(Sample(layout, element, 128, columns, low));
        var x = new Tensor<float>(new Shape(32, columns));
        var y = new Tensor<float>(new Shape(32, 128));
        var best = double.MaxValue;
        for (var (round, still) = (0, 0); round < MostWarmRounds && (round < FewestWarmRounds || still < 3); round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = clock.GetTimestamp();
            foreach (var operand in operands)
            {
                for (var i = 0; i < 8; i++)
                    operand.Multiply(x.Matrix.Row(0), y.Matrix.Row(0));
                operand.MultiplyBatch(x.Matrix, y.Matrix);
                operand.MultiplyBatch(x.Matrix, y.Matrix);
            }
            var elapsed = clock.GetElapsedTime(start).TotalSeconds;
            still = elapsed < best * 0.9 ? 0 : still + 1;
            best = Math.Min(best, elapsed);
        }
    }

    private void MeasureOne(TimeProvider clock, string layout, ElementType element, double low, double high, bool cached)
    {
        var (rows, columns) = cached ? (256, 1024) : (1024, 4096);
        foreach (var operation in (KernelOperation[])[KernelOperation.Vector, KernelOperation.Batch])
        {
            var atLow = Time(clock, layout, element, rows, columns, low, operation, cached, out var densityLow);
            var cost = new KernelCost(0, atLow / densityLow);
            if (high > low)
            {
                var atHigh = Time(clock, layout, element, rows, columns, high, operation, cached, out var densityHigh);
                var slope = Math.Max(0, (atHigh - atLow) / (densityHigh - densityLow));
                cost = new KernelCost(Math.Max(0, atLow - slope * densityLow), slope);
            }
            _costs[(layout, element, operation, cached)] = cost;
        }
    }

    // Nanoseconds per weight and vector: the best of some rounds over several copies, which together are larger than a cache unless it is meant to hold them.
    private static double Time(TimeProvider clock, string layout, ElementType element, int rows, int columns, double density, KernelOperation operation, bool cached, out double kept)
    {
        var batch = operation == KernelOperation.Vector ? 1 : 32;
        var first = Sample(layout, element, rows, columns, density);
        kept = 1 - first.Sparsity;
        var copies = cached || operation == KernelOperation.Batch ? 1 : (int)Math.Clamp((48L << 20) / Math.Max(1, first.ByteCount) + 1, 2, 24);
        var operands = new MatrixLayout[copies];
        operands[0] = first;
        for (var i = 1; i < copies; i++)
            operands[i] = MatrixLayoutFactory.Copy(first);
        var x = new Tensor<float>(new Shape(batch, columns));
        var y = new Tensor<float>(new Shape(batch, rows));
        new RandomStream(2, "costs").FillNormal(x.Span);
        var best = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var start = clock.GetTimestamp();
            foreach (var operand in operands)
                operand.MultiplyBatch(x.Matrix, y.Matrix);
            var elapsed = clock.GetElapsedTime(start).TotalNanoseconds / copies;
            // The first round compiles and warms.
            best = round == 0 ? best : Math.Min(best, elapsed);
        }
        return best / ((double)rows * columns * batch);
    }

    private static MatrixLayout Sample(string layout, ElementType element, int rows, int columns, double density)
    {
        var chance = new RandomStream(1, "costs");
        var values = Tensor<float>.Uninitialized(new Shape(rows, columns));
        for (var i = 0L; i < values.Length; i++)
            values.Span[(int)i] = (float)(chance.NextDouble() - 0.5);
        return MatrixLayoutFactory.Create(layout, element, values.Matrix, layout == "dense" ? Mask.Full(rows, columns) : RandomMask.ForLayout(layout, rows, columns, density, chance));
    }

    // Layout, element; nanoseconds per weight and per kept weight of a vector product from memory, of one from the cache, of a batch (per vector). One thread of a Zen, AVX2.
    private static (string Layout, ElementType Element, double PerWeight, double PerKept, double CachedWeight, double CachedKept, double BatchWeight, double BatchKept)[] FixedTable { get; } =
    [
        ("dense", ElementType.Float32, 0, 0.215, 0, 0.05, 0, 0.027), ("dense", ElementType.BFloat16, 0, 0.130, 0, 0.05, 0, 0.029),
        ("dense", ElementType.Float16, 0, 0.140, 0, 0.06, 0, 0.030), ("dense", ElementType.Int8, 0, 0.070, 0, 0.03, 0, 0.030),
        ("bitmap", ElementType.Float32, 0.124, 0.093, 0.11, 0.02, 0.002, 0.055), ("bitmap", ElementType.BFloat16, 0.125, 0.060, 0.11, 0.02, 0.002, 0.055),
        ("bitmap", ElementType.Float16, 0.140, 0.060, 0.13, 0.02, 0.002, 0.065), ("bitmap", ElementType.Int8, 0.125, 0.020, 0.11, 0.02, 0.002, 0.055),
        ("csr", ElementType.Float32, 0.005, 0.65, 0.005, 0.30, 0.001, 0.055), ("csr", ElementType.BFloat16, 0.005, 0.60, 0.005, 0.32, 0.001, 0.055),
        ("2:4", ElementType.Float32, 0, 0.29, 0, 0.10, 0, 0.08), ("2:4", ElementType.BFloat16, 0, 0.16, 0, 0.10, 0, 0.08), ("2:4", ElementType.Int8, 0, 0.16, 0, 0.11, 0, 0.08),
        ("4:8", ElementType.Float32, 0, 0.30, 0, 0.11, 0, 0.08), ("4:8", ElementType.BFloat16, 0, 0.17, 0, 0.11, 0, 0.08), ("4:8", ElementType.Int8, 0, 0.17, 0, 0.12, 0, 0.08),
        ("1:4", ElementType.Float32, 0, 0.32, 0, 0.18, 0, 0.08), ("1:4", ElementType.BFloat16, 0, 0.22, 0, 0.18, 0, 0.08), ("1:4", ElementType.Int8, 0, 0.22, 0, 0.19, 0, 0.08),
        ("2:8", ElementType.Float32, 0, 0.32, 0, 0.18, 0, 0.08), ("2:8", ElementType.BFloat16, 0, 0.22, 0, 0.18, 0, 0.08), ("2:8", ElementType.Int8, 0, 0.22, 0, 0.19, 0, 0.08),
        ("block 1x8", ElementType.Float32, 0.003, 0.32, 0.003, 0.07, 0.001, 0.055), ("block 1x8", ElementType.BFloat16, 0.003, 0.19, 0.003, 0.08, 0.001, 0.055),
        ("block 8x1", ElementType.Float32, 0.003, 0.32, 0.003, 0.07, 0.001, 0.055), ("block 8x1", ElementType.BFloat16, 0.003, 0.19, 0.003, 0.08, 0.001, 0.055),
        ("tiled-csl", ElementType.Float16, 0.02, 1.20, 0.02, 1.10, 0.035, 0.01),
    ];

    private static string Family(string layoutName) => layoutName switch
    {
        "block 16x1" or "block 32x1" or "block 64x1" => "block 8x1",
        "block 1x16" or "block 1x32" or "block 4x8" or "block 8x8" or "block 16x16" or "block 32x32" => "block 1x8",
        _ => layoutName,
    };

    private static KernelCost Walk(KernelOperation operation) => operation == KernelOperation.Vector ? new(0.02, 1.5) : new(0.01, 0.2);

    private static MachineCosts MakeFixed()
    {
        var costs = new MachineCosts("fixed table");
        foreach (var (layout, element, perWeight, perKept, cachedWeight, cachedKept, batchWeight, batchKept) in FixedTable)
        {
            costs._costs[(layout, element, KernelOperation.Vector, false)] = new(perWeight, perKept);
            costs._costs[(layout, element, KernelOperation.Vector, true)] = new(cachedWeight, cachedKept);
            foreach (var cached in (bool[])[false, true])
                costs._costs[(layout, element, KernelOperation.Batch, cached)] = new(batchWeight, batchKept);
        }
        return costs;
    }
}
