using System.Globalization;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Layouts;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Cospadi;

/// <summary>Perplexities of a model whose matrices became factors of equal bytes.</summary>
internal static class FactorPerplexities
{
    private const int QuickIterations = 8;

    public static Claim Order(string model) => new($"perplexity-order-{model}", $"{model}: perplexity with 20, 30 and 40 % of the bytes saved: dense < CoSpaDi < data-aware SVD < SVD");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var dictionary = context.Quick ? MethodChoice.Parse(string.Create(CultureInfo.InvariantCulture, $"dictionary:iterations={QuickIterations}")) : new MethodChoice("dictionary");
        (string Name, MethodChoice Update)[] methods = [("CoSpaDi", dictionary), ("data-aware SVD", new MethodChoice("svd")), ("SVD", MethodChoice.Parse("svd:calibrated=false"))];
        double[] shares = context.Quick ? [0.3] : [0.2, 0.3, 0.4];
        var dense = Measure(model, null, context, cancellation);
        var rows = new List<IReadOnlyList<string>>();
        var faults = new List<string>();
        foreach (var saved in shares)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{100 * saved:0} % saved");
            var samples = new List<Sample> { dense };
            foreach (var method in methods)
            {
                progress?.Report(new ProgressReport($"{model.Name}: {method.Name}, {name}", rows.Count * methods.Length + samples.Count - 1, shares.Length * methods.Length));
                // The dictionary asks no score; magnitude needs no statistics of its own.
                samples.Add(Measure(model, new Recipe { Score = new MethodChoice("magnitude"), Update = method.Update, Sparsity = saved, Values = ElementType.BFloat16 }, context, cancellation));
            }
            rows.Add([name, .. samples.Skip(1).Select(sample => sample.ToString())]);
            for (var i = 1; i < samples.Count; i++)
                if (!samples[i - 1].IsBelow(samples[i]))
                    faults.Add($"{name}: {(i == 1 ? "dense" : methods[i - 2].Name)} {samples[i - 1]} against {methods[i - 1].Name} {samples[i]}");
        }
        tables.Add(new ExperimentTable($"Perplexity of {model.Name}; dense {dense}", ["", .. methods.Select(method => method.Name)], rows));
        outcomes.Add(new ClaimOutcome(Order(model.Name), faults.Count == 0 ? Verdict.Holds : Verdict.Fails,
            faults.Count == 0 ? $"for every seed{(context.Quick ? $"; the quick size has 30 % alone and {QuickIterations} iterations" : "")}" : string.Join("; ", faults)));
    }

    private static Sample Measure(ExperimentModel model, Recipe? recipe, ExperimentContext context, CancellationToken cancellation) => new([.. context.Seeds.Select(seed =>
    {
        var loaded = TransformerModel.Load(model.Checkpoint, null, cancellation);
        if (recipe is not null)
            ModelPruner.PruneInMemory(model.Checkpoint, recipe with { Seed = seed }, model.Calibrate(seed, context.Quick ? 32 : 128, 128), loaded, null, cancellation);
        return model.Perplexity(loaded, seed, context.Quick ? 4000 : 16000, cancellation);
    })]);
}
