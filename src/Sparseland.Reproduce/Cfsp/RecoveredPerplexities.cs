using System.Globalization;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Cfsp;

/// <summary>Perplexities after a recovery with low-rank products: ranks by what each block keeps against equal ranks.</summary>
internal static class RecoveredPerplexities
{
    private const double Share = 0.35;
    private const int Rank = 8, Length = 128;

    public static Claim Claim(string model) => new($"recovery-{model}", $"{model}: at 35 %, 500 steps of LoRA regain half of the perplexity that was lost or more");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        // The quick size trains a fifth of the steps and claims nothing.
        var steps = context.Quick ? 100 : 500;
        var results = new List<double[]>();
        foreach (var seed in context.Seeds)
        {
            progress?.Report(new ProgressReport($"{model.Name}: recovery, seed {seed}", results.Count, context.Seeds.Count));
            var recipe = NeuronScores.Recipe("cfsp", "cfsp", "none", Share) with { Seed = seed };
            var plan = NeuronScores.Plan(model, model.Checkpoint, recipe, seed, context.Quick, cancellation);
            var compacted = plan.Apply(model.Checkpoint);
            var values = new List<double> { Perplexity(TransformerModel.Load(model.Checkpoint, null, cancellation), seed), Perplexity(TransformerModel.Load(compacted, null, cancellation), seed) };
            foreach (var weighted in context.Quick ? [true] : new[] { true, false })
            {
                var settings = new RecoverySettings { Steps = steps, Rank = Rank, RanksByImportance = weighted, LearningRate = 1e-3, Distillation = 0 };
                var (recovered, _) = LoraRecovery.Run(model.Checkpoint, compacted, plan, recipe with { Recovery = settings }, model.Calibrate(seed, 512, Length), null, progress, cancellation);
                values.Add(Perplexity(TransformerModel.Load(recovered, null, cancellation), seed));
            }
            results.Add([.. values]);
        }
        var columns = Enumerable.Range(0, results[0].Length).Select(i => new Sample([.. results.Select(values => values[i])])).ToArray();
        string[] names = ["dense", "without 35 % of its neurons", "recovered, ranks by kept share", "recovered, equal ranks"];
        tables.Add(new ExperimentTable(string.Create(CultureInfo.InvariantCulture, $"Perplexity of {model.Name} before and after {steps} steps of LoRA, mean rank {Rank}"), names[..columns.Length], [[.. columns.Select(column => column.ToString())]]));
        var regained = new Sample([.. results.Select(values => (values[1] - values[2]) / (values[1] - values[0]))]);
        outcomes.Add(new ClaimOutcome(Claim(model.Name), context.Quick ? Verdict.NotTested : regained.Values.All(value => value >= 0.5) ? Verdict.Holds : Verdict.Fails,
            string.Create(CultureInfo.InvariantCulture, $"{regained} of what was lost, after {steps} steps")));

        double Perplexity(TransformerModel loaded, ulong seed) => model.Perplexity(loaded, seed, context.Quick ? 4000 : 16000, cancellation);
    }
}
