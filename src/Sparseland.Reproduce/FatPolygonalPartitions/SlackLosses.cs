using System.Globalization;
using Sparseland.Trees.Partitions;

namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>Boxes with slack: the worst side ratio and the worst loss of volume, beside what is proven.</summary>
internal static class SlackLosses
{
    private const double Rounding = 1e-9;

    public static Claim Kept { get; } = new("slack", "boxes with slack ε = 0.1 and 0.2 in 2, 3 and 4 dimensions, every tree and seed: side ratios ≤ ε^-d, volumes ≥ (1 − ε)^level of their share");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, CancellationToken cancellation)
    {
        var size = context.Quick ? 2_000 : 20_000;
        var rows = new List<IReadOnlyList<string>>();
        var holds = true;
        foreach (var (name, make) in new (string, Func<ulong, WeightedTree>)[] { ("files", seed => PartitionTrees.Files(size, seed)), ("caterpillar 30", _ => PartitionTrees.Caterpillar(30)), ("tapering 30", _ => PartitionTrees.Tapering(30)) })
        {
            var trees = context.Seeds.Select(make).ToArray();
            foreach (var (epsilon, dimensions) in from epsilon in new[] { 0.1, 0.2 } from dimensions in new[] { 2, 3, 4 } select (epsilon, dimensions))
            {
                var (ratio, loss, isKept) = (0.0, 0.0, true);
                foreach (var tree in trees)
                {
                    var boxes = SlackPartition.Boxes(tree, dimensions, epsilon, null, cancellation);
                    for (var node = 0; node < tree.Count; node++)
                    {
                        if (!boxes.HasBox(node))
                            continue;
                        var kept = boxes.Volume(node) * tree.Weight(0) / tree.Weight(node);
                        (ratio, loss) = (Math.Max(ratio, boxes.SideRatio(node)), Math.Max(loss, 1 - kept));
                        isKept &= kept >= Math.Pow(1 - epsilon, tree.Level(node)) * (1 - Rounding) && boxes.SideRatio(node) <= SlackPartition.RatioBound(epsilon, dimensions) * (1 + Rounding);
                    }
                }
                holds &= isKept;
                rows.Add([name, $"{dimensions}", Number(epsilon), Number(ratio), Number(SlackPartition.RatioBound(epsilon, dimensions)), Number(loss), Number(1 - Math.Pow(1 - epsilon, trees.Max(tree => tree.Depth)))]);
            }
        }
        tables.Add(new("Boxes with slack", ["tree", "dimensions", "ε", "worst side ratio", "bound", "worst loss of volume", "bound at the deepest level"], rows));
        outcomes.Add(new(Kept, holds ? Verdict.Holds : Verdict.Fails, holds ? "every box" : "see the table"));
    }

    private static string Number(double value) => value.ToString(value < 10 ? "0.###" : "#,0", CultureInfo.InvariantCulture);
}
