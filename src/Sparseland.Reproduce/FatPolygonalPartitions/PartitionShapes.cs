using System.Globalization;
using Sparseland.Progress;
using Sparseland.Trees.Partitions;

namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>All methods on trees of four kinds: whether regions are exact, and how thin they become.</summary>
internal static class PartitionShapes
{
    private const double Exactness = 1e-9;
    private const int CaterpillarDepth = 30;
    private const string Torus = "octree of a torus";

    private static readonly TreemapMethod[] Methods = [TreemapMethods.Greedy, TreemapMethods.Angular, TreemapMethods.Dyadic, TreemapMethods.BalancedDiameter, TreemapMethods.Random, TreemapMethods.Squarified, TreemapMethods.SliceAndDice];

    public static Claim Exact { get; } = new("exact", "every tree and method without slack: areas are weights and sums of children's areas to 1e-9, regions are convex, lie in their parents', and every leaf is what its own centre hits");

    public static Claim Bounded { get; } = new("bounded", "angular, greedy (guarded) and dyadic: no aspect ratio of any region exceeds its proven bound");

    public static Claim Rounder { get; } = new("greedy", "mean aspect of leaves, every tree and seed: greedy ≤ angular < random directions");

    public static Claim Fatter { get; } = new("fat", "worst aspect, caterpillar of depth 30 and random binary trees, every seed: greedy and angular < squarified and slice-and-dice");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var size = context.Quick ? 2_000 : 100_000;
        var faults = new Dictionary<Claim, List<string>> { [Exact] = [], [Bounded] = [], [Rounder] = [], [Fatter] = [] };
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, make) in new (string, Func<ulong, WeightedTree>)[]
        {
            ("files", seed => PartitionTrees.Files(size, seed)), ($"caterpillar {CaterpillarDepth}", _ => PartitionTrees.Caterpillar(CaterpillarDepth)),
            ("random binary", seed => PartitionTrees.Binary(size, seed)), (Torus, seed => PartitionTrees.Octree(size / 4, seed)),
        })
        {
            var trees = context.Seeds.Select(make).ToArray();
            var found = new Dictionary<TreemapMethod, Shape[]>();
            foreach (var method in Methods)
            {
                progress?.Report(new($"{name}, {method.Name}", rows.Count, 4 * Methods.Length));
                found[method] = [.. trees.Zip(context.Seeds, (tree, seed) => Measure(Treemap.Layout(tree, new TreemapOptions { Method = method, Seed = seed }, null, cancellation)))];
                rows.Add(Row(name, trees, method, found[method]));
                faults[Exact].AddRange(found[method].Where(shape => shape.Fault.Length > 0).Select(shape => $"{name}, {method.Name}: {shape.Fault}"));
                faults[Bounded].AddRange(found[method].Where(shape => shape.OfBound > 1).Select(shape => $"{name}, {method.Name}: {Number(shape.OfBound)} of the bound"));
            }
            Sample Mean(TreemapMethod method) => new([.. found[method].Select(shape => shape.Mean)]);
            Sample Worst(TreemapMethod method) => new([.. found[method].Select(shape => shape.Worst)]);
            if (!Mean(TreemapMethods.Greedy).IsBelow(Mean(TreemapMethods.Angular), 1 + 1e-9) || !Mean(TreemapMethods.Angular).IsBelow(Mean(TreemapMethods.Random)))
                faults[Rounder].Add($"{name}: greedy {Mean(TreemapMethods.Greedy)}, angular {Mean(TreemapMethods.Angular)}, random {Mean(TreemapMethods.Random)}");
            if (name is "files" or Torus)
                continue;
            foreach (var (fat, thin) in from fat in new[] { TreemapMethods.Greedy, TreemapMethods.Angular } from thin in new[] { TreemapMethods.Squarified, TreemapMethods.SliceAndDice } select (fat, thin))
                if (!Worst(fat).IsBelow(Worst(thin)))
                    faults[Fatter].Add($"{name}: {fat.Name} {Worst(fat)}, {thin.Name} {Worst(thin)}");
        }
        tables.Add(new("Shapes: diameter² / area of the leaves' regions (square: 2)", ["tree", "leaves", "levels", "method", "mean", "worst", "most cuts", "worst share of the bound"], rows));
        foreach (var (claim, wrong) in faults)
            outcomes.Add(new(claim, wrong.Count == 0 ? Verdict.Holds : Verdict.Fails, wrong.Count == 0 ? $"for each of {context.Seeds.Count} seeds" : string.Join("; ", wrong)));
    }

    private static IReadOnlyList<string> Row(string name, WeightedTree[] trees, TreemapMethod method, Shape[] shapes) =>
    [
        name, trees[0].LeafCount.ToString("N0", CultureInfo.InvariantCulture), $"{trees.Max(tree => tree.Depth)}", method.Name, new Sample([.. shapes.Select(shape => shape.Mean)]).ToString(),
        Number(shapes.Max(shape => shape.Worst)), double.IsInfinity(method.AspectBound(1, new TreemapOptions())) ? "" : $"{shapes.Max(shape => shape.Cuts)}",
        shapes.Max(shape => shape.OfBound) is > 0 and var share ? Number(share) : "",
    ];

    private static string Number(double value) => value >= 1e5 ? value.ToString("0.0e0", CultureInfo.InvariantCulture) : value.ToString(value < 1 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    private readonly record struct Shape(double Mean, double Worst, int Cuts, double OfBound, string Fault);

    private static Shape Measure(Treemap map)
    {
        var (sum, leaves, worst, cuts, ofBound, fault) = (0.0, 0, 0.0, 0, 0.0, "");
        for (var node = 0; node < map.Tree.Count; node++)
        {
            if (!map.HasRegion(node))
                continue;
            ofBound = Math.Max(ofBound, map.Aspect(node) / map.AspectBound(node));
            fault = fault.Length > 0 ? fault : Fault(map, node);
            if (!map.Tree.IsLeaf(node))
                continue;
            (sum, leaves, worst, cuts) = (sum + map.Aspect(node), leaves + 1, Math.Max(worst, map.Aspect(node)), Math.Max(cuts, map.Cuts(node)));
        }
        return new(sum / leaves, worst, cuts, ofBound, fault);
    }

    // What is wrong with a region, or nothing.
    private static string Fault(Treemap map, int node)
    {
        var (area, share, corners) = (map.Area(node), map.Tree.Weight(node) / map.Tree.Weight(0), map.Corners(node));
        if (Math.Abs(area - share) > Exactness * share)
            return string.Create(CultureInfo.InvariantCulture, $"node {node} has the area {area:R} and not {share:R}");
        var children = map.Tree.Children(node).ToArray().Where(map.HasRegion).ToArray();
        if (children.Length > 0 && Math.Abs(children.Sum(map.Area) - area) > Exactness * area)
            return $"the children of node {node} do not fill it";
        var size = Math.Sqrt(ConvexPolygon.DiameterSquared(map.Offsets(node)));
        if (!IsConvex(map.Offsets(node), size))
            return $"the region of node {node} is not convex";
        if (node > 0 && corners.Any(corner => !ConvexPolygon.Contains(map.Corners(map.Tree.Parent(node)), corner, 1e-12)))
            return $"node {node} leaves its parent";
        // Thinner than the rounding of coordinates, a strip cannot be hit.
        return map.Tree.IsLeaf(node) && area / size > 1e-12 && map.Hit(ConvexPolygon.Centroid(corners)) != node ? $"the centre of node {node} lies in another region" : "";
    }

    private static bool IsConvex(ReadOnlySpan<PlanePoint> polygon, double size)
    {
        for (var i = 0; i < polygon.Length; i++)
        {
            var (a, b, c) = (polygon[i], polygon[(i + 1) % polygon.Length], polygon[(i + 2) % polygon.Length]);
            if (PlanePoint.Cross(b - a, c - b) < -1e-12 * size * size)
                return false;
        }
        return true;
    }
}
