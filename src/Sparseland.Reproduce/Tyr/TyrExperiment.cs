using System.Globalization;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Tyr;

/// <summary>Týr-the-Pruner: its local pruner on one layer, and the search for the distribution of sparsity over a whole model.</summary>
public sealed class TyrExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "tyr-the-pruner";

    /// <inheritdoc/>
    public string Summary => "structured pruning: heads and neurons removed by a search over the whole model";

    /// <inheritdoc/>
    public string Source => "Týr-the-Pruner, NeurIPS 2025";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims => [LayerErrors.Ratio, LayerErrors.MoreRounds, .. SearchedModels.Claims("storyteller"), .. SearchedModels.Claims("stories260K")];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Mean and standard deviation over {context.Seeds.Count} seeds of calibration, search and evaluation text{(context.Quick ? "; quick size" : "")}. Perplexity is per token of the model's own vocabulary, on documents cut to the window. No fine-tuning follows."),
            .. context.Warnings,
        ];
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        LayerErrors.Run(context, tables, outcomes, cancellation);
        // In quick size the project's own model alone.
        foreach (var model in ExperimentModel.Available(context, notes))
        {
            using var _ = model.Checkpoint;
            if (!context.Quick || model.Name == "storyteller")
                SearchedModels.Run(model, context, tables, outcomes, progress, cancellation);
        }
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, context.Quick ? "the model is not there, or the quick size is too small to tell" : "the model is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
