using System.Globalization;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Reproduce.Owl;

namespace Sparseland.Reproduce.Dsnot;

/// <summary>Perplexities of a model under three scores, without DSnoT and with it in the ways that the paper, its code and we run it.</summary>
internal static class RefinedPerplexities
{
    private const double Tie = 1.005;

    private static readonly (string Name, string Score)[] Scores = [("magnitude", "magnitude"), ("Wanda", "wanda"), ("SparseGPT's score", "sparsegpt")];

    private static readonly (string Name, string Update)[] Updates =
    [
        ("no update", "none"), ("DSnoT, guarded", "dsnot"), ("as the authors run it (no sign check, absolute eps, skip mlp)", "dsnot:guard=false,sameSign=false,epsMode=absolute,skip=mlp"),
        ("the same, nothing skipped", "dsnot:guard=false,sameSign=false,epsMode=absolute"), ("sign check, not guarded", "dsnot:guard=false"), ("sign check, not guarded, skip mlp", "dsnot:guard=false,skip=mlp"),
    ];

    public static Claim Claim(string model) => new($"refined-{model}", $"{model}: perplexity at 60 and 70 %: magnitude + DSnoT (guarded) < magnitude; Wanda + DSnoT (guarded) <= Wanda within 0.5 %");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        // The quick size judges the claim in full; what only the table needs is smaller.
        var scores = context.Quick ? Scores[..2] : Scores;
        var updates = context.Quick ? Updates[..3] : Updates;
        var rows = new List<IReadOnlyList<string>>();
        var faults = new List<string>();
        foreach (var sparsity in new[] { 0.6, 0.7 })
            foreach (var score in scores)
            {
                var samples = new List<Sample>();
                foreach (var update in updates)
                {
                    progress?.Report(new ProgressReport(string.Create(CultureInfo.InvariantCulture, $"{model.Name}: {score.Name} at {100 * sparsity:0} %, {update.Name}"), 0, 0));
                    var recipe = PerplexityOrders.RecipeOf(model, score.Score, "none", Pattern.Unstructured, sparsity) with { Update = MethodChoice.Parse(update.Update) };
                    samples.Add(PerplexityOrders.Measure(model, recipe, context, cancellation));
                }
                var name = string.Create(CultureInfo.InvariantCulture, $"{100 * sparsity:0} %, {score.Name}");
                rows.Add([name, .. samples.Select(sample => sample.ToString())]);
                if (score.Score is "magnitude" or "wanda" && !samples[1].IsBelow(samples[0], score.Score == "wanda" ? Tie : 1))
                    faults.Add($"{name}: {samples[1]} against {samples[0]}");
            }
        tables.Add(new ExperimentTable($"Perplexity of {model.Name}; dense {PerplexityOrders.Measure(model, null, context, cancellation)}", ["", .. updates.Select(update => update.Name)], rows));
        outcomes.Add(new ClaimOutcome(Claim(model.Name), faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0 ? "for every seed" : string.Join("; ", faults)));
    }
}
