using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Owl;

/// <summary>OWL's sparsity per block against the same sparsity everywhere. Small models have few outliers that matter, so nothing is claimed; the figures are reported.</summary>
internal static class OwlAgainstUniform
{
    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var sparsity in context.Quick ? new[] { 0.7 } : [0.6, 0.7, 0.8])
            foreach (var method in PerplexityOrders.Methods.Where(method => method.Score is "wanda" or "sparsegpt"))
            {
                progress?.Report(new ProgressReport($"{model.Name}: OWL with {method.Name} at {sparsity:P0}", 0, 0));
                var recipe = PerplexityOrders.RecipeOf(model, method.Score, method.Update, Pattern.Unstructured, sparsity);
                var uniform = PerplexityOrders.Measure(model, recipe, context, cancellation);
                var owl = PerplexityOrders.Measure(model, recipe with { Allocation = new MethodChoice("owl") }, context, cancellation);
                var better = owl.IsBelow(uniform) ? "OWL" : uniform.IsBelow(owl) ? "uniform" : "undecided";
                rows.Add([FormattableString.Invariant($"{100 * sparsity:0} %, {method.Name}"), uniform.ToString(), owl.ToString(), better]);
            }
        tables.Add(new ExperimentTable($"Perplexity of {model.Name}: OWL (λ 0.08, M 5) against uniform sparsity", ["", "uniform", "OWL", "better for every seed"], rows));
    }
}
