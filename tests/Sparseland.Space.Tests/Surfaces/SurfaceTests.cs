using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces;
using Sparseland.Threads;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Tests.Surfaces;

public class SurfaceTests
{
    private static readonly Box3 Box = new(new(-1.3f), new(1.3f));

    public static TheoryData<bool> Methods => [false, true];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_sphere_is_closed_and_lies_on_the_sphere(bool dual)
    {
        var mesh = Extract(dual, Field(p => p.Length() - 1), 0.1f);
        var report = MeshReport.Of(mesh);
        Assert.Equal((2, 1), (report.EulerNumber, report.Components));
        Assert.True(report.IsClosed && report.IsManifold);
        // Linear interpolation falls short by the square of the spacing over eight; a vertex between planes lies on them.
        Assert.All(mesh.Positions, p => Assert.InRange(p.Length(), 0.996f, dual ? 1.004f : 1.0005f));
        Assert.Equal(4 * Math.PI / 3, report.Volume!.Value, 0.03);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_torus_has_its_handle_and_whatever_the_number_of_threads_the_same_bytes(bool dual)
    {
        var field = Field(p => new Vector2(new Vector2(p.X, p.Y).Length() - 0.8f, p.Z).Length() - 0.3f);
        var before = WorkerPool.ThreadCount;
        var meshes = new List<TriangleMesh>();
        try
        {
            foreach (var threads in new[] { 1, 3 })
            {
                WorkerPool.ThreadCount = threads;
                meshes.Add(Extract(dual, field, 0.07f));
            }
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
        Assert.Equal(meshes[0].Positions, meshes[1].Positions);
        Assert.Equal(meshes[0].Triangles, meshes[1].Triangles);
        var report = MeshReport.Of(meshes[0]);
        Assert.Equal(0, report.EulerNumber);
        Assert.True(report.IsClosed && report.IsManifold);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Noise_gives_a_closed_surface_without_crowded_edges(bool dual)
    {
        // Every case of the table, in a grid whose outside is outside.
        var grid = new VoxelGrid<float>(1);
        var random = new RandomStream(3, "noise");
        for (var i = 0; i < 20 * 20 * 20; i++)
            grid.Set(i % 20 - 10, i / 20 % 20 - 10, i / 400 - 10, (float)random.NextDouble() - 0.5f);
        var report = MeshReport.Of(dual ? DualContouring.Of(grid) : MarchingCubes.Of(grid));
        Assert.True(report.Triangles > 5000);
        Assert.True(report.IsClosed);
        Assert.Equal(0, report.InconsistentEdges);
        // Two sheets of a dual surface may meet along an edge between two cells with crossed faces; the primal one never does.
        Assert.True(dual ? report.NonManifoldEdges < report.Edges / 20 : report.NonManifoldEdges == 0, $"{report.NonManifoldEdges} of {report.Edges}");
    }

    [Fact]
    public void Sparse_sampling_finds_the_surface_that_dense_sampling_finds()
    {
        var field = Field(p => Math.Min((p - new Vector3(0.3f)).Length() - 0.5f, (p + new Vector3(0.6f, 0.6f, 0)).Length() - 0.4f));
        var sparse = MarchingCubes.Of(field, Box, 0.06f);
        var dense = MarchingCubes.Of(field, Box, 0.06f, new() { Lipschitz = float.PositiveInfinity });
        Assert.Equal(dense.Positions, sparse.Positions);
        Assert.Equal(dense.Triangles, sparse.Triangles);
        Assert.Equal(2, MeshReport.Of(sparse).Components);
    }

    [Fact]
    public void Dual_contouring_keeps_the_edges_and_corners_of_a_box()
    {
        var field = new PointwiseField(new Lambda(p =>
        {
            var q = Vector3.Abs(p - new Vector3(0.013f)) - new Vector3(0.731f);
            return Vector3.Max(q, Vector3.Zero).Length() + Math.Min(0, Math.Max(q.X, Math.Max(q.Y, q.Z)));
        }), 1e-4f);
        var (sharp, blunt) = (DualContouring.Of(field, Box, 0.1f), MarchingCubes.Of(field, Box, 0.1f));
        var corner = new Vector3(0.744f);
        Assert.True(sharp.Positions.Min(p => Vector3.Distance(p, corner)) < 2e-3f);
        Assert.True(blunt.Positions.Min(p => Vector3.Distance(p, corner)) > 0.02f);
        // Every vertex lies on the box, and the volume is the box's.
        Assert.All(sharp.Positions, p => Assert.True(Math.Abs(Vector3.Abs(p - new Vector3(0.013f)) is var q ? Math.Max(q.X, Math.Max(q.Y, q.Z)) - 0.731f : 0) < 2e-3f));
        Assert.Equal(Math.Pow(1.462, 3), MeshReport.Of(sharp).Volume!.Value, 0.01);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_surface_that_leaves_the_box_is_open_there_alone(bool dual)
    {
        var mesh = Extract(dual, Field(p => p.Z - 0.05f), 0.1f);
        var report = MeshReport.Of(mesh);
        Assert.Single(report.Borders);
        Assert.Equal((1, 1), (report.EulerNumber, report.Components));
        Assert.All(mesh.Positions, p => Assert.Equal(0.05f, p.Z, 4));
        Assert.True(mesh.AreaNormal(0).Z > 0);
    }

    [Fact]
    public void Tiles_inside_a_grid_have_a_surface_too()
    {
        var grid = new VoxelGrid<float>(1) { Frame = new(new(1, 2, 3), 0.5f) };
        grid.Fill(new(0, 0, 0), new(255, 127, 15), -1);
        var report = MeshReport.Of(MarchingCubes.Of(grid));
        Assert.True(report.IsClosed && report.IsManifold);
        Assert.Equal((2, 1), (report.EulerNumber, report.Components));
        Assert.Equal(128 * 64 * 8, report.Volume!.Value, 130.0);
    }

    [Fact]
    public void A_field_that_is_not_a_number_is_named_with_its_place()
    {
        var field = Field(p => p.X > 0.5f ? float.NaN : p.Length() - 1);
        Assert.Contains("NaN at", Assert.Throws<NumericalException>(() => MarchingCubes.Of(field, Box, 0.1f)).Message, StringComparison.Ordinal);
        Assert.Throws<NumericalException>(() => DualContouring.Of(field, Box, 0.1f));
    }

    [Fact]
    public void More_samples_than_are_allowed_are_refused_with_a_spacing_that_fits()
    {
        var options = new SurfaceOptions { LimitBytes = 1 << 20 };
        var field = Field(p => p.Length() - 1);
        var fault = Assert.Throws<ResourceLimitException>(() => MarchingCubes.Of(field, Box, 0.01f, options));
        var spacing = float.Parse(fault.Message.Split("spacing of ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(MarchingCubes.Of(field, Box, spacing, options).TriangleCount > 100);
        Assert.Throws<InvalidSettingException>(() => MarchingCubes.Of(field, Box, 0));
        Assert.Throws<InvalidSettingException>(() => MarchingCubes.Of(field, Box3.Empty, 1));
    }

    private static TriangleMesh Extract(bool dual, IBatchField field, float spacing) => dual ? DualContouring.Of(field, Box, spacing) : MarchingCubes.Of(field, Box, spacing);

    private static PointwiseField Field(Func<Vector3, float> distance) => new(new Lambda(distance));

    private sealed class Lambda(Func<Vector3, float> distance) : IDistanceField
    {
        public float Distance(Vector3 point) => distance(point);
    }
}
