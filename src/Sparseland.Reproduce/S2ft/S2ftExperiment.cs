using System.Globalization;
using Sparseland.Progress;

namespace Sparseland.Reproduce.S2ft;

/// <summary>S²FT beside LoRA and full fine-tuning on one trainer: a new rule learned, an old skill kept, and what a step costs.</summary>
public sealed class S2ftExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "s2ft";

    /// <inheritdoc/>
    public string Summary => "fine-tuning some heads and neurons in place: as good as LoRA, less forgotten, fewer bytes, less time";

    /// <inheritdoc/>
    public string Source => "Yang et al., NeurIPS 2024 (S²FT: Efficient, Scalable and Generalizable LLM Fine-tuning by Structured Sparsity)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims => [TunedModels.Learns, TunedModels.Forgets, StepCosts.Exact, StepCosts.Less, StepCosts.Faster];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Mean and standard deviation over {context.Seeds.Count} seeds of examples, their order, selection and evaluation stories{(context.Quick ? "; quick size" : "")}. Each method has its own learning rate, chosen from one grid by the loss on other examples of the first seed. LoRA is on q, k, v, up and down, with alpha twice the rank."),
            .. context.Warnings,
        ];
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        StepCosts.Run(context, tables, outcomes, progress, cancellation);
        if (ExperimentModel.Shipped(context, "storyteller", notes) is { } model)
        {
            using var _ = model.Checkpoint;
            TunedModels.Run(model, context, tables, outcomes, progress, cancellation);
        }
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, "the model is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
