using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Fields;
using Sparseland.Space.Surfaces.DualMesh;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Tests.Surfaces.DualMesh;

public class LeafSearchTests
{
    [Fact]
    public void No_cell_that_holds_surface_is_rejected()
    {
        var options = new DualMeshOptions { MaximumDepth = 5 };
        var lattice = new CellLattice(options);
        foreach (var field in new ClosestPointField[] { new TorusField(new(0.01f, 0.02f, 0.03f), 0.5, 0.2), new BoxField(new Box3(new(-0.5f), new(0.5f, 0.4f, 0.3f))), new MoebiusField(default, 0.6, 0.2) })
        {
            var leaves = LeafSearch.Run(lattice, new FieldQueries(field, 5000, null, default), 0).Leaves.ToHashSet();
            var chance = new RandomStream(1, "surface");
            for (var i = 0; i < 5000; i++)
            {
                var point = field.ClosestPoint(new((float)chance.NextDouble() * 2 - 1, (float)chance.NextDouble() * 2 - 1, (float)chance.NextDouble() * 2 - 1));
                var cell = (point + Vector3.One) / (float)lattice.Edge;
                Assert.Contains(MortonCode3.Encode((uint)cell.X, (uint)cell.Y, (uint)cell.Z), leaves);
            }
        }
    }

    [Fact]
    public void Samples_are_those_of_every_leaf_each_once()
    {
        var field = new SphereField(new(0.1f, 0, 0), 0.5);
        var lattice = new CellLattice(new DualMeshOptions { MaximumDepth = 4 });
        var queries = new FieldQueries(field, 1000, null, default);
        var search = LeafSearch.Run(lattice, queries, 0.01);
        var samples = LeafSamples.Collect(lattice, search, queries);
        Assert.Equal(samples.Points.Length, samples.Points.Distinct().Count());
        for (var leaf = 0; leaf < search.Leaves.Length; leaf++)
        {
            var minimum = lattice.LeafMinimum(search.Leaves[leaf]);
            for (var i = 0; i < CellLattice.SamplesPerLeaf; i++)
            {
                var row = samples.Rows[leaf * CellLattice.SamplesPerLeaf + i];
                Vector3Double expected = minimum + 0.5 * lattice.Edge * new Vector3Double(i % 3, i / 3 % 3, i / 9);
                Assert.True((expected - samples.Points[row]).Length < 1e-6);
                Assert.Equal(Math.Abs((samples.Points[row] - new Vector3(0.1f, 0, 0)).Length() - 0.5f), samples.Distances[row], 1e-6f);
            }
        }
        // Every leaf's centroid was known from the search, and some of the coarser ones.
        Assert.True(samples.Asked <= samples.Points.Length - search.Leaves.Length);
    }
}
