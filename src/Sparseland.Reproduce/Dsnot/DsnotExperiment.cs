using System.Globalization;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Dsnot;

/// <summary>DSnoT: when exchanging weights lowers the error of a layer and when it raises it, and perplexities of the models that are there.</summary>
public sealed class DsnotExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "dsnot";

    /// <inheritdoc/>
    public string Summary => "a better mask without training: pruned weights come back, kept ones go, until expected errors vanish";

    /// <inheritdoc/>
    public string Source => "Zhang et al., ICLR 2024 (Dynamic Sparse no Training)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims =>
    [
        ShiftedErrors.Halves, ShiftedErrors.Harms, ShiftedErrors.Sooner, ShiftedErrors.NoHelp, ShiftedErrors.Guarded,
        .. new[] { "storyteller", "stories260K" }.Select(RefinedPerplexities.Claim),
    ];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Mean and standard deviation over {context.Seeds.Count} seeds of calibration and evaluation text{(context.Quick ? "; quick size" : "")}. Perplexity is per token of the model's own vocabulary, on documents cut to the window."),
            .. context.Warnings,
        ];
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        ShiftedErrors.Run(context, tables, outcomes, progress);
        foreach (var model in ExperimentModel.Available(context, notes))
        {
            using var _ = model.Checkpoint;
            RefinedPerplexities.Run(model, context, tables, outcomes, progress, cancellation);
        }
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, "the model is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
