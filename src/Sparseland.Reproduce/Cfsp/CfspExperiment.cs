using System.Globalization;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Cfsp;

/// <summary>Neurons removed by CFSP, its baselines and FLAP: perplexities of the models that are there, what allocation and bias are worth, and blocks made idle on purpose.</summary>
public sealed class CfspExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "cfsp";

    /// <inheritdoc/>
    public string Summary => "structured pruning: neurons removed by CFSP, magnitude, Wanda and FLAP";

    /// <inheritdoc/>
    public string Source => "Wang et al., COLING 2025 (CFSP); An et al., AAAI 2024 (FLAP)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims =>
    [
        .. new[] { "storyteller", "stories260K" }.SelectMany(model => new[] { NeuronScores.Best(model), NeuronScores.Allocation(model), NeuronScores.Bias(model), IdleBlocks.Claim(model) }),
        RecoveredPerplexities.Claim("stories260K"),
    ];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Mean and standard deviation over {context.Seeds.Count} seeds of calibration and evaluation text{(context.Quick ? "; quick size" : "")}. Perplexity is per token of the model's own vocabulary, on documents cut to the window. No fine-tuning follows, but where a recovery is named."),
        ];
        notes.AddRange(context.Warnings);
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        foreach (var model in ExperimentModel.Available(context, notes))
        {
            using var _ = model.Checkpoint;
            NeuronScores.Run(model, context, tables, outcomes, progress, cancellation);
            IdleBlocks.Run(model, context, tables, outcomes, progress, cancellation);
            // The storyteller misses too little at this share for a recovery to show.
            if (Claims.Any(claim => claim.Id == RecoveredPerplexities.Claim(model.Name).Id))
                RecoveredPerplexities.Run(model, context, tables, outcomes, progress, cancellation);
        }
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, "the model is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
