using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Trees.Octrees;

public sealed unsafe partial class LinearOctree
{
    /// <summary>Adds the leaves whose closed cells a ray meets, by rising entry and of equal ones by leaf.</summary>
    /// <param name="origin">Where the ray begins.</param>
    /// <param name="direction">Where it goes; need not have length one, must not be zero.</param>
    /// <param name="reach">How far it goes, in lengths of the direction; infinity for a whole ray.</param>
    /// <param name="destination">Gets the crossings.</param>
    public void LeavesAlong(Vector3 origin, Vector3 direction, float reach, List<RayCrossing> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var ray = new Slabs(origin, direction, reach);
        var first = destination.Count;
        if (LeafCount > 0 && ray.Meets(Corner(0, 0, 0), Corner(1u << Depth, 1u << Depth, 1u << Depth), out var entry, out var exit))
            Collect(ray, 0, 0, 0, 0, 0, entry, exit, destination);
        destination.Sort(first, destination.Count - first, Comparer<RayCrossing>.Create((a, b) => a.Entry != b.Entry ? a.Entry.CompareTo(b.Entry) : a.Leaf.CompareTo(b.Leaf)));
        GC.KeepAlive(_storage);
    }

    /// <summary>The first leaf whose closed cell a ray meets: the first that <see cref="LeavesAlong"/> would give, without the others.</summary>
    /// <param name="origin">Where the ray begins.</param>
    /// <param name="direction">Where it goes; need not have length one, must not be zero.</param>
    /// <param name="reach">How far it goes, in lengths of the direction; infinity for a whole ray.</param>
    /// <returns>The crossing, or null when the ray meets no leaf.</returns>
    public RayCrossing? FirstLeafAlong(Vector3 origin, Vector3 direction, float reach = float.PositiveInfinity)
    {
        var ray = new Slabs(origin, direction, reach);
        var best = new RayCrossing(-1, float.PositiveInfinity, float.PositiveInfinity);
        if (LeafCount > 0 && ray.Meets(Corner(0, 0, 0), Corner(1u << Depth, 1u << Depth, 1u << Depth), out var entry, out var exit))
            FindFirst(ray, 0, 0, 0, 0, 0, entry, exit, ref best);
        GC.KeepAlive(_storage);
        return best.Leaf < 0 ? null : best;
    }

    private void Collect(in Slabs ray, int level, int node, uint x, uint y, uint z, float entry, float exit, List<RayCrossing> destination)
    {
        if (level == Depth)
        {
            destination.Add(new(node, entry, exit));
            return;
        }
        for (int mask = Mask(level, node), child = FirstChild(level, node); mask != 0; mask &= mask - 1, child++)
        {
            var octant = (uint)BitOperations.TrailingZeroCount(mask);
            var (cx, cy, cz) = (2 * x + (octant & 1), 2 * y + ((octant >> 1) & 1), 2 * z + (octant >> 2));
            if (MeetsCell(ray, level + 1, cx, cy, cz, out var childEntry, out var childExit))
                Collect(ray, level + 1, child, cx, cy, cz, childEntry, childExit, destination);
        }
    }

    // Children by the ray's signs: for a ray through their interiors that is front to back. What only touches may come out of turn, so the entry decides.
    private void FindFirst(in Slabs ray, int level, int node, uint x, uint y, uint z, float entry, float exit, ref RayCrossing best)
    {
        if (level == Depth)
        {
            if (entry < best.Entry || best.Leaf < 0 || (entry == best.Entry && node < best.Leaf))
                best = new(node, entry, exit);
            return;
        }
        var mask = Mask(level, node);
        for (var step = 0; step < 8; step++)
        {
            var octant = (uint)(step ^ ray.Signs);
            if ((mask & (1 << (int)octant)) == 0)
                continue;
            var (cx, cy, cz) = (2 * x + (octant & 1), 2 * y + ((octant >> 1) & 1), 2 * z + (octant >> 2));
            if (MeetsCell(ray, level + 1, cx, cy, cz, out var childEntry, out var childExit) && childEntry <= best.Entry)
                FindFirst(ray, level + 1, ChildOrNone(level, node, (int)octant), cx, cy, cz, childEntry, childExit, ref best);
        }
    }

    private bool MeetsCell(in Slabs ray, int level, uint x, uint y, uint z, out float entry, out float exit)
    {
        var shift = Depth - level;
        return ray.Meets(Corner(x << shift, y << shift, z << shift), Corner((x + 1) << shift, (y + 1) << shift, (z + 1) << shift), out entry, out exit);
    }

    /// <summary>A ray against boxes by slabs (Kay and Kajiya, "Ray tracing complex scenes", 1986). Each rounding is monotone in the box's faces, so a box that is met lies in no box that is missed.</summary>
    private readonly struct Slabs
    {
        private readonly Vector3 _origin;
        private readonly Vector3 _direction;
        private readonly float _reach;

        public Slabs(Vector3 origin, Vector3 direction, float reach)
        {
            var sum = Vector3.Abs(origin) + Vector3.Abs(direction);
            if (!float.IsFinite(sum.X + sum.Y + sum.Z))
                throw new ArgumentOutOfRangeException(nameof(origin), "a ray's origin and direction must be finite");
            if (direction == Vector3.Zero)
                throw new ArgumentOutOfRangeException(nameof(direction), "a ray's direction must not be zero");
            if (!(reach >= 0))
                throw new ArgumentOutOfRangeException(nameof(reach), reach, "a ray's reach must not be below zero");
            (_origin, _direction, _reach) = (origin, direction, reach);
            Signs = (direction.X < 0 ? 1 : 0) | (direction.Y < 0 ? 2 : 0) | (direction.Z < 0 ? 4 : 0);
        }

        /// <summary>Bit i is set where the ray runs down axis i.</summary>
        public int Signs { get; }

        public bool Meets(Vector3 lower, Vector3 upper, out float entry, out float exit)
        {
            (entry, exit) = (0, _reach);
            Clip(_origin.X, _direction.X, lower.X, upper.X, ref entry, ref exit);
            Clip(_origin.Y, _direction.Y, lower.Y, upper.Y, ref entry, ref exit);
            Clip(_origin.Z, _direction.Z, lower.Z, upper.Z, ref entry, ref exit);
            return entry <= exit;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Clip(float origin, float direction, float lower, float upper, ref float entry, ref float exit)
        {
            if (direction == 0)
            {
                // Parallel to the slab: in it all along, or never.
                if (origin < lower || origin > upper)
                    exit = float.NegativeInfinity;
                return;
            }
            var (near, far) = direction > 0 ? (lower, upper) : (upper, lower);
            entry = Math.Max(entry, (near - origin) / direction);
            exit = Math.Min(exit, (far - origin) / direction);
        }
    }
}
