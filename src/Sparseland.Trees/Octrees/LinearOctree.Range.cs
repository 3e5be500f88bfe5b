using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sparseland.Trees.Octrees;

public sealed unsafe partial class LinearOctree
{
    /// <summary>Adds the leaves whose cells lie between the cells of a box's corners, in order: those that meet the box, and by rounding perhaps one that touches it.</summary>
    /// <param name="lower">The box's lower corner.</param>
    /// <param name="upper">Its upper corner, on no axis below the lower one.</param>
    /// <param name="destination">Gets the leaves.</param>
    public void LeavesIn(Vector3 lower, Vector3 upper, ICollection<int> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (CellsOf(lower, upper) is not var (first, last))
            return;
        VisitRange(first, last, 0, 0, default, (leaf, end) =>
        {
            for (; leaf < end; leaf++)
                destination.Add(leaf);
        });
        GC.KeepAlive(_storage);
    }

    /// <summary>Adds the numbers of the points in a closed box, in the order of the curve. Exact.</summary>
    /// <param name="lower">The box's lower corner.</param>
    /// <param name="upper">Its upper corner, on no axis below the lower one.</param>
    /// <param name="destination">Gets the points' numbers.</param>
    /// <exception cref="InvalidOperationException">The tree is not of points.</exception>
    public void PointsIn(Vector3 lower, Vector3 upper, ICollection<int> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RequirePoints();
        if (CellsOf(lower, upper) is not var (first, last))
            return;
        VisitRange(first, last, 0, 0, default, (leaf, end) =>
        {
            for (var item = _offsets[leaf]; item < _offsets[end]; item++)
            {
                var point = _positions[item];
                if (Vector3.Min(point, lower) == lower && Vector3.Max(point, upper) == upper)
                    destination.Add(_items[item]);
            }
        });
        GC.KeepAlive(_storage);
    }

    private (Vector128<uint> First, Vector128<uint> Last)? CellsOf(Vector3 lower, Vector3 upper)
    {
        if (!(lower.X <= upper.X && lower.Y <= upper.Y && lower.Z <= upper.Z))
            throw new ArgumentOutOfRangeException(nameof(upper), upper, $"a box's upper corner is on no axis below the lower one, {lower}");
        var (cubeLower, cubeUpper) = (Cube.Minimum, Cube.Maximum);
        var outside = LeafCount == 0 || upper.X < cubeLower.X || upper.Y < cubeLower.Y || upper.Z < cubeLower.Z
            || lower.X > cubeUpper.X || lower.Y > cubeUpper.Y || lower.Z > cubeUpper.Z;
        return outside ? null : (_quantizer.Cell(new Vector4(lower, 0)), _quantizer.Cell(new Vector4(upper, 0)));
    }

    // The node's cell in units of its own level.
    private void VisitRange(Vector128<uint> first, Vector128<uint> last, int level, int node, Vector128<uint> cell, Action<int, int> visit)
    {
        var shift = Depth - level;
        var lower = cell << shift;
        var upper = lower + Vector128.Create((1u << shift) - 1);
        // The fourth lane is a cell of its own, numbered zero, and never decides.
        if (Vector128.GreaterThanAny(lower, last) || Vector128.LessThanAny(upper, first))
            return;
        if (Vector128.GreaterThanOrEqualAll(lower, first) && Vector128.LessThanOrEqualAll(upper.WithElement(3, 0u), last))
        {
            visit(FirstLeaf(level, node), FirstLeaf(level, node + 1));
            return;
        }
        var child = FirstChild(level, node);
        for (int mask = Mask(level, node); mask != 0; mask &= mask - 1)
            VisitRange(first, last, level + 1, child++, ChildCell(cell, BitOperations.TrailingZeroCount(mask)), visit);
    }

    private static Vector128<uint> ChildCell(Vector128<uint> cell, int octant) =>
        (cell << 1) + Vector128.Create((uint)octant & 1, ((uint)octant >> 1) & 1, ((uint)octant >> 2) & 1, 0);

    private void RequirePoints()
    {
        if (Kind != OctreeKind.Points)
            throw new InvalidOperationException($"the tree is of {Kind} and has no points");
    }
}
