using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;

namespace Sparseland.Reproduce.FlashLlm;

/// <summary>A layout with its value type, as it is timed.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Layout">The layout's name, or "dense".</param>
/// <param name="Element">The value type.</param>
/// <param name="Rival">The dense value type it is compared with.</param>
internal sealed record TimedLayout(string Name, string Layout, ElementType Element, ElementType Rival);

/// <summary>Speed-ups over the dense matrix of the same value type, by layout, sparsity and batch, over the seeds.</summary>
internal sealed class LayoutGrid
{
    private readonly Dictionary<(string Layout, double Sparsity, int Batch), List<double>> _speedUps = [];
    private readonly Dictionary<(string Layout, double Sparsity), List<double>> _bandwidth = [];
    private readonly Dictionary<(string Layout, double Sparsity), List<double>> _seconds = [];

    /// <summary>Unstructured layouts; the dense rival of Tiled-CSL's float16 is bfloat16, which is as many bytes and has the better kernel here.</summary>
    public static IReadOnlyList<TimedLayout> Unstructured { get; } =
    [
        new("bitmap f32", "bitmap", ElementType.Float32, ElementType.Float32),
        new("bitmap bf16", "bitmap", ElementType.BFloat16, ElementType.BFloat16),
        new("CSR f32", "csr", ElementType.Float32, ElementType.Float32),
        new("Tiled-CSL f16", "tiled-csl", ElementType.Float16, ElementType.BFloat16),
    ];

    /// <summary>The sparsities of the grid.</summary>
    public required IReadOnlyList<double> Sparsities { get; init; }

    /// <summary>The batch sizes of the grid.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>How many times as fast as dense.</summary>
    public Sample SpeedUp(string layout, double sparsity, int batch) => new(_speedUps[(layout, sparsity, batch)]);

    /// <summary>GB/s at which one product with a vector reads the stored bytes.</summary>
    public Sample Bandwidth(string layout, double sparsity) => new(_bandwidth[(layout, sparsity)]);

    /// <summary>Seconds of one product with a vector.</summary>
    public Sample Seconds(string layout, double sparsity) => new(_seconds[(layout, sparsity)]);

    /// <summary>Times everything.</summary>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="layouts">What is timed.</param>
    /// <param name="seeds">Places of the zeros.</param>
    /// <param name="coldBytes">See <see cref="LayoutTiming"/>.</param>
    /// <param name="secondsPerTiming">See <see cref="LayoutTiming"/>.</param>
    /// <param name="progress">Told before every sparsity.</param>
    /// <param name="cancellation">Heeded between timings.</param>
    public void Run(int rows, int columns, IReadOnlyList<TimedLayout> layouts, IReadOnlyList<ulong> seeds, long coldBytes, double secondsPerTiming,
        IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var done = 0;
        foreach (var seed in seeds)
            foreach (var sparsity in Sparsities)
            {
                progress?.Report(new ProgressReport($"timing {rows} x {columns} at {sparsity:P0}", done++, seeds.Count * Sparsities.Count));
                var timing = new LayoutTiming(rows, columns, Pattern.Unstructured, sparsity, seed, coldBytes, secondsPerTiming);
                var dense = new Dictionary<ElementType, double[]>();
                foreach (var layout in layouts)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (!dense.TryGetValue(layout.Rival, out var rival))
                        dense[layout.Rival] = rival = timing.Measure("dense", layout.Rival, Batches, out _);
                    var times = timing.Measure(layout.Layout, layout.Element, Batches, out var bytes);
                    for (var i = 0; i < Batches.Count; i++)
                        Add(_speedUps, (layout.Name, sparsity, Batches[i]), rival[i] / times[i]);
                    Add(_seconds, (layout.Name, sparsity), times[0]);
                    Add(_bandwidth, (layout.Name, sparsity), bytes / times[0] / 1e9);
                }
            }
    }

    /// <summary>The sparsity from which on a layout is faster than dense, by interpolation between the measured ones; NaN when it never is.</summary>
    public double BreakEven(string layout, int batch)
    {
        var speeds = Sparsities.Select(sparsity => SpeedUp(layout, sparsity, batch).Mean).ToArray();
        var first = speeds.Length;
        while (first > 0 && speeds[first - 1] >= 1)
            first--;
        if (first == speeds.Length)
            return double.NaN;
        if (first == 0)
            return Sparsities[0];
        return Sparsities[first - 1] + (1 - speeds[first - 1]) / (speeds[first] - speeds[first - 1]) * (Sparsities[first] - Sparsities[first - 1]);
    }

    private static void Add<TKey>(Dictionary<TKey, List<double>> samples, TKey key, double value) where TKey : notnull
    {
        if (!samples.TryGetValue(key, out var list))
            samples[key] = list = [];
        list.Add(value);
    }
}
