using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Testing;

namespace Sparseland.Space.Tests.Meshes;

public class MeshReportTests
{
    [Fact]
    public void A_closed_body_has_its_area_and_volume_and_nothing_wrong()
    {
        var report = MeshReport.Of(MeshPrimitives.Box(Vector3.Zero, new(1, 2, 3)));
        Assert.Equal((8, 18, 12, 2, 1), (report.Vertices, report.Edges, report.Triangles, report.EulerNumber, report.Components));
        Assert.True(report.IsClosed && report.IsManifold);
        Assert.Equal(22, report.Area, 5);
        Assert.Equal(6, report.Volume!.Value, 5);
    }

    [Fact]
    public void Borders_are_counted_and_measured()
    {
        var report = MeshReport.Of(MeshPrimitives.Plane(2, 3, 4, 5));
        Assert.Equal((18, 10.0), (report.Borders[0].Edges, Math.Round(report.Borders[0].Length, 4)));
        Assert.Single(report.Borders);
        Assert.Null(report.Volume);
        Assert.Single(MeshReport.Of(MeshPrimitives.Hemisphere()).Borders);
        Assert.Single(MeshReport.Of(MeshPrimitives.MoebiusStrip()).Borders);
    }

    [Fact]
    public void A_border_of_the_Moebius_strip_goes_around_twice()
    {
        var report = MeshReport.Of(MeshPrimitives.MoebiusStrip(1, 0.5f, 64, 4));
        Assert.Equal((0, 128), (report.EulerNumber, report.Borders.Sum(border => border.Edges)));
        Assert.Equal(4, report.InconsistentEdges);
    }

    [Fact]
    public void Every_fault_is_found_where_it_was_made()
    {
        var box = MeshPrimitives.Box(Vector3.Zero, Vector3.One);
        int[] triangles = [.. box.Triangles];
        // One triangle turned over, one given twice, one without area, a vertex of no triangle, and a second part.
        (triangles[0], triangles[1]) = (triangles[1], triangles[0]);
        triangles = [.. triangles, 4, 5, 7, 0, 1, 1, 9, 10, 11];
        Vector3[] positions = [.. box.Positions, new(9, 9, 9), new(5, 0, 0), new(6, 0, 0), new(5, 1, 0)];
        var report = MeshReport.Of(new(positions, triangles));
        Assert.Equal((3, 1, 1, 1, 2), (report.InconsistentEdges, report.DuplicateTriangles, report.ZeroAreaTriangles, report.UnusedVertices, report.Components));
        Assert.Equal((3, 3), (report.NonManifoldEdges, report.Borders.Single().Edges));
    }

    [Fact]
    public void Corners_at_equal_places_count_as_one_vertex()
    {
        var box = MeshPrimitives.Box(Vector3.Zero, Vector3.One);
        var loose = new TriangleMesh([.. box.Triangles.Select(vertex => box.Positions[vertex])], [.. Enumerable.Range(0, box.Triangles.Length)]);
        var report = MeshReport.Of(loose);
        Assert.Equal((8, 2, 0), (report.Vertices, report.EulerNumber, report.UnusedVertices));
        Assert.True(report.IsClosed && report.IsManifold);
    }

    [Theory]
    [InlineData("libigl_open/3holes.off", -4, 0)]
    [InlineData("libigl_open/bunny.off", 2, 0)]
    [InlineData("classic/stanford-bunny.obj", -3, 5)]
    [InlineData("garments_arcsim/tshirt.obj", -2, 4)]
    public void Real_meshes_have_the_topology_that_they_are_known_for(string name, int euler, int borders)
    {
        var report = MeshReport.Of(MeshFile.Read(TestData.Require($"meshes/{name}")));
        Assert.Equal((euler, borders), (report.EulerNumber, report.Borders.Count));
        Assert.Equal(0, report.NonManifoldEdges);
    }
}
