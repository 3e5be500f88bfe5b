using System.Globalization;
using Sparseland.Language.Contextual;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Sirius;

/// <summary>Sirius: what contextual sparsity takes from a model that reasons, and what the dense model's checks give back at which cost.</summary>
public sealed class SiriusExperiment : IExperiment
{
    private const string Model = "reasoner";
    private static readonly (string Mode, int TreeWidth)[] Modes = [("coarse", 4), ("fine", 4)];

    /// <inheritdoc/>
    public string Name => "sirius";

    /// <inheritdoc/>
    public string Summary => "contextual sparsity in decoding, corrected by the dense model: accuracy on reasoning problems, accepted length, cost";

    /// <inheritdoc/>
    public string Source => "Zhou et al., NeurIPS 2024 (Sirius: contextual sparsity with correction for efficient LLMs)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims =>
    [
        .. Modes.SelectMany(mode => new[] { CorrectedAccuracy.Order(mode.Mode), CorrectedAccuracy.Recovery(mode.Mode), CorrectedAccuracy.Stories(mode.Mode) }),
        CorrectionSweeps.Share, CorrectionSweeps.Threshold, CorrectionSweeps.Period, CorrectionSweeps.Tree, CorrectionSweeps.Rewriting, CorrectionSweeps.Meter,
    ];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (tuning, problems, stories, sweep) = context.Quick ? (30, 40, 4, 12) : (60, 170, 15, 60);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Sums of two to four operations after two to four worked ones, {problems} for each of {context.Seeds.Count} seeds ({sweep} in the sweeps); an answer counts when its last number is right. Greedy decoding. Stories: percent of next tokens that are the first choice, {stories} stories per seed{(context.Quick ? "; quick size" : "")}."),
            .. context.Warnings,
        ];
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        if (ExperimentModel.Shipped(context, Model, notes) is { } model)
        {
            using var _ = model.Checkpoint;
            var bench = new ReasoningBench(model, Path.Combine(context.ModelsFolder!, Model, "recipe.json"));
            var (shares, rows, costs) = (new List<IReadOnlyList<string>>(), new List<IReadOnlyList<string>>(), new List<ContextualStatistics>());
            var keeps = Modes.ToDictionary(mode => mode.Mode, mode => CorrectedAccuracy.ChooseKeep(bench, mode.Mode, tuning, shares, progress, cancellation));
            foreach (var (mode, width) in Modes)
                CorrectedAccuracy.Run(bench, mode, keeps[mode], width, (problems, stories), context, rows, outcomes, costs, progress, cancellation);
            tables.Add(new ExperimentTable("Sparse alone, by the share of neurons, on problems of their own: from here the shares below were chosen", ["mode", "share kept", "parameters touched", "full", "sparse"], shares));
            tables.Add(new ExperimentTable("Full, sparse and corrected (period 16, threshold 0.1)",
                ["mode", "share kept", "full", "sparse (density)", "Sirius", "accepted length", "effective density", "metered", "recovered", "stories: full / sparse"], rows));
            CorrectionSweeps.Run(bench, keeps, sweep, context, tables, outcomes, costs, progress, cancellation);
        }
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, "the model is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
