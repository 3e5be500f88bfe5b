using System.Numerics;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.LightFields;

/// <summary>The voxels of a full tree at equal distances along a ray: what a ray would ask that knows nothing of where surfaces are.</summary>
internal static class UniformSamples
{
    /// <summary>As many voxels as there is room for, each once, front to back.</summary>
    public static int Find(LinearOctree tree, Vector3 origin, Vector3 direction, Span<RayCrossing> destination)
    {
        var (from, to) = Interval(tree.Cube.Minimum, tree.Cube.Maximum, origin, direction);
        if (!(from < to))
            return 0;
        var (count, last) = (0, -1);
        for (var i = 0; i < destination.Length; i++)
        {
            var leaf = tree.FindLeaf(origin + (from + (i + 0.5f) * (to - from) / destination.Length) * direction);
            if (leaf < 0 || leaf == last)
                continue;
            var cube = tree.LeafCube(leaf);
            var (entry, exit) = Interval(cube.Minimum, cube.Maximum, origin, direction);
            if (!(entry < exit))
                continue;
            destination[count++] = new(leaf, entry, exit);
            last = leaf;
        }
        return count;
    }

    /// <summary>Where a ray is inside a box; empty when the first is not below the second.</summary>
    public static (float From, float To) Interval(Vector3 lower, Vector3 upper, Vector3 origin, Vector3 direction)
    {
        var (from, to) = (0f, float.PositiveInfinity);
        for (var axis = 0; axis < 3; axis++)
        {
            if (direction[axis] == 0)
            {
                if (origin[axis] < lower[axis] || origin[axis] >= upper[axis])
                    return (0, 0);
                continue;
            }
            var (a, b) = ((lower[axis] - origin[axis]) / direction[axis], (upper[axis] - origin[axis]) / direction[axis]);
            from = Math.Max(from, Math.Min(a, b));
            to = Math.Min(to, Math.Max(a, b));
        }
        return (from, to);
    }
}
