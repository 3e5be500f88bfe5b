using Sparseland.Progress;

namespace Sparseland.Reproduce;

/// <summary>Something a published system claims, and that must show here.</summary>
/// <param name="Id">Short and stable.</param>
/// <param name="Statement">The claim, such as "perplexity at 2:4: SparseGPT &lt; Wanda &lt; magnitude".</param>
public sealed record Claim(string Id, string Statement);

/// <summary>The evidence for one published system: its claims as data, and the run that checks them.</summary>
public interface IExperiment
{
    /// <summary>The name on the command line, such as "owl".</summary>
    string Name { get; }

    /// <summary>One sentence for the list of experiments.</summary>
    string Summary { get; }

    /// <summary>The paper or repository.</summary>
    string Source { get; }

    /// <summary>What is claimed.</summary>
    IReadOnlyList<Claim> Claims { get; }

    /// <summary>Runs it.</summary>
    /// <param name="context">Size, seeds and data.</param>
    /// <param name="progress">Told after every measurement.</param>
    /// <param name="cancellation">Heeded between measurements and inside long ones.</param>
    ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default);
}

/// <summary>How an experiment is run.</summary>
public sealed record ExperimentContext
{
    /// <summary>Smaller grids, and only what can be shown at that size.</summary>
    public bool Quick { get; init; }

    /// <summary>The seeds of calibration, evaluation and everything else random; at least three, or nothing is claimed.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [1, 2, 3];

    /// <summary>What a report has to say about this run before its figures.</summary>
    public IEnumerable<string> Warnings => Seeds.Count < 3 ? [$"SPL007: {Seeds.Count} seeds are fewer than three; spreads mean little."] : [];

    /// <summary>The folder with outside data (stories260K, texts), or null.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The folder with the project's own models (storyteller), or null.</summary>
    public string? ModelsFolder { get; init; }
}
