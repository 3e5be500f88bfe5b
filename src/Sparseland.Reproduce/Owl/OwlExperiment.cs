using System.Globalization;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Owl;

/// <summary>
/// Magnitude, Wanda, SparseGPT and OWL: layer errors on a synthetic layer, perplexities of the models that are there, OWL against uniform sparsity, and OWL's planted outliers.
/// </summary>
public sealed class OwlExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "owl";

    /// <inheritdoc/>
    public string Summary => "one-shot pruning: magnitude, Wanda, SparseGPT, and OWL's sparsity per block";

    /// <inheritdoc/>
    public string Source => "Yin et al., ICML 2024 (OWL); Sun et al., ICLR 2024 (Wanda); Frantar and Alistarh, ICML 2023 (SparseGPT)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims =>
    [
        LayerErrors.Order, LayerErrors.Bound,
        .. new[] { "storyteller", "stories260K" }.SelectMany(model => new[] { PerplexityOrders.Scores(model), PerplexityOrders.Patterns(model), PlantedOutliers.Claim(model) }),
    ];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Mean and standard deviation over {context.Seeds.Count} seeds of calibration and evaluation text{(context.Quick ? "; quick size" : "")}. Perplexity is per token of the model's own vocabulary, on documents cut to the window."),
        ];
        notes.AddRange(context.Warnings);
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        LayerErrors.Run(context, tables, outcomes, progress);
        foreach (var model in ExperimentModel.Available(context, notes))
        {
            using var _ = model.Checkpoint;
            PerplexityOrders.Run(model, context, tables, outcomes, progress, cancellation);
            ComparisonGroups.Run(model, context, tables, progress, cancellation);
            OwlAgainstUniform.Run(model, context, tables, progress, cancellation);
            PlantedOutliers.Run(model, context, tables, outcomes, progress, cancellation);
        }
        if (ExperimentModel.Shipped(context, "loud-channels", notes) is { } loud)
        {
            using var _ = loud.Checkpoint;
            OwlAgainstUniform.Run(loud, context, tables, progress, cancellation);
        }
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, "the model is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
