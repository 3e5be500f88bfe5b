using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces.DualMesh;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Surfaces.DualMesh;

public class DualMeshUdfTests
{
    private static readonly Vector3 Centre = new(0.013f, 0.027f, -0.031f);
    private static readonly Box3 Box = new(new(-0.513f, -0.437f, -0.361f), new(0.507f, 0.431f, 0.377f));

    public static TheoryData<string, int> ClosedShapes => new() { { "sphere", 2 }, { "torus", 0 }, { "dyadic sphere", 2 } };

    [Theory]
    [MemberData(nameof(ClosedShapes))]
    public void A_closed_smooth_shape_becomes_a_closed_manifold_of_its_genus(string name, int euler)
    {
        IBatchField field = name switch { "sphere" => new SphereField(Centre, 0.57), "torus" => new TorusField(Centre, 0.5, 0.2), _ => new SphereField(default, 0.5) };
        Assert.Equal(new EdgeCount(0, 0, euler), EdgeCount.Of(Extract(field, 6).Mesh));
    }

    [Fact]
    public void Vertices_of_a_smooth_shape_come_near_with_the_square_of_the_edge()
    {
        foreach (var field in new IBatchField[] { new SphereField(Centre, 0.57), new TorusField(Centre, 0.5, 0.2) })
            Assert.True(MeanDistance(field, Extract(field, 5).Mesh) > 3.5 * MeanDistance(field, Extract(field, 6).Mesh));
    }

    [Fact]
    public void Corners_of_a_box_are_met()
    {
        var mesh = Extract(new BoxField(Box), 5).Mesh;
        for (var corner = 0; corner < 8; corner++)
        {
            var place = new Vector3((corner & 1) == 0 ? Box.Minimum.X : Box.Maximum.X, (corner & 2) == 0 ? Box.Minimum.Y : Box.Maximum.Y, (corner & 4) == 0 ? Box.Minimum.Z : Box.Maximum.Z);
            Assert.True(mesh.Positions.Min(position => (position - place).Length()) < 1e-3 / 16);
        }
        Assert.Equal(Area(Box), Area(mesh), 0.002 * Area(Box));
    }

    [Fact]
    public void An_open_border_stays_within_a_cell()
    {
        const double radius = 0.57;
        var mesh = Extract(new HemisphereField(Centre, radius), 6).Mesh;
        var edge = 2.0 / 64;
        Assert.All(mesh.Positions, position => Assert.True(position.Z - Centre.Z > -edge));
        // Each part of the border circle has mesh near it, and the sheet is single.
        for (var i = 0; i < 360; i++)
        {
            var place = Centre + (float)radius * new Vector3(MathF.Cos(i * MathF.PI / 180), MathF.Sin(i * MathF.PI / 180), 0);
            Assert.True(mesh.Positions.Min(position => (position - place).Length()) < edge);
        }
        var count = EdgeCount.Of(mesh);
        Assert.Equal((0, 1), (count.NonManifold, count.Euler));
        Assert.Equal(2 * Math.PI * radius * radius, Area(mesh), 0.01);
    }

    [Fact]
    public void A_moebius_strip_has_one_sheet_and_one_ring()
    {
        var field = new MoebiusField(Centre, 0.6, 0.2);
        var mesh = Extract(field, 5).Mesh;
        Assert.Equal(0, EdgeCount.Of(mesh).Euler);
        Assert.True(MeanDistance(field, mesh) < 1e-3);
    }

    [Fact]
    public void Joined_wherever_vertices_exist_the_sheet_is_double_in_places_as_the_authors_have_it()
    {
        var field = new SphereField(Centre, 0.57);
        var single = Extract(field, 5).Mesh;
        var authors = DualMeshUdf.Extract(field, new DualMeshOptions { MaximumDepth = 5, TestCrossings = false }).Mesh;
        var area = 4 * Math.PI * 0.57 * 0.57;
        Assert.Equal(area, Area(single), 0.005 * area);
        Assert.True(Area(authors) > 1.1 * area);
        Assert.True(EdgeCount.Of(authors).NonManifold > 100);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        var field = new CrossingPlanesField(Centre, 0.3, 0.6);
        var before = WorkerPool.ThreadCount;
        try
        {
            WorkerPool.ThreadCount = 1;
            var expected = Extract(field, 5);
            foreach (var threads in new[] { 2, 5 })
            {
                WorkerPool.ThreadCount = threads;
                var actual = Extract(field, 5);
                Assert.Equal(expected.Mesh.Positions, actual.Mesh.Positions);
                Assert.Equal(expected.Mesh.Triangles, actual.Mesh.Triangles);
                Assert.Equal(expected.Statistics, actual.Statistics);
            }
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
    }

    [Fact]
    public void Neither_batches_nor_the_place_and_size_of_the_box_change_the_mesh()
    {
        var expected = Extract(new SphereField(default, 0.5), 5).Mesh;
        var batched = DualMeshUdf.Extract(new SphereField(default, 0.5), new DualMeshOptions { MaximumDepth = 5, Batch = 97 }).Mesh;
        Assert.Equal(expected.Positions, batched.Positions);
        // Powers of two scale without rounding.
        var options = new DualMeshOptions { MaximumDepth = 5, Bounds = new Box3(new(-8), new(8)) };
        var scaled = DualMeshUdf.Extract(new SphereField(default, 4), options).Mesh;
        Assert.Equal(expected.Triangles, scaled.Triangles);
        Assert.All(expected.Positions.Zip(scaled.Positions), pair => Assert.True((8 * pair.First - pair.Second).Length() < 1e-5f));
    }

    [Fact]
    public void Few_questions_are_asked()
    {
        var statistics = Extract(new SphereField(default, 0.5), 7).Statistics;
        Assert.True(statistics.DenseFraction < 0.04, $"{statistics.DenseFraction:P2}");
        Assert.Equal(statistics.Leaves, statistics.Planes + statistics.Edges + statistics.Corners + statistics.Unsampled + statistics.Rejected);
    }

    [Fact]
    public void A_field_that_answers_with_no_distance_is_refused_with_the_first_place()
    {
        var nan = Assert.Throws<NumericalException>(() => Extract(new Altered(new SphereField(default, 0.5), float.NaN), 4));
        Assert.Contains("(0.25, ", nan.Message, StringComparison.Ordinal);
        Assert.Contains("NaN", nan.Message, StringComparison.Ordinal);
        var negative = Assert.Throws<NumericalException>(() => Extract(new Altered(new SphereField(default, 0.5), -0.25f), 4));
        Assert.Contains("-0.25", negative.Message, StringComparison.Ordinal);
        Assert.Contains("never negative", negative.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_in_the_box_is_an_empty_mesh_and_a_warning()
    {
        var result = Extract(new SphereField(new(9, 9, 9), 0.5), 7);
        Assert.Equal(0, result.Mesh.TriangleCount);
        Assert.Contains("empty", result.Warning, StringComparison.Ordinal);
        Assert.Null(Extract(new SphereField(default, 0.5), 4).Warning);
    }

    [Fact]
    public void Great_depths_are_refused_unless_forced()
    {
        Assert.Throws<ResourceLimitException>(() => Extract(new SphereField(default, 0.5), 11));
        Assert.Throws<InvalidSettingException>(() => Extract(new SphereField(default, 0.5), 0));
        // A tiny sphere has few leaves even there.
        var forced = DualMeshUdf.Extract(new SphereField(default, 0.002), new DualMeshOptions { MaximumDepth = 11, Force = true });
        Assert.True(forced.Mesh.TriangleCount > 0);
        Assert.Throws<InvalidSettingException>(() => DualMeshUdf.Extract(new SphereField(default, 0.5), new DualMeshOptions { Bounds = Box3.Empty }));
    }

    [Fact]
    public void Cancellation_is_heeded()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => DualMeshUdf.Extract(new SphereField(default, 0.5), null, null, source.Token));
    }

    private static DualMeshResult Extract(IBatchField field, int depth) => DualMeshUdf.Extract(field, new DualMeshOptions { MaximumDepth = depth });

    private static double MeanDistance(IBatchField field, TriangleMesh mesh)
    {
        var distances = new float[mesh.VertexCount];
        field.Distances(mesh.Positions, distances);
        return distances.Average();
    }

    private static double Area(TriangleMesh mesh) => Enumerable.Range(0, mesh.TriangleCount).Sum(triangle => 0.5 * mesh.AreaNormal(triangle).Length());

    private static double Area(Box3 box) => 2 * (box.Extent.X * box.Extent.Y + box.Extent.Y * box.Extent.Z + box.Extent.Z * box.Extent.X);

    private sealed class Altered(IBatchField inner, float answer) : IBatchField
    {
        public void Distances(ReadOnlySpan<Vector3> points, Span<float> distances)
        {
            inner.Distances(points, distances);
            Alter(points, distances);
        }

        public void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
        {
            inner.DistancesAndGradients(points, distances, gradients);
            Alter(points, distances);
        }

        private void Alter(ReadOnlySpan<Vector3> points, Span<float> distances)
        {
            for (var i = 0; i < points.Length; i++)
                distances[i] = points[i].X == 0.25f ? answer : distances[i];
        }
    }
}
