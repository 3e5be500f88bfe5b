using System.Numerics;
using Sparseland.Threads;

namespace Sparseland.Trees.Omnitrees;

public sealed unsafe partial class Omnitree
{
    private const int PointsPerPart = 4096;
    private const double TwoTo64 = 18446744073709551616.0;

    /// <summary>The box that holds a point; one step for each node on the way from the root. A lower end belongs to its box, an upper one to the next, but for the cube's own.</summary>
    /// <param name="point">A coordinate in [0, 1] for each dimension.</param>
    /// <exception cref="ArgumentException">There is not one coordinate a dimension, or one is outside of [0, 1] or NaN.</exception>
    public int Locate(ReadOnlySpan<double> point)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, Dimensions);
        RequireInCube(point);
        fixed (double* coordinates = point)
            return Find(Links, coordinates, Dimensions);
    }

    /// <summary>The boxes that hold points, many at once, on all threads.</summary>
    /// <param name="points">The points one after the other, a coordinate in [0, 1] for each dimension.</param>
    /// <param name="boxes">Gets a box for each point.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a coordinate is outside of [0, 1] or NaN.</exception>
    public void Locate(ReadOnlySpan<double> points, Span<int> boxes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, boxes.Length * Dimensions);
        RequireInCube(points);
        fixed (double* coordinates = points)
        {
            fixed (int* destination = boxes)
                WorkerPool.Run((boxes.Length + PointsPerPart - 1) / PointsPerPart, new LocateWork(Links, coordinates, destination, boxes.Length, Dimensions));
        }
    }

    /// <summary>Where a node lies.</summary>
    /// <param name="node">0 to <see cref="NodeCount"/> - 1.</param>
    public OmnitreeLocation LocationOf(int node)
    {
        RequireNode(node);
        var location = new OmnitreeLocation(Dimensions);
        var links = Links;
        for (var at = 0; at != node;)
        {
            var (mask, first) = (links.Masks[at], links.First[at]);
            // Children ascend, and the node lies below the last that does not come after it.
            var child = (1 << BitOperations.PopCount(mask)) - 1;
            while (links.Children[first + child] > node)
                child--;
            location.Descend(mask, child);
            at = links.Children[first + child];
        }
        return location;
    }

    /// <summary>The fewest nodes that together hold a region: every node that lies inside it and whose parent does not, or the one box around it, or boxes across its border.</summary>
    /// <param name="region">A location in a tree of the same dimensions.</param>
    public IReadOnlyList<int> NodesOf(in OmnitreeLocation region)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(region.Dimensions, Dimensions);
        var found = new List<int>();
        Collect(0, new OmnitreeLocation(Dimensions), region, boxesOnly: false, found);
        return found;
    }

    /// <summary>The boxes on the other side of one face of a box, in their order; none at the border of the cube. Goes down by the location of the neighbour of equal size.</summary>
    /// <param name="box">0 to <see cref="BoxCount"/> - 1.</param>
    /// <param name="dimension">The dimension across the face.</param>
    /// <param name="upper">Whether the upper face is meant.</param>
    public IReadOnlyList<int> NeighboursOf(int box, int dimension, bool upper)
    {
        RequireBox(box);
        var own = LocationOf(NodeOf(box));
        var (level, index) = (own.Level(dimension), own.Index(dimension));
        if (upper ? index + 1 == 1UL << level : index == 0)
            return [];
        // The thinnest slab beyond the face: at the deepest level, the one next to it.
        var slab = own;
        slab.Levels[dimension] = MaximumLevel;
        slab.Indices[dimension] = upper ? (index + 1) << (MaximumLevel - level) : (index << (MaximumLevel - level)) - 1;
        var nodes = new List<int>();
        Collect(0, new OmnitreeLocation(Dimensions), slab, boxesOnly: true, nodes);
        return [.. nodes.Select(_leaves.Before)];
    }

    private void Collect(int node, in OmnitreeLocation at, in OmnitreeLocation region, bool boxesOnly, List<int> found)
    {
        if (!at.Meets(region))
            return;
        int mask = Links.Masks[node];
        if (mask == 0 || (!boxesOnly && region.IsCoarserThan(at)))
        {
            found.Add(node);
            return;
        }
        for (var child = 0; child < 1 << BitOperations.PopCount((uint)mask); child++)
        {
            var below = at;
            below.Descend(mask, child);
            Collect(Links.Children[Links.First[node] + child], below, region, boxesOnly, found);
        }
    }

    private static void RequireInCube(ReadOnlySpan<double> coordinates)
    {
        for (var i = 0; i < coordinates.Length; i++)
        {
            if (!(coordinates[i] >= 0 && coordinates[i] <= 1))
                throw new ArgumentOutOfRangeException(nameof(coordinates), coordinates[i], $"coordinate {i} must lie in [0, 1]");
        }
    }

    // Coordinates as fractions of 64 bits, the next bisection's side always on top.
    private static int Find(OmnitreeLinks links, double* point, int dimensions)
    {
        var fractions = stackalloc ulong[MaximumDimensions];
        for (var dimension = 0; dimension < dimensions; dimension++)
            fractions[dimension] = point[dimension] < 1 ? (ulong)(point[dimension] * TwoTo64) : ulong.MaxValue;
        var (masks, firsts, children) = (links.Masks, links.First, links.Children);
        var node = 0;
        int first;
        while ((first = firsts[node]) >= 0)
        {
            var (child, place) = (0, 0);
            for (uint left = masks[node]; left != 0; left &= left - 1)
            {
                ref var fraction = ref fractions[BitOperations.TrailingZeroCount(left)];
                child |= (int)(fraction >> 63) << place++;
                fraction <<= 1;
            }
            node = children[first + child];
        }
        return ~first;
    }

    private readonly struct LocateWork(OmnitreeLinks links, double* points, int* boxes, int count, int dimensions) : IParallelWork
    {
        public void Run(int part)
        {
            var end = Math.Min(count, (part + 1) * PointsPerPart);
            for (var i = part * PointsPerPart; i < end; i++)
                boxes[i] = Find(links, points + (long)i * dimensions, dimensions);
        }
    }
}
