using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Meshes.Repair;

namespace Sparseland.Space.Tests.Meshes.Repair;

public class MeshRepairTests
{
    [Fact]
    public void Triangles_turned_at_random_are_turned_back_outwards()
    {
        var sphere = MeshPrimitives.Icosphere(1, 2);
        var result = MeshOrientation.Orient(Scrambled(sphere));
        Assert.Equal((1, 0), (result.Patches, result.OneSided));
        Assert.True(result.Turned > 0);
        var report = MeshReport.Of(result.Mesh);
        Assert.Equal(0, report.InconsistentEdges);
        Assert.Equal(MeshReport.Of(sphere).Volume!.Value, report.Volume!.Value, 1e-5);
    }

    [Fact]
    public void A_moebius_strip_is_found_one_sided()
    {
        var result = MeshOrientation.Orient(MeshPrimitives.MoebiusStrip());
        Assert.Equal((1, 1), (result.Patches, result.OneSided));
        Assert.True(MeshReport.Of(result.Mesh).InconsistentEdges > 0);
    }

    [Fact]
    public void An_open_sheet_keeps_the_side_of_most_of_its_area()
    {
        var plane = MeshPrimitives.Plane(1, 1, 8, 8);
        var triangles = plane.Triangles.ToArray();
        for (var i = 0; i < 5; i++)
            (triangles[3 * i + 1], triangles[3 * i + 2]) = (triangles[3 * i + 2], triangles[3 * i + 1]);
        var result = MeshOrientation.Orient(new TriangleMesh(plane.Positions, triangles));
        Assert.Equal(5, result.Turned);
        Assert.Equal(plane.Triangles, result.Mesh.Triangles);
    }

    [Fact]
    public void Sheets_that_cross_in_an_edge_are_cut_into_straight_ones()
    {
        // Two squares that cross in the edge from 0 to 1.
        Vector3[] positions = [new(0, 0, 0), new(0, 0, 1), new(1, 0, 0), new(-1, 0, 0), new(0, 1, 0), new(0, -1, 0)];
        var mesh = new TriangleMesh(positions, [0, 1, 2, 0, 1, 3, 0, 1, 4, 0, 1, 5]);
        Assert.Equal(1, MeshReport.Of(mesh).NonManifoldEdges);
        var result = ManifoldCut.Repair(mesh);
        Assert.Equal((0, 1, 2), (result.Dropped, result.CutEdges, result.AddedVertices));
        // The corners of the triangles at 2 and at 3 are one sheet.
        Assert.Equal(result.Mesh.Triangles[..2], result.Mesh.Triangles[3..5]);
        Assert.Empty(result.Mesh.Triangles[..6].Intersect(result.Mesh.Triangles[6..]));
        Assert.Equal(4, result.Mesh.TriangleCount);
        Assert.Equal(0, MeshReport.Of(result.Mesh, weld: false).NonManifoldEdges);
        var repaired = MeshRepair.Repair(mesh, 0);
        Assert.Equal((1, 0), (repaired.CutEdges, repaired.OneSided));
        Assert.True(MeshReport.Of(repaired.Mesh, weld: false).IsManifold);
    }

    [Fact]
    public void Repeated_and_collapsed_triangles_are_dropped_and_a_sound_mesh_stays()
    {
        var sphere = MeshPrimitives.Icosphere(1, 1);
        int[] first = [.. sphere.Triangles[..3]];
        var spoiled = new TriangleMesh(sphere.Positions, [.. sphere.Triangles, first[1], first[0], first[2], first[0], first[0], first[1]]);
        var result = ManifoldCut.Repair(spoiled);
        Assert.Equal((2, 0, 0), (result.Dropped, result.CutEdges, result.AddedVertices));
        Assert.Equal(2, MeshReport.Of(result.Mesh).EulerNumber);
        Assert.True(MeshReport.Of(result.Mesh).IsClosed);
    }

    [Fact]
    public void Small_holes_are_closed_and_large_ones_stay()
    {
        var sphere = MeshPrimitives.Icosphere(1, 3);
        // All triangles around vertex 0, and all that look down.
        var kept = Enumerable.Range(0, sphere.TriangleCount).Where(triangle => !sphere.Triangles.AsSpan(3 * triangle, 3).Contains(0) && Vector3.Normalize(sphere.AreaNormal(triangle)).Z > -0.5);
        var holed = new TriangleMesh(sphere.Positions, [.. kept.SelectMany(triangle => sphere.Triangles[(3 * triangle)..(3 * triangle + 3)])]);
        var borders = MeshReport.Of(holed).Borders;
        Assert.Equal(2, borders.Count);
        var result = HoleFilling.Fill(holed, 2);
        Assert.Equal((1, 1), (result.Closed, result.Left));
        var report = MeshReport.Of(result.Mesh);
        Assert.Equal((1, 0, 0), (report.Borders.Count, report.NonManifoldEdges, report.InconsistentEdges));
        Assert.Equal(borders[0].Edges, report.Borders[0].Edges);
        Assert.Throws<InvalidSettingException>(() => HoleFilling.Fill(holed, double.NaN));
    }

    [Fact]
    public void A_closed_hole_has_the_least_area()
    {
        // A square ring over a step: any of two diagonals, and the shorter sheet is taken.
        Vector3[] ring = [new(0, 0, 0), new(1, 0, 0), new(1, 1, 1), new(0, 1, 0)];
        Vector3[] positions = [.. ring, .. ring.Select(position => position * 3 - new Vector3(1, 1, 2))];
        var triangles = new List<int>();
        for (var i = 0; i < 4; i++)
            triangles.AddRange([i, (i + 1) % 4, 4 + i, (i + 1) % 4, 4 + (i + 1) % 4, 4 + i]);
        var filled = HoleFilling.Fill(new TriangleMesh(positions, [.. triangles]), 5).Mesh;
        var added = Enumerable.Range(8, filled.TriangleCount - 8).Sum(triangle => 0.5 * filled.AreaNormal(triangle).Length());
        double Area(int a, int b, int c) => 0.5 * Vector3.Cross(ring[b] - ring[a], ring[c] - ring[a]).Length();
        Assert.Equal(Math.Min(Area(0, 1, 2) + Area(0, 2, 3), Area(0, 1, 3) + Area(1, 2, 3)), added, 1e-6);
    }

    [Fact]
    public void A_certificate_bounds_every_point_of_the_mesh()
    {
        var sphere = MeshPrimitives.Icosphere(0.5f, 2);
        var field = new SphereField(new(0.01f, 0, 0), 0.51);
        var certificate = MeshCertificate.Of(sphere, field);
        var samples = MeshSamples.Draw(sphere, 20_000, new RandomStream(1, "samples"));
        var distances = new float[samples.Points.Length];
        field.Distances(samples.Points, distances);
        Assert.True(distances.Max() <= certificate.DistanceBound);
        Assert.True(certificate.LargestDistance <= certificate.DistanceBound && certificate.MeanDistance <= certificate.LargestDistance);
        Assert.Contains("Euler number 2", certificate.ToString(), StringComparison.Ordinal);
        Assert.Contains("it is closed", certificate.ToString(), StringComparison.Ordinal);
        Assert.Contains("borders 1: 3.1", MeshCertificate.Of(MeshPrimitives.Disk(0.5f, 64), field).ToString(), StringComparison.Ordinal);
    }

    private static TriangleMesh Scrambled(TriangleMesh mesh)
    {
        var chance = new RandomStream(1, "sides");
        var triangles = mesh.Triangles.ToArray();
        for (var i = 0; i < triangles.Length; i += 3)
        {
            if (chance.NextDouble() < 0.7)
                (triangles[i], triangles[i + 1]) = (triangles[i + 1], triangles[i]);
        }
        return new(mesh.Positions, triangles);
    }
}
