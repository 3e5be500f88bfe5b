using System.Globalization;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Cospadi;

/// <summary>CoSpaDi: a learned dictionary and sparse codes against truncated SVD at equal bytes, on a synthetic layer and on the models that are there.</summary>
public sealed class CospadiExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "cospadi";

    /// <inheritdoc/>
    public string Summary => "sparse dictionary learning of weight matrices, against truncated SVD at equal bytes";

    /// <inheritdoc/>
    public string Source => "CoSpaDi, 2025, arXiv 2509.22075";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims =>
        [LayerErrors.Gain, LayerErrors.Aware, .. new[] { "storyteller", "stories260K" }.Select(FactorPerplexities.Order)];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Mean and standard deviation over {context.Seeds.Count} seeds of calibration and evaluation text{(context.Quick ? "; quick size" : "")}. Bytes saved are of the matrices inside the blocks, with bf16 values; what says which atoms are used counts. Perplexity is per token of the model's own vocabulary, on documents cut to the window."),
        ];
        notes.AddRange(context.Warnings);
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        LayerErrors.Run(context, tables, outcomes, progress, cancellation);
        foreach (var model in ExperimentModel.Available(context, notes))
        {
            using var _ = model.Checkpoint;
            FactorPerplexities.Run(model, context, tables, outcomes, progress, cancellation);
        }
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, "the model is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
