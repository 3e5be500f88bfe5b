using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Owl;

/// <summary>
/// Magnitude and Wanda with each other's comparison group: how much of their difference is the score, and how much that one compares inside rows and the other over the matrix.
/// Nothing is claimed of it; it tells why an order comes out or does not.
/// </summary>
internal static class ComparisonGroups
{
    private static readonly (string Name, ComparisonGroup Group)[] Groups = [("over the matrix", ComparisonGroup.Layer), ("inside rows", ComparisonGroup.Row)];

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var sparsity in context.Quick ? new[] { 0.7 } : [0.5, 0.6, 0.7])
            foreach (var (name, group) in Groups)
            {
                progress?.Report(new ProgressReport($"{model.Name}: compared {name} at {sparsity:P0}", 0, 0));
                Sample Of(string score) => PerplexityOrders.Measure(model, PerplexityOrders.RecipeOf(model, score, "none", Pattern.Unstructured, sparsity) with { Group = group }, context, cancellation);
                rows.Add([FormattableString.Invariant($"{100 * sparsity:0} %, {name}"), Of("magnitude").ToString(), Of("wanda").ToString()]);
            }
        tables.Add(new ExperimentTable($"Perplexity of {model.Name}: both scores in both comparison groups (the authors': magnitude over the matrix, Wanda inside rows)", ["", "magnitude", "Wanda"], rows));
    }
}
