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
        var ray = new HalfOpenSlabs(this, origin, direction, reach);
        if (LeafCount == 0 || destination.IsEmpty || !HalfOpenSlabs.Passes(ray.Near, ray.Far, out _, out _))
            return 0;
        var frames = stackalloc Frame[MortonCode3.MaximumDepth + 1];
        frames[0] = new() { Near = ray.Near, Far = ray.Far, Middle = ray.Middle(Vector128<float>.Zero, 0), Mask = Mask(0, 0) };
        var (level, count) = (0, 0);
        while (level >= 0)
        {
            ref var frame = ref frames[level];
            if (frame.Step == 8)
            {
                level--;
                continue;
            }
            // Children in the order of the ray's signs. Of two cells that it passes the nearer lies behind on no axis, so this is front to back.
            var step = frame.Step++;
            var octant = step ^ ray.Signs;
            if ((frame.Mask & (1 << octant)) == 0)
                continue;
            var farther = HalfOpenSlabs.Halves(step);
            var near = Vector128.ConditionalSelect(farther, frame.Middle, frame.Near);
            var far = Vector128.ConditionalSelect(farther, frame.Far, frame.Middle);
            if (!HalfOpenSlabs.Passes(near, far, out var entry, out var exit))
                continue;
            var child = ChildOrNone(level, frame.Node, octant);
            if (level + 1 == Depth)
            {
                destination[count++] = new(child, entry, exit);
                if (count == destination.Length)
                    break;
                continue;
            }
            var corner = frame.Corner + (HalfOpenSlabs.Halves(octant) & Vector128.Create((float)(1 << (Depth - 1 - level))));
            level++;
            frames[level] = new() { Near = near, Far = far, Middle = ray.Middle(corner, level), Corner = corner, Node = child, Mask = Mask(level, child) };
        }
        GC.KeepAlive(_storage);
        return count;
    }

    /// <summary>A node on the way: where the ray meets the planes of its near, middle and far faces, its lower corner in finest cells, and which child comes next. The last lanes of near and middle bound the ray itself.</summary>
    private struct Frame
    {
        public Vector128<float> Near, Middle, Far, Corner;
        public int Node, Step;
        public byte Mask;
    }

    /// <summary>
    /// A ray against the planes between cells, each cell half open: parametric, so that a node adds three planes to those it has from its parent (Revelles, Urena and Lastra, "An efficient parametric algorithm
    /// for octree traversal", 2000, without their order by entry, which the signs give as well). A direction of zero stands as a tiny positive one: then the quotients put the origin in the slab that owns it. A
    /// plane has one number whichever cell asks, so the intervals of neighbours meet in it, and roundings are monotone, so a cell that is passed lies in no node that is missed.
    /// </summary>
    private readonly struct HalfOpenSlabs
    {
        private const float Tiny = 1e-37f;
        private readonly Vector128<float> _minimum, _origin, _direction;
        private readonly float _cellSize, _reach;
        private readonly int _depth;

        public HalfOpenSlabs(LinearOctree tree, Vector3 origin, Vector3 direction, float reach)
        {
            // For its checks.
            _ = new Slabs(origin, direction, reach);
            (_minimum, _origin) = (tree.Cube.Minimum.AsVector128(), origin.AsVector128());
            var rates = direction.AsVector128().WithElement(3, 1);
            _direction = Vector128.ConditionalSelect(Vector128.LessThan(Vector128.Abs(rates), Vector128.Create(Tiny)), Vector128.Create(Tiny), rates);
            (_cellSize, _reach, _depth) = (tree._cellSize, reach, tree.Depth);
            var down = Vector128.LessThan(_direction, Vector128<float>.Zero);
            Signs = (int)down.ExtractMostSignificantBits() & 7;
            var (lower, upper) = (Plane(Vector128<float>.Zero), Plane(Vector128.Create((float)(1u << _depth))));
            Near = Vector128.ConditionalSelect(down, upper, lower).WithElement(3, 0);
            Far = Vector128.ConditionalSelect(down, lower, upper).WithElement(3, reach);
        }

        /// <summary>Bit i is set where the ray runs down axis i.</summary>
        public int Signs { get; }

        /// <summary>Where the ray meets the faces of the whole cube that it comes to first.</summary>
        public Vector128<float> Near { get; }

        /// <summary>Where it meets the other ones.</summary>
        public Vector128<float> Far { get; }

        /// <summary>Lane i is all ones where bit i is set.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Halves(int bits) => Vector128.Equals(Vector128.Create(bits) & Vector128.Create(1, 2, 4, 8), Vector128.Create(1, 2, 4, 8)).AsSingle();

        /// <summary>Where the ray meets the planes in the middle of a node; the last lane is the ray's end.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector128<float> Middle(Vector128<float> corner, int level) => Plane(corner + Vector128.Create((float)(1u << (_depth - 1 - level)))).WithElement(3, _reach);

        /// <summary>Whether the last of the near planes comes before the first of the far ones.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Passes(Vector128<float> near, Vector128<float> far, out float entry, out float exit)
        {
            near = Vector128.MaxNative(near, Vector128.Shuffle(near, Vector128.Create(2, 3, 0, 1)));
            far = Vector128.MinNative(far, Vector128.Shuffle(far, Vector128.Create(2, 3, 0, 1)));
            entry = Vector128.MaxNative(near, Vector128.Shuffle(near, Vector128.Create(1, 0, 3, 2))).ToScalar();
            exit = Vector128.MinNative(far, Vector128.Shuffle(far, Vector128.Create(1, 0, 3, 2))).ToScalar();
            return entry < exit;
        }

        // The same arithmetic as that of the cells' corners.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector128<float> Plane(Vector128<float> cell) => (_minimum + cell * _cellSize - _origin) / _direction;
    }
}
