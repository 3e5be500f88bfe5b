using System.Globalization;
using Sparseland.Trees.Partitions;

namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>How the worst aspect ratio grows with the depth of caterpillars: exponentially for rectangles, at most linearly for polygons.</summary>
internal static class CaterpillarSweep
{
    private const double LeastFit = 0.95;
    private const double Exponential = 1e3;

    public static Claim Rectangles { get; } = new("rectangles", "caterpillars: worst aspect of squarified and slice-and-dice grows exponentially with the depth (log-linear fit R² > 0.95) and passes 10³ before depth 30");

    public static Claim Linear { get; } = new("linear", "tapering caterpillars: worst aspect of angular cuts grows linearly with the depth (R² > 0.95)");

    public static Claim AtMost { get; } = new("at-most", "caterpillars of both kinds: worst aspect of angular cuts is at most C · depth with the C fitted to the tapering ones and a third more for its steps");

    public static void Run(List<ExperimentTable> tables, List<ClaimOutcome> outcomes, CancellationToken cancellation)
    {
        TreemapMethod[] methods = [TreemapMethods.Greedy, TreemapMethods.Angular, TreemapMethods.Dyadic, TreemapMethods.BalancedDiameter, TreemapMethods.Squarified, TreemapMethods.SliceAndDice];
        var rows = new List<IReadOnlyList<string>>();
        var worst = new Dictionary<(bool, TreemapMethod), List<double>>();
        int[] depths = [.. Enumerable.Range(1, 16).Select(step => 4 * step)];
        foreach (var isTapering in new[] { false, true })
        {
            foreach (var depth in depths)
            {
                cancellation.ThrowIfCancellationRequested();
                var tree = isTapering ? PartitionTrees.Tapering(depth) : PartitionTrees.Caterpillar(depth);
                foreach (var method in methods)
                {
                    var map = Treemap.Layout(tree, new TreemapOptions { Method = method }, null, cancellation);
                    if (!worst.TryGetValue((isTapering, method), out var list))
                        worst[(isTapering, method)] = list = [];
                    list.Add(Enumerable.Range(0, tree.Count).Max(map.Aspect));
                }
                if (int.IsPow2(depth) || depth == 28)
                    rows.Add([isTapering ? "2^-i" : "2^i", $"{depth}", .. methods.Select(method => Number(worst[(isTapering, method)][^1]))]);
            }
        }
        tables.Add(new("Worst diameter² / area on caterpillars: a spine whose leaf at depth i has this weight", ["weight", "depth", .. methods.Select(method => method.Name)], rows));
        double[] across = [.. depths.Select(depth => (double)depth)];
        var fits = methods[4..].SelectMany(method => new[] { false, true }.Select(kind => (method.Name, Kind: kind ? "on 2^-i" : "on 2^i", Before30: worst[(kind, method)][Array.IndexOf(depths, 28)], Fit: LineFit.Of(across, [.. worst[(kind, method)].Select(Math.Log2)])))).ToArray();
        outcomes.Add(new(Rectangles, fits.All(fit => fit.Fit is { Slope: > 0.3, RSquared: > LeastFit } && fit.Before30 > Exponential) ? Verdict.Holds : Verdict.Fails,
            string.Join("; ", fits.Select(fit => string.Create(CultureInfo.InvariantCulture, $"{fit.Name} {fit.Kind} grows as 2^({fit.Fit.Slope:0.00} · depth), R² {fit.Fit.RSquared:0.000}")))));
        var angular = LineFit.Of(across, [.. worst[(true, TreemapMethods.Angular)]]);
        outcomes.Add(new(Linear, angular.RSquared > LeastFit ? Verdict.Holds : Verdict.Fails,
            string.Create(CultureInfo.InvariantCulture, $"{angular.Slope:0.00} · depth {angular.Offset:+0.0;-0.0}, R² {angular.RSquared:0.000}; the bound grows by {16 / Math.PI:0.00} · cuts")));
        var ratio = new[] { false, true }.Max(kind => worst[(kind, TreemapMethods.Angular)].Zip(across, (value, depth) => value / depth).Max() / angular.Slope);
        outcomes.Add(new(AtMost, ratio <= 4.0 / 3 ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture, $"at most {ratio:0.00} · {angular.Slope:0.00} · depth")));
    }

    private static string Number(double value) => value >= 1e5 ? value.ToString("0.0e0", CultureInfo.InvariantCulture) : value.ToString("0.0", CultureInfo.InvariantCulture);
}
