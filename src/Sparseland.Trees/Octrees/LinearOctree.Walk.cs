using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

public sealed unsafe partial class LinearOctree
{
    /// <summary>
    /// The first leaves that a ray passes, front to back, without allocation: those whose cells it runs through for some length. A cell owns its lower faces and not its upper ones, so a ray inside the face
    /// between two cells passes one of them, and edges and corners that are only touched count for none. The intervals of the leaves therefore never overlap and their order is strict.
    /// </summary>
    /// <param name="origin">Where the ray begins.</param>
    /// <param name="direction">Where it goes; need not have length one, must not be zero.</param>
    /// <param name="reach">How far it goes, in lengths of the direction; infinity for a whole ray.</param>
    /// <param name="destination">Gets the crossings; the walk ends when it is full.</param>
    /// <returns>How many were found.</returns>
    public int LeavesThrough(Vector3 origin, Vector3 direction, float reach, Span<RayCrossing> destination)
    {
        var ray = new HalfOpenSlabs(origin, direction, reach);
        if (LeafCount == 0 || destination.IsEmpty || !ray.Passes(Corner(0, 0, 0), Corner(1u << Depth, 1u << Depth, 1u << Depth), out _, out _))
            return 0;
        var nodes = stackalloc int[MortonCode3.MaximumDepth + 1];
        var steps = stackalloc int[MortonCode3.MaximumDepth + 1];
        (nodes[0], steps[0]) = (0, 0);
        var (level, count) = (0, 0);
        var (x, y, z) = (0u, 0u, 0u);
        while (level >= 0)
        {
            if (steps[level] == 8)
            {
                level--;
                (x, y, z) = (x >> 1, y >> 1, z >> 1);
                continue;
            }
            // Children in the order of the ray's signs. Of two cells that it passes the nearer lies behind on no axis, so this is front to back.
            var octant = (uint)(steps[level]++ ^ ray.Signs);
            var child = ChildOrNone(level, nodes[level], (int)octant);
            if (child < 0)
                continue;
            var (cx, cy, cz) = (2 * x + (octant & 1), 2 * y + ((octant >> 1) & 1), 2 * z + (octant >> 2));
            var shift = Depth - level - 1;
            if (!ray.Passes(Corner(cx << shift, cy << shift, cz << shift), Corner((cx + 1) << shift, (cy + 1) << shift, (cz + 1) << shift), out var entry, out var exit))
                continue;
            if (shift == 0)
            {
                destination[count++] = new(child, entry, exit);
                if (count == destination.Length)
                    break;
                continue;
            }
            level++;
            (nodes[level], steps[level]) = (child, 0);
            (x, y, z) = (cx, cy, cz);
        }
        GC.KeepAlive(_storage);
        return count;
    }

    /// <summary>
    /// A ray against boxes by slabs, each box half open. A direction of zero stands as a tiny positive one: then the quotients put the origin in the slab that owns it, and the rest of the arithmetic is
    /// the same. Each rounding is monotone in the box's faces, so a box that is passed lies in no box that is missed, and intervals of neighbours meet in one number.
    /// </summary>
    private readonly struct HalfOpenSlabs
    {
        private const float Tiny = 1e-37f;
        private readonly Vector128<float> _origin;
        private readonly Vector128<float> _direction;
        private readonly Vector128<float> _down;
        private readonly float _reach;

        public HalfOpenSlabs(Vector3 origin, Vector3 direction, float reach)
        {
            // For its checks.
            _ = new Slabs(origin, direction, reach);
            _origin = origin.AsVector128();
            var rates = direction.AsVector128();
            _direction = Vector128.ConditionalSelect(Vector128.LessThan(Vector128.Abs(rates), Vector128.Create(Tiny)), Vector128.Create(Tiny), rates);
            _down = Vector128.LessThan(_direction, Vector128<float>.Zero);
            Signs = (int)_down.ExtractMostSignificantBits() & 7;
            _reach = reach;
        }

        /// <summary>Bit i is set where the ray runs down axis i.</summary>
        public int Signs { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Passes(Vector3 lower, Vector3 upper, out float entry, out float exit)
        {
            var (low, high) = (lower.AsVector128(), upper.AsVector128());
            var near = (Vector128.ConditionalSelect(_down, high, low) - _origin) / _direction;
            var far = (Vector128.ConditionalSelect(_down, low, high) - _origin) / _direction;
            entry = Math.Max(Math.Max(near[0], near[1]), Math.Max(near[2], 0));
            exit = Math.Min(Math.Min(far[0], far[1]), Math.Min(far[2], _reach));
            return entry < exit;
        }
    }
}
