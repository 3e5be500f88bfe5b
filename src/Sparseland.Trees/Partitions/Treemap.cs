using Sparseland.Errors;
using Sparseland.Progress;

namespace Sparseland.Trees.Partitions;

/// <summary>
/// A weighted tree as nested convex regions: a node's region lies in its parent's, siblings' regions do not overlap, and areas are in the proportion of the weights (but for methods with slack, which say
/// so). Nodes of weight 0 have no region. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// After M. de Berg, K. Onak and A. Sidiropoulos, "Fat polygonal partitions with applications to visualization and embeddings", Journal of Computational Geometry 4(1), 2013. A region's corners are kept
/// relative to an origin of its own, so that areas of tiny regions are right to their own precision.
/// </remarks>
public sealed class Treemap
{
    private const double Rounding = 1e-14;

    private readonly RegionList _regions;

    private Treemap(WeightedTree tree, TreemapOptions options, RegionList regions) => (Tree, Options, _regions) = (tree, options, regions);

    /// <summary>The tree.</summary>
    public WeightedTree Tree { get; }

    /// <summary>How it was laid out.</summary>
    public TreemapOptions Options { get; }

    /// <summary>Lays a tree out.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="options">Method and rectangle; null for the defaults.</param>
    /// <param name="progress">Told how many regions are done.</param>
    /// <param name="cancellation">Heeded every few thousand cuts.</param>
    /// <exception cref="InvalidSettingException">A setting is outside its range.</exception>
    public static Treemap Layout(WeightedTree tree, TreemapOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        options ??= new TreemapOptions();
        options.Check();
        var regions = new RegionList(tree.Count);
        options.Method.Lay(tree, options, regions, progress, cancellation);
        return new(tree, options, regions);
    }

    /// <summary>Whether a node has a region: whether its weight is above zero.</summary>
    public bool HasRegion(int node) => _regions.Offsets(node).Length > 0;

    /// <summary>The point that a region's corners are counted from.</summary>
    public PlanePoint Origin(int node) => _regions.Origin(node);

    /// <summary>A region's corners, counted from its origin, in the sense that turns X towards Y; empty where there is no region.</summary>
    public ReadOnlySpan<PlanePoint> Offsets(int node) => _regions.Offsets(node);

    /// <summary>A region's corners.</summary>
    public PlanePoint[] Corners(int node)
    {
        var corners = Offsets(node).ToArray();
        foreach (ref var corner in corners.AsSpan())
            corner += Origin(node);
        return corners;
    }

    /// <summary>A region's area; 0 where there is none.</summary>
    public double Area(int node) => ConvexPolygon.Area(Offsets(node));

    /// <summary>A region's diameter squared over its area: 2 for a square.</summary>
    public double Aspect(int node) => ConvexPolygon.Aspect(Offsets(node));

    /// <summary>How many cuts lie between the outer rectangle and a region.</summary>
    public int Cuts(int node) => _regions.Cuts(node);

    /// <summary>What the region's aspect ratio cannot exceed, whatever the weights; infinite where the method promises nothing.</summary>
    public double AspectBound(int node) => Options.Method.AspectBound(Cuts(node), Options);

    /// <summary>The deepest node whose region holds a point, or -1 outside the rectangle. On a border one of the neighbours. Takes time for the children along one path.</summary>
    public int Hit(PlanePoint point)
    {
        if (!Holds(0, point))
            return -1;
        var node = 0;
        while (true)
        {
            var below = -1;
            foreach (var child in Tree.Children(node))
            {
                if (!Holds(child, point))
                    continue;
                below = child;
                break;
            }
            if (below < 0)
                return node;
            node = below;
        }
    }

    // A point on a border would else fall between two regions by rounding.
    private bool Holds(int node, PlanePoint point) => ConvexPolygon.Contains(Offsets(node), point - Origin(node), node == 0 ? 0 : Rounding * (Options.Width + Options.Height));
}
