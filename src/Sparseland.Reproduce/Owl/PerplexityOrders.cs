using System.Globalization;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Owl;

/// <summary>Perplexities of a model under every score, sparsity and pattern, and the orders that are claimed of them.</summary>
internal static class PerplexityOrders
{
    // At one half SparseGPT and Wanda may tie.
    private const double Tie = 1.02;

    public static readonly (string Name, string Score, string Update)[] Methods =
        [("random", "random", "none"), ("magnitude", "magnitude", "none"), ("Wanda", "wanda", "none"), ("SparseGPT", "sparsegpt", "obs")];

    private static readonly (string Name, Pattern Pattern, double Sparsity)[] Cases =
    [
        ("50 %", Pattern.Unstructured, 0.5), ("60 %", Pattern.Unstructured, 0.6), ("70 %", Pattern.Unstructured, 0.7),
        ("4:8", new NofMPattern(4, 8), 0.5), ("2:4", new NofMPattern(2, 4), 0.5),
    ];

    public static Claim Scores(string model) => new($"score-order-{model}", $"{model}: perplexity at 50, 60 and 70 %: dense < SparseGPT <= Wanda < magnitude (at 50 % the middle two may tie within 2 %)");

    public static Claim Patterns(string model) => new($"pattern-order-{model}", $"{model}: perplexity at one half, for each score: unstructured < 4:8 < 2:4");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var results = new Dictionary<(string Case, string Method), Sample>();
        var cases = context.Quick ? Cases.Where(one => one.Name is "50 %" or "70 %" or "2:4").ToArray() : Cases;
        var done = 0;
        foreach (var (name, pattern, sparsity) in cases)
            foreach (var method in Methods)
            {
                progress?.Report(new ProgressReport($"{model.Name}: {method.Name} at {name}", done++, cases.Length * Methods.Length));
                results[(name, method.Name)] = Measure(model, RecipeOf(model, method.Score, method.Update, pattern, sparsity), context, cancellation);
            }
        var dense = Measure(model, null, context, cancellation);
        tables.Add(new ExperimentTable($"Perplexity of {model.Name}; dense {dense}", ["", .. Methods.Select(method => method.Name)],
            [.. cases.Select(one => (IReadOnlyList<string>)[one.Name, .. Methods.Select(method => results[(one.Name, method.Name)].ToString())])]));
        outcomes.Add(JudgeScores(model.Name, dense, results));
        outcomes.Add(JudgePatterns(model.Name, results, context.Quick));
    }

    /// <summary>Perplexity per seed of a recipe, or of the dense model.</summary>
    public static Sample Measure(ExperimentModel model, Recipe? recipe, ExperimentContext context, CancellationToken cancellation) => new([.. context.Seeds.Select(seed =>
    {
        var loaded = TransformerModel.Load(model.Checkpoint, null, cancellation);
        if (recipe is not null)
            ModelPruner.PruneInMemory(model.Checkpoint, recipe with { Seed = seed }, model.Calibrate(seed, context.Quick ? 32 : 128, 128), loaded, null, cancellation);
        return model.Perplexity(loaded, seed, context.Quick ? 4000 : 16000, cancellation);
    })]);

    /// <summary>A recipe; matrices that a group of 8 does not divide take 2:4 instead of 4:8.</summary>
    public static Recipe RecipeOf(ExperimentModel model, string score, string update, Pattern pattern, double sparsity)
    {
        var rules = new List<RecipeRule>();
        if (pattern is NofMPattern { Group: 8 } && PruningPlan.PrunableMatrices(model.Checkpoint.Configuration).Any(matrix => matrix.Columns % 8 != 0))
            rules.AddRange(PruningPlan.PrunableMatrices(model.Checkpoint.Configuration).Where(matrix => matrix.Columns % 8 != 0).Select(matrix => new RecipeRule(matrix.Name) { Pattern = new NofMPattern(2, 4) }));
        return new Recipe { Score = new MethodChoice(score), Update = new MethodChoice(update), Pattern = pattern, Sparsity = sparsity, Layout = "dense", Rules = rules };
    }

    private static ClaimOutcome JudgeScores(string model, Sample dense, Dictionary<(string Case, string Method), Sample> results)
    {
        var faults = new List<string>();
        foreach (var name in results.Keys.Select(key => key.Case).Where(name => name.EndsWith('%')).Distinct())
        {
            var (magnitude, wanda, sparseGpt) = (results[(name, "magnitude")], results[(name, "Wanda")], results[(name, "SparseGPT")]);
            if (!dense.IsBelow(sparseGpt))
                faults.Add($"{name}: dense is not below SparseGPT");
            if (!sparseGpt.IsBelow(wanda, name == "50 %" ? Tie : 1))
                faults.Add($"{name}: SparseGPT {sparseGpt} against Wanda {wanda}");
            if (!wanda.IsBelow(magnitude))
                faults.Add($"{name}: Wanda {wanda} against magnitude {magnitude}");
        }
        return new ClaimOutcome(Scores(model), faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0 ? "for every seed" : string.Join("; ", faults));
    }

    private static ClaimOutcome JudgePatterns(string model, Dictionary<(string Case, string Method), Sample> results, bool quick)
    {
        var order = quick ? new[] { "50 %", "2:4" } : ["50 %", "4:8", "2:4"];
        var faults = new List<string>();
        foreach (var method in Methods.Where(method => method.Score != "random"))
            for (var i = 1; i < order.Length; i++)
                if (!results[(order[i - 1], method.Name)].IsBelow(results[(order[i], method.Name)]))
                    faults.Add(string.Create(CultureInfo.InvariantCulture, $"{method.Name}: {order[i - 1]} {results[(order[i - 1], method.Name)]} against {order[i]} {results[(order[i], method.Name)]}"));
        return new ClaimOutcome(Patterns(model), faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0 ? $"for every seed{(quick ? "; 4:8 is not in the quick size" : "")}" : string.Join("; ", faults));
    }
}
