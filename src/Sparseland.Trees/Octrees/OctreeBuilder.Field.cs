using System.Numerics;
using Sparseland.Errors;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

public static unsafe partial class OctreeBuilder
{
    private const int FieldNodesPerPart = 256;

    /// <summary>
    /// Builds a tree whose leaves are the cells where a field's surface may pass. A cell is divided when the value at its centre is at most the Lipschitz constant times half its diagonal: beyond that the
    /// field cannot reach zero inside (Hart, "Sphere tracing", 1996, section 2). No cell that the surface meets is missing; some that it only comes near are there.
    /// </summary>
    /// <typeparam name="TField">The field; a struct, so that the call is direct.</typeparam>
    /// <param name="field">The field.</param>
    /// <param name="cube">The cube to divide.</param>
    /// <param name="depth">Levels below the root, 1 to 21.</param>
    /// <param name="lipschitz">By how much the field changes per metre at most; one for a distance.</param>
    /// <param name="limitBytes">The most bytes the codes of one level, and the tree, may have.</param>
    /// <param name="cancellationToken">Looked at between levels.</param>
    /// <exception cref="NumericalException">The field returned NaN; names the place.</exception>
    /// <exception cref="ResourceLimitException">The tree would be larger than allowed; names the depth that fits.</exception>
    public static LinearOctree FromField<TField>(TField field, Cube cube, int depth, float lipschitz = 1, long limitBytes = DefaultLimitBytes, CancellationToken cancellationToken = default)
        where TField : struct, IDistanceField
    {
        OctreeLayout.RequireDepth(depth);
        RequireCube(cube);
        if (!(lipschitz > 0 && float.IsFinite(lipschitz)))
            throw new ArgumentOutOfRangeException(nameof(lipschitz), lipschitz, "a Lipschitz constant is above zero and finite");
        var nodes = new ulong[] { 0 };
        var counts = new int[depth + 1];
        for (var level = 0; level < depth && nodes.Length > 0; level++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            counts[level] = nodes.Length;
            var masks = new byte[nodes.Length];
            var fault = new int[] { -1 };
            var work = new TestChildren<TField>(field, cube, level + 1, lipschitz, nodes, masks, fault);
            WorkerPool.Run((nodes.Length + FieldNodesPerPart - 1) / FieldNodesPerPart, work);
            if (fault[0] >= 0)
                throw work.NotANumber(fault[0]);
            nodes = Expand(nodes, masks, level, counts, Math.Min(limitBytes, DefaultLimitBytes));
        }
        fixed (ulong* codes = nodes)
        {
            var tree = Build(codes, nodes.Length, 0, depth, cube, OctreeKind.Cells, 0, limitBytes, out var storage);
            GC.KeepAlive(storage);
            return tree;
        }
    }

    // The children of nodes in order are in order themselves.
    private static ulong[] Expand(ulong[] nodes, byte[] masks, int level, int[] counts, long limitBytes)
    {
        var count = 0L;
        foreach (var mask in masks)
            count += BitOperations.PopCount(mask);
        if (count * sizeof(ulong) > limitBytes)
            throw OctreeLayout.TooLarge(level + 1, count * sizeof(ulong), limitBytes, OctreeLayout.DepthThatFits(level, OctreeKind.Cells, counts, 0, limitBytes));
        var children = new ulong[count];
        var next = 0;
        for (var node = 0; node < nodes.Length; node++)
        {
            for (int mask = masks[node]; mask != 0; mask &= mask - 1)
                children[next++] = (nodes[node] << 3) | (uint)BitOperations.TrailingZeroCount(mask);
        }
        return children;
    }

    private readonly struct TestChildren<TField>(TField field, Cube cube, int level, float lipschitz, ulong[] nodes, byte[] masks, int[] fault) : IParallelWork
        where TField : struct, IDistanceField
    {
        public void Run(int part)
        {
            var side = cube.Size / (1 << level);
            // Half the diagonal, and a little more for the roundings of the centre.
            var corner = Vector3.Abs(cube.Minimum);
            var reach = lipschitz * (side * 0.8660255f + (cube.Size + Math.Max(corner.X, Math.Max(corner.Y, corner.Z))) * 2e-7f);
            var end = Math.Min((part + 1) * FieldNodesPerPart, nodes.Length);
            for (var node = part * FieldNodesPerPart; node < end; node++)
            {
                for (var octant = 0; octant < 8; octant++)
                {
                    var value = field.Distance(Centre(nodes[node], octant, side));
                    if (float.IsNaN(value))
                        Report(node * 8L + octant);
                    else if (Math.Abs(value) <= reach)
                        masks[node] |= (byte)(1 << octant);
                }
            }
        }

        /// <summary>The exception for the first node at which the field was NaN.</summary>
        public NumericalException NotANumber(int node)
        {
            var side = cube.Size / (1 << level);
            for (var octant = 0; octant < 8; octant++)
            {
                var centre = Centre(nodes[node], octant, side);
                if (float.IsNaN(field.Distance(centre)))
                    return new($"the field is NaN at {centre}, and its values must be numbers; clip it or choose another cube");
            }
            return new($"the field is NaN near {Centre(nodes[node], 0, side)} in one call and a number in the next; it must be a function of the point alone");
        }

        private Vector3 Centre(ulong node, int octant, float side)
        {
            var (x, y, z) = MortonCode3.Decode((node << 3) | (uint)octant);
            return cube.Minimum + (new Vector3(x, y, z) + new Vector3(0.5f)) * side;
        }

        // The lowest node wins, whatever the order of the parts.
        private void Report(long child)
        {
            var node = (int)(child / 8);
            for (var seen = Volatile.Read(ref fault[0]); seen < 0 || node < seen; seen = Volatile.Read(ref fault[0]))
            {
                if (Interlocked.CompareExchange(ref fault[0], node, seen) == seen)
                    return;
            }
        }
    }
}
