using Sparseland.Chance;
using Sparseland.Space.Surfaces.DualMesh;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Tests.Surfaces.DualMesh;

public class DualConnectivityTests
{
    private const int Depth = 4;

    [Fact]
    public void Quads_are_those_of_the_recursion_over_cells_faces_and_edges()
    {
        var chance = new RandomStream(5, "leaves");
        ulong[] codes = [.. Enumerable.Range(0, 1 << (3 * Depth)).Select(code => (ulong)code).Where(_ => chance.NextDouble() < 0.6)];
        var hasVertex = codes.Where(_ => chance.NextDouble() < 0.8).ToHashSet();
        var table = new LeafTable(codes, leaf => hasVertex.Contains(codes[leaf]));
        var found = DualConnectivity.Quads(codes, table, null).Select(quad => Key(codes[quad.A], codes[quad.B], codes[quad.C], codes[quad.D])).ToHashSet();
        var recursion = new Recursion(hasVertex);
        recursion.Cell(0, 0, 0, 0);
        Assert.NotEmpty(recursion.Quads);
        Assert.True(recursion.Quads.SetEquals(found));
    }

    [Fact]
    public void A_quad_runs_around_its_edge_without_crossing_itself()
    {
        ulong[] codes = [.. Enumerable.Range(0, 8).Select(code => (ulong)code)];
        var quads = DualConnectivity.Quads(codes, new LeafTable(codes, _ => true), null);
        Assert.Equal(6, quads.Count);
        foreach (var quad in quads)
        {
            int[] around = [quad.A, quad.B, quad.C, quad.D];
            for (var i = 0; i < 4; i++)
                Assert.Equal(1, int.PopCount(around[i] ^ around[(i + 1) % 4]));
        }
    }

    private static string Key(params ulong[] codes) => string.Join(",", codes.Order());

    // Dual contouring as it is written down: procedures for cells, faces and edges of an octree, here of full depth.
    private sealed class Recursion(HashSet<ulong> vertices)
    {
        public HashSet<string> Quads { get; } = [];

        public void Cell(uint x, uint y, uint z, int level)
        {
            if (level == Depth)
                return;
            for (uint i = 0; i < 8; i++)
                Cell(2 * x + (i & 1), 2 * y + (i >> 1 & 1), 2 * z + (i >> 2), level + 1);
            uint[] low = [2 * x, 2 * y, 2 * z];
            for (var axis = 0; axis < 3; axis++)
            {
                for (uint i = 0; i < 4; i++)
                    Face(Moved(low, axis, 0, i & 1, i >> 1), axis, level + 1);
                for (uint i = 0; i < 2; i++)
                    Edge(Moved(low, axis, i, 0, 0), axis, level + 1);
            }
        }

        // The face between a cell and the next along an axis.
        private void Face(uint[] cell, int axis, int level)
        {
            if (level == Depth)
                return;
            uint[] low = [2 * cell[0], 2 * cell[1], 2 * cell[2]];
            low[axis]++;
            for (uint i = 0; i < 4; i++)
                Face(Moved(low, axis, 0, i & 1, i >> 1), axis, level + 1);
            for (uint i = 0; i < 2; i++)
            {
                Edge(Moved(low, axis, 0, i, 0), (axis + 1) % 3, level + 1);
                Edge(Moved(low, axis, 0, 0, i), (axis + 2) % 3, level + 1);
            }
        }

        // The edge along an axis between a cell and the three next to it on the other axes.
        private void Edge(uint[] cell, int axis, int level)
        {
            if (level < Depth)
            {
                uint[] low = [2 * cell[0], 2 * cell[1], 2 * cell[2]];
                low[(axis + 1) % 3]++;
                low[(axis + 2) % 3]++;
                for (uint i = 0; i < 2; i++)
                    Edge(Moved(low, axis, i, 0, 0), axis, level + 1);
                return;
            }
            ulong[] around = [.. Enumerable.Range(0, 4).Select(i => Code(Moved(cell, axis, 0, (uint)i & 1, (uint)i >> 1)))];
            if (around.All(vertices.Contains))
                Quads.Add(Key(around));
        }

        private static uint[] Moved(uint[] cell, int axis, uint along, uint next, uint last)
        {
            uint[] moved = [.. cell];
            moved[axis] += along;
            moved[(axis + 1) % 3] += next;
            moved[(axis + 2) % 3] += last;
            return moved;
        }

        private static ulong Code(uint[] cell) => MortonCode3.Encode(cell[0], cell[1], cell[2]);
    }
}
