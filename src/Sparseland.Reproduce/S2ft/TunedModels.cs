using System.Globalization;
using Sparseland.Language.Models;
using Sparseland.Language.Tuning;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.S2ft;

/// <summary>A model learns a new rule in several ways on equal data and order: how well it does it, how far it carries, and what of the old skill is lost.</summary>
internal static class TunedModels
{
    private const int Rank = 2;
    private const int Most = 3;
    private static readonly double[] Rates = [1e-3, 3e-3, 1e-2, 3e-2];

    public static Claim Learns { get; } = new("task", "storyteller, a new rule: S²FT-R reaches 95 % or more of LoRA's accuracy with as many trained numbers");

    public static Claim Forgets { get; } = new("forgetting", "storyteller, loss on stories after learning the rule: full fine-tuning rises more than LoRA, and LoRA no less than S²FT-R, on average");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var budget = TuningBudget.Of(model.Checkpoint.Configuration, Rank);
        // The quick size takes the rates that the full size chose.
        (string Name, string Method, double QuickRate)[] methods =
        [
            ("full fine-tuning", "full", 3e-3), (string.Create(CultureInfo.InvariantCulture, $"LoRA, rank {Rank}"), $"lora:rank={Rank}", 1e-2), ("S²FT-R (random)", budget.Method("random"), 3e-2),
            ("S²FT, smallest activation", budget.Method("smallest-activation"), 3e-2), ("S²FT, largest activation", budget.Method("largest-activation"), 3e-2),
        ];
        var results = new List<Outcome>();
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, method, quickRate) in context.Quick ? methods[..3] : methods)
        {
            var result = new Runs(model, context, method, context.Quick ? [quickRate] : Rates, cancellation).Run(name, progress);
            results.Add(result);
            rows.Add([name, $"{result.Trained}", result.Rate.ToString(CultureInfo.InvariantCulture), result.Accuracy.ToString(), result.Longer.ToString(), result.Forgotten.ToString()]);
        }
        tables.Add(new ExperimentTable(
            $"{model.Name} learns to turn lists of names around: accuracy on lists of 2 to {Most} names as in training, on longer ones ({Most + 1}), and the rise of the loss on held-out stories (nats per token)",
            ["", "trained numbers", "learning rate", "accuracy", "accuracy, longer lists", "loss on stories rises by"], rows));
        var (full, lora, slices) = (results[0], results[1], results[2]);
        outcomes.Add(new ClaimOutcome(Learns, slices.Accuracy.Mean >= 0.95 * lora.Accuracy.Mean ? Verdict.Holds : Verdict.Fails, $"S²FT-R {slices.Accuracy}, LoRA {lora.Accuracy}"));
        outcomes.Add(new ClaimOutcome(Forgets, full.Forgotten.Mean > lora.Forgotten.Mean && lora.Forgotten.Mean >= slices.Forgotten.Mean ? Verdict.Holds : Verdict.Fails,
            $"full {full.Forgotten}, LoRA {lora.Forgotten}, S²FT-R {slices.Forgotten}"));
    }

    private sealed record Outcome(long Trained, double Rate, Sample Accuracy, Sample Longer, Sample Forgotten);

    private sealed class Runs(ExperimentModel model, ExperimentContext context, string method, double[] rates, CancellationToken cancellation)
    {
        private readonly int _examples = context.Quick ? 100 : 200;

        public Outcome Run(string name, IProgress<ProgressReport>? progress)
        {
            // The rate is chosen by the loss on other examples of the first seed, then kept.
            var tried = new List<(double Rate, PreparedTuning Tuned, double Loss)>();
            foreach (var rate in rates)
            {
                progress?.Report(new ProgressReport(string.Create(CultureInfo.InvariantCulture, $"{model.Name}: {name}, learning rate {rate}"), 0, 0));
                tried.Add((rate, Train(context.Seeds[0], rate, out var loss), loss));
            }
            var best = tried.MinBy(one => one.Loss);
            var (accuracy, longer, forgotten) = (new List<double>(), new List<double>(), new List<double>());
            foreach (var seed in context.Seeds)
            {
                progress?.Report(new ProgressReport($"{model.Name}: {name}, seed {seed}", 0, 0));
                var tuned = seed == context.Seeds[0] ? best.Tuned : Train(seed, best.Rate, out _);
                accuracy.Add(TurnaroundTask.Accuracy(tuned.Network, Examples(seed, "test", 2, Most), cancellation));
                longer.Add(TurnaroundTask.Accuracy(tuned.Network, Examples(seed, "longer", Most + 1, Most + 1), cancellation));
                const int tokens = 4_000;
                forgotten.Add(Math.Log(model.Perplexity(TransformerModel.Load(tuned.ToCheckpoint(model.Checkpoint), null, cancellation), seed, tokens, cancellation)
                    / model.Perplexity(TransformerModel.Load(model.Checkpoint, null, cancellation), seed, tokens, cancellation)));
            }
            return new Outcome(best.Tuned.TrainedCount, best.Rate, new Sample(accuracy), new Sample(longer), new Sample(forgotten));
        }

        private TuningData Examples(ulong seed, string stream, int fewest, int most) => TurnaroundTask.Examples(model.Tokenizer, seed, stream, _examples, fewest, most);

        private PreparedTuning Train(ulong seed, double rate, out double loss)
        {
            var settings = new TuningSettings { Method = MethodChoice.Parse(method), LearningRate = rate, Steps = context.Quick ? 80 : 110, Batch = 16, HeldOut = 0, Seed = seed };
            var data = TurnaroundTask.Examples(model.Tokenizer, seed, "training", 4000, 2, Most);
            var prepared = FineTuner.Prepare(model.Checkpoint, settings, data, cancellation);
            FineTuner.Train(prepared, settings, data, cancellation: cancellation);
            loss = new TuningTask(prepared, data, null, settings.Batch, seed, "judging").MeanLoss(Examples(seed, "validation", 2, Most), cancellation);
            return prepared;
        }
    }
}
