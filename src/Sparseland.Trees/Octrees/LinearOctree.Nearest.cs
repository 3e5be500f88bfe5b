using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Trees.Octrees;

public sealed unsafe partial class LinearOctree
{
    // Nodes with at most this many points are searched point by point.
    private const int BucketLength = 32;

    private readonly Lock _bucketGate = new();
    private int[]? _bucketStarts;
    private int _bucketLevel;

    /// <summary>Finds the points nearest to a place: depth first, nearest child first, skipping nodes farther than the worst kept (Friedman, Bentley and Finkel 1977). Exact.</summary>
    /// <param name="place">Anywhere; finite.</param>
    /// <param name="points">Gets the numbers of the nearest points, nearest first; of equally far ones the lower number. Its length is how many are looked for.</param>
    /// <param name="squaredDistances">Gets their squared distances; as long.</param>
    /// <returns>How many were found: as many as asked for, or all there are.</returns>
    /// <exception cref="InvalidOperationException">The tree is not of points.</exception>
    public int Nearest(Vector3 place, Span<int> points, Span<float> squaredDistances)
    {
        RequirePoints();
        ArgumentOutOfRangeException.ThrowIfNotEqual(squaredDistances.Length, points.Length);
        if (!float.IsFinite(Vector3.Dot(Vector3.Abs(place), Vector3.One)))
            throw new ArgumentOutOfRangeException(nameof(place), place, "the place must be finite");
        if (points.IsEmpty || LeafCount == 0)
            return 0;
        var starts = BucketStarts();
        var corner = Vector3.Abs(Cube.Minimum);
        // A point's rounded cell may lie this far from it (two roundings of quantising, two of the corner).
        var slack = (Cube.Size + Math.Max(corner.X, Math.Max(corner.Y, corner.Z))) * (1f / (1 << 21));
        var search = new NearestSearch { Place = place, Points = points, Distances = squaredDistances, Slack = slack, Buckets = starts };
        SearchNode(ref search, 0, 0, 0, 0, 0);
        GC.KeepAlive(_storage);
        return search.Count;
    }

    // The first item of each node at the deepest level whose nodes still hold a handful of points on average: found once, so that most searches end without a descent to the leaves.
    private int[] BucketStarts()
    {
        if (Volatile.Read(ref _bucketStarts) is { } known)
            return known;
        lock (_bucketGate)
        {
            if (_bucketStarts is not null)
                return _bucketStarts;
            var level = 0;
            while (level < Depth && (long)_layout.NodeCounts[level + 1] * (BucketLength / 4) <= ItemCount)
                level++;
            var starts = new int[_layout.NodeCounts[level] + 1];
            for (var node = 0; node < starts.Length; node++)
                starts[node] = (int)_offsets[FirstLeaf(level, node)];
            _bucketLevel = level;
            Volatile.Write(ref _bucketStarts, starts);
            return starts;
        }
    }

    private void SearchNode(ref NearestSearch search, int level, int node, uint x, uint y, uint z)
    {
        if (level >= _bucketLevel)
        {
            var (start, end) = level == _bucketLevel
                ? (search.Buckets[node], search.Buckets[node + 1])
                : ((int)_offsets[FirstLeaf(level, node)], (int)_offsets[FirstLeaf(level, node + 1)]);
            if (level == Depth || end - start <= BucketLength)
            {
                for (var item = start; item < end; item++)
                    search.Offer(_items[item], Vector3.DistanceSquared(_positions[item], search.Place));
                return;
            }
        }
        var shift = Depth - 1 - level;
        var middle = Corner(((2 * x) + 1) << shift, ((2 * y) + 1) << shift, ((2 * z) + 1) << shift);
        var nearest = (search.Place.X >= middle.X ? 1 : 0) | (search.Place.Y >= middle.Y ? 2 : 0) | (search.Place.Z >= middle.Z ? 4 : 0);
        var mask = Mask(level, node);
        // By how many halves a child differs from the nearest one: the order is near to far but for ties, and every child is tested anyway.
        for (var step = 0; step < 8; step++)
        {
            var octant = nearest ^ (int)((0x7653_4210u >> (4 * step)) & 7);
            if ((mask & (1 << octant)) == 0)
                continue;
            var (cx, cy, cz) = (2 * x + ((uint)octant & 1), 2 * y + (((uint)octant >> 1) & 1), 2 * z + ((uint)octant >> 2));
            if (search.MayHold(Corner(cx << shift, cy << shift, cz << shift), Corner((cx + 1) << shift, (cy + 1) << shift, (cz + 1) << shift)))
                SearchNode(ref search, level + 1, ChildOrNone(level, node, octant), cx, cy, cz);
        }
    }

    private ref struct NearestSearch
    {
        public Vector3 Place;
        public Span<int> Points;
        public Span<float> Distances;
        public ReadOnlySpan<int> Buckets;
        public float Slack;
        public int Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool MayHold(Vector3 lower, Vector3 upper)
        {
            var gap = Vector3.Max(Vector3.Max(lower - Place, Place - upper) - new Vector3(Slack), Vector3.Zero);
            return Count < Points.Length || Vector3.Dot(gap, gap) * 0.999999f <= Distances[^1];
        }

        // Insertion: the lists are short, and most offers end at the first comparison.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Offer(int point, float distance)
        {
            if (Count == Points.Length && (distance > Distances[^1] || (distance == Distances[^1] && point > Points[^1])))
                return;
            var at = Count == Points.Length ? Count - 1 : Count++;
            for (; at > 0 && (Distances[at - 1] > distance || (Distances[at - 1] == distance && Points[at - 1] > point)); at--)
                (Distances[at], Points[at]) = (Distances[at - 1], Points[at - 1]);
            (Distances[at], Points[at]) = (distance, point);
        }
    }
}
