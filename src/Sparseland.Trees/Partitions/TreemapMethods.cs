using Sparseland.Errors;
using Sparseland.Progress;

namespace Sparseland.Trees.Partitions;

/// <summary>A way to lay out a weighted tree in a rectangle.</summary>
public abstract class TreemapMethod
{
    /// <summary>What is typed.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in a line.</summary>
    public abstract string Summary { get; }

    /// <summary>What no region's aspect ratio exceeds, whatever the weights; infinite where nothing is promised.</summary>
    /// <param name="cuts">Cuts between the outer rectangle and the region.</param>
    /// <param name="options">The options of the layout.</param>
    public virtual double AspectBound(int cuts, TreemapOptions options) => double.PositiveInfinity;

    /// <summary>Finds the regions.</summary>
    internal abstract void Lay(WeightedTree tree, TreemapOptions options, RegionList regions, IProgress<ProgressReport>? progress, CancellationToken cancellation);
}

/// <summary>Every method, by name: an explicit list.</summary>
public static class TreemapMethods
{
    /// <summary>Convex polygons, cuts into the widest gap between the edges' directions.</summary>
    public static TreemapMethod Angular { get; } = new PolygonMethod("angular", "convex polygons; cuts into the widest gap between the directions of the edges; bounded aspect", _ => new AngularCut(), Binarisation.ByLeaves, (cuts, options) => AspectBounds.Angular(cuts, options.Width, options.Height));

    /// <summary>Convex polygons, the best of many directions.</summary>
    public static TreemapMethod Greedy { get; } = new PolygonMethod("greedy", "convex polygons; the best of many directions for every cut; bounded aspect when guarded", options => new GreedyCut(options.Directions, options.IsGuarded), Binarisation.ByLeaves,
        (cuts, options) => options.IsGuarded ? AspectBounds.Angular(cuts, options.Width, options.Height) : double.PositiveInfinity);

    /// <summary>Convex polygons, few different angles.</summary>
    public static TreemapMethod Dyadic { get; } = new PolygonMethod("dyadic", "convex polygons; cuts along binary fractions of π, so few different angles; bounded aspect", _ => new DyadicCut(), Binarisation.ByLeaves, (cuts, options) => AspectBounds.Dyadic(cuts, options.Width, options.Height));

    /// <summary>Convex polygons, balanced cuts across the diameter.</summary>
    public static TreemapMethod BalancedDiameter { get; } = new PolygonMethod("diameter", "convex polygons; balanced cuts go across the diameter, others into the widest gap", _ => new BalancedDiameterCut(), Binarisation.ByWeight, (_, _) => double.PositiveInfinity);

    /// <summary>Convex polygons, random directions: a baseline.</summary>
    public static TreemapMethod Random { get; } = new PolygonMethod("random", "convex polygons; random directions (a baseline)", options => new RandomCut(options.Seed), Binarisation.ByLeaves, (_, _) => double.PositiveInfinity);

    /// <summary>Rectangles with slack.</summary>
    public static TreemapMethod Slack { get; } = new SlackMethod();

    /// <summary>Squarified rectangles: a baseline.</summary>
    public static TreemapMethod Squarified { get; } = new SquarifiedMethod();

    /// <summary>Slices in alternating directions: a baseline.</summary>
    public static TreemapMethod SliceAndDice { get; } = new SliceAndDiceMethod();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TreemapMethod> All { get; } = [Greedy, Angular, Dyadic, BalancedDiameter, Slack, Squarified, SliceAndDice, Random];

    /// <summary>A method by name.</summary>
    /// <exception cref="InvalidSettingException">There is none of that name.</exception>
    public static TreemapMethod Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var names = All.Select(method => method.Name).ToArray();
        return All.FirstOrDefault(method => method.Name == name)
            ?? throw new InvalidSettingException($"no treemap method '{name}'{Suggestion.For(name, names)}; there are {string.Join(", ", names)}");
    }
}
