using Sparseland.Kernels;

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
/// About what the layouts' products cost: a fixed table, the same on every machine, so that what is chosen by it is the same everywhere. A cost is a straight line
/// over the density; for a batch it is per vector. Decoding and benchmarks time the candidates instead (<see cref="LayoutTrial"/>).
/// </summary>
public static class KernelCosts
{
    /// <summary>Where the figures come from, for messages.</summary>
    internal const string Source = "fixed table";

    private static readonly Dictionary<(string Layout, ElementType Element, KernelOperation Operation, bool Cached), KernelCost> s_costs = Read();

    /// <summary>The cost of a layout's product. Layouts without kernels of their own (an unusual N:M or block) count as rows walked one entry at a time.</summary>
    /// <param name="layoutName">"dense", "csr", "bitmap", "2:4", "block 1x8".</param>
    /// <param name="element">The value type.</param>
    /// <param name="operation">One vector, or a batch.</param>
    /// <param name="cached">Whether the weights come from the cache.</param>
    public static KernelCost Find(string layoutName, ElementType element, KernelOperation operation, bool cached) =>
        s_costs.TryGetValue((Family(layoutName), element, operation, cached), out var cost) ? cost : Walk(operation);

    // Layout, element; nanoseconds per weight and per kept weight of a vector product from memory, of one from the cache, of a batch (per vector). One thread of a Zen, AVX2.
    private static (string Layout, ElementType Element, double PerWeight, double PerKept, double CachedWeight, double CachedKept, double BatchWeight, double BatchKept)[] Table =>
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

    private static Dictionary<(string Layout, ElementType Element, KernelOperation Operation, bool Cached), KernelCost> Read()
    {
        var costs = new Dictionary<(string Layout, ElementType Element, KernelOperation Operation, bool Cached), KernelCost>();
        foreach (var (layout, element, perWeight, perKept, cachedWeight, cachedKept, batchWeight, batchKept) in Table)
        {
            costs[(layout, element, KernelOperation.Vector, false)] = new(perWeight, perKept);
            costs[(layout, element, KernelOperation.Vector, true)] = new(cachedWeight, cachedKept);
            foreach (var cached in (bool[])[false, true])
                costs[(layout, element, KernelOperation.Batch, cached)] = new(batchWeight, batchKept);
        }
        return costs;
    }
}
