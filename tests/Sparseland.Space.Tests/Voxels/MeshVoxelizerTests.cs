using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Space.Surfaces;
using Sparseland.Space.Voxels;
using Sparseland.Testing;
using Sparseland.Threads;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Tests.Voxels;

public class MeshVoxelizerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Distances_in_the_band_are_those_of_brute_force(bool signed)
    {
        var mesh = MeshPrimitives.Torus(1, 0.37f, 11, 7);
        var field = signed ? MeshDistanceField.Signed(mesh) : MeshDistanceField.Unsigned(mesh);
        var grid = MeshVoxelizer.Voxelize(mesh, new() { Spacing = 0.08f, Signed = signed }).Distances;
        var active = 0;
        for (var z = -12; z <= 12; z++)
        {
            for (var y = -24; y <= 24; y++)
            {
                for (var x = -24; x <= 24; x++)
                {
                    var exact = field.Distance(grid.Frame.PointAt(new(x, y, z)));
                    var found = grid.Get(x, y, z);
                    Assert.Equal(Math.Clamp(exact, -0.24f, 0.24f), found, 1e-5f);
                    if (Math.Abs(Math.Abs(exact) - 0.24f) > 1e-5f)
                        Assert.Equal(Math.Abs(exact) < 0.24f, grid.IsActive(x, y, z));
                    active += grid.IsActive(x, y, z) ? 1 : 0;
                }
            }
        }
        Assert.Equal(active, grid.ActiveCount);
    }

    [Fact]
    public void Rows_at_once_are_rows_voxel_by_voxel()
    {
        var random = new RandomStream(11, "triangles");
        Vector3 Point() => new(12 * (float)random.NextDouble() - 2, 12 * (float)random.NextDouble() - 2, 12 * (float)random.NextDouble() - 2);
        for (var i = 0; i < 300; i++)
        {
            var (a, b, c) = (Point(), Point(), Point());
            // Points, lines and slivers too.
            if (i % 5 == 0)
                (b, c) = (i % 3) switch { 0 => (a, a), 1 => (b, a + 2 * (b - a)), _ => (b, Vector3.Lerp(a, b, 0.3f) + new Vector3(1e-6f)) };
            CheckRows(new(a, b, c), a, b, c);
        }
    }

    [Fact]
    public void The_inside_of_a_solid_is_negative_and_takes_no_bricks()
    {
        var grid = MeshVoxelizer.Voxelize(MeshPrimitives.Icosphere(1, 3), new() { Spacing = 0.02f, Band = 2 }).Distances;
        Assert.Equal(-0.04f, grid.Get(0, 0, 0));
        Assert.False(grid.IsActive(0, 0, 0));
        Assert.Equal(0.04f, grid.Get(0, 0, 55));
        var report = MeshReport.Of(MarchingCubes.Of(grid));
        Assert.Equal(2, report.EulerNumber);
        Assert.True(report.IsClosed && report.IsManifold);
        Assert.Equal(MeshReport.Of(MeshPrimitives.Icosphere(1, 3)).Volume!.Value, report.Volume!.Value, 0.01);
    }

    [Fact]
    public void A_box_on_the_lattice_itself_is_inside_where_it_should_be()
    {
        // Every row meets sides and corners: none may slip through.
        var grid = MeshVoxelizer.Voxelize(MeshPrimitives.Box(Vector3.Zero, new(8, 9, 10)), new() { Spacing = 1, Band = 1.5f }).Distances;
        for (var i = 0; i < 14 * 14 * 14; i++)
        {
            var (x, y, z) = (i % 14 - 2, i / 14 % 14 - 2, i / 196 - 2);
            var inside = x is > 0 and < 8 && y is > 0 and < 9 && z is > 0 and < 10;
            var border = x is >= 0 and <= 8 && y is >= 0 and <= 9 && z is >= 0 and <= 10 && !inside;
            Assert.True(border ? grid.Get(x, y, z) == 0 : grid.Get(x, y, z) < 0 == inside, $"({x}, {y}, {z}) is {grid.Get(x, y, z)}");
        }
    }

    [Fact]
    public void Inside_out_and_nested_bodies_are_read_the_right_way()
    {
        var ball = MeshPrimitives.Icosphere(1, 2);
        var turned = new TriangleMesh(ball.Positions, [.. ball.Triangles.Reverse()]);
        Assert.True(MeshVoxelizer.Voxelize(turned, new() { Spacing = 0.1f }).Distances.Get(0, 0, 0) < 0);
        // Two balls through each other are one body.
        Vector3[] positions = [.. ball.Positions, .. ball.Positions.Select(p => p + new Vector3(1, 0, 0))];
        var two = new TriangleMesh(positions, [.. ball.Triangles, .. ball.Triangles.Select(vertex => vertex + ball.VertexCount)]);
        Assert.True(MeshVoxelizer.Voxelize(two, new() { Spacing = 0.1f }).Distances.Get(5, 0, 0) < 0);
    }

    [Fact]
    public void An_open_mesh_with_signs_is_refused_and_its_borders_are_named()
    {
        var fault = Assert.Throws<MismatchException>(() => MeshVoxelizer.Voxelize(MeshPrimitives.Hemisphere(), new() { Spacing = 0.1f }));
        Assert.Contains("1 boundary loop of 32 edges", fault.Message, StringComparison.Ordinal);
        Assert.True(MeshVoxelizer.Voxelize(MeshPrimitives.Hemisphere(), new() { Spacing = 0.1f, Signed = false }).Distances.ActiveCount > 100);
    }

    [Fact]
    public void Too_fine_a_spacing_is_refused_with_one_that_fits()
    {
        var ball = MeshPrimitives.Icosphere(1, 2);
        Assert.Contains("fits", Assert.Throws<ResourceLimitException>(() => MeshVoxelizer.Voxelize(ball, new() { Spacing = 0.01f, LimitBytes = 1 << 20 })).Message, StringComparison.Ordinal);
        Assert.Throws<ResourceLimitException>(() => MeshVoxelizer.Voxelize(ball, new() { Spacing = 1e-6f }));
        Assert.Throws<InvalidSettingException>(() => MeshVoxelizer.Voxelize(ball, new() { Spacing = float.NaN }));
        Assert.Throws<InvalidSettingException>(() => MeshVoxelizer.Voxelize(ball, new() { Spacing = 1, Band = 0 }));
        Assert.Throws<MismatchException>(() => MeshVoxelizer.Voxelize(new([], []), new() { Spacing = 1 }));
    }

    [Fact]
    public void Colours_go_into_the_voxels_and_back_onto_a_mesh()
    {
        var ball = MeshPrimitives.Icosphere(1, 4);
        var coloured = new TriangleMesh(ball.Positions, ball.Triangles, [.. ball.Positions.Select(p => new Vector3(p.X > 0 ? 1 : 0, 0.5f + 0.5f * p.Y, 0.25f))]);
        var voxels = MeshVoxelizer.Voxelize(coloured, new() { Spacing = 0.05f });
        Assert.Equal(voxels.Distances.ActiveCount, voxels.Colours!.ActiveCount);
        var painted = VoxelColours.Paint(MarchingCubes.Of(voxels.Distances), voxels.Colours);
        for (var i = 0; i < painted.VertexCount; i++)
        {
            var (p, colour) = (Vector3.Normalize(painted.Positions[i]), painted.Colours![i]);
            Assert.Equal(0.5f + 0.5f * p.Y, colour.Y, 0.05f);
            if (Math.Abs(p.X) > 0.15f)
                Assert.Equal(p.X > 0 ? 1 : 0, colour.X, 0.02f);
        }
        Assert.Null(MeshVoxelizer.Voxelize(ball, new() { Spacing = 0.05f }).Colours);
    }

    [Fact]
    public void The_same_voxels_come_out_whatever_the_number_of_threads_and_after_a_file()
    {
        var before = WorkerPool.ThreadCount;
        var folder = Directory.CreateTempSubdirectory("sparseland-voxels").FullName;
        try
        {
            var mesh = MeshPrimitives.Torus();
            byte[][] files = [.. new[] { 1, 3 }.Select(threads =>
            {
                WorkerPool.ThreadCount = threads;
                var path = Path.Combine(folder, $"{threads}");
                VoxelFile.Write(path, MeshVoxelizer.Voxelize(mesh, new() { Spacing = 0.05f }).Distances.Freeze());
                return File.ReadAllBytes(path);
            })];
            Assert.Equal(files[0], files[1]);
            Assert.Equal(new VoxelFrame(Vector3.Zero, 0.05f), VoxelFile.Open<float>(Path.Combine(folder, "1")).Thaw().Frame);
        }
        finally
        {
            WorkerPool.ThreadCount = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_real_mesh_becomes_voxels_and_a_mesh_again_within_a_fraction_of_a_voxel()
    {
        var mesh = MeshFile.Read(TestData.Require("meshes/libigl_open/bunny.off"));
        var grid = MeshVoxelizer.Voxelize(mesh, new() { Spacing = 0.002f }).Distances;
        var again = MarchingCubes.Of(grid);
        var (before, after) = (MeshReport.Of(mesh), MeshReport.Of(again));
        Assert.True(after.IsClosed && after.IsManifold);
        Assert.Equal(before.EulerNumber, after.EulerNumber);
        Assert.Equal(1, after.Volume!.Value / before.Volume!.Value, 0.01);
        var surface = Bvh.Build(mesh);
        Assert.True(again.Positions.Max(p => MathF.Sqrt(surface.Closest(p).DistanceSquared)) < 0.001f);
    }

    private static unsafe void CheckRows(in BlockTriangle triangle, Vector3 a, Vector3 b, Vector3 c)
    {
        var rows = stackalloc float[8];
        var voxels = stackalloc float[8];
        for (var row = 0; row < 64; row += 9)
        {
            new Span<float>(rows, 8).Fill(100);
            new Span<float>(voxels, 8).Fill(100);
            BlockDistances.LowerRow(triangle, row & 7, row >> 3, 1, rows, null);
            BlockDistances.LowerRowScalar(triangle, row & 7, row >> 3, 1, voxels, null);
            for (var x = 0; x < 8; x++)
            {
                TriangleDistance.Nearest(new(x, row & 7, row >> 3), a, b, c, out var exact, out _, out _);
                Assert.Equal(MathF.Sqrt(Math.Min(100, exact)), MathF.Sqrt(rows[x]), 1e-3f);
                Assert.Equal(MathF.Sqrt(voxels[x]), MathF.Sqrt(rows[x]), 1e-3f);
            }
        }
    }
}
