using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Omnitrees;
using Sparseland.Testing;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Space.Tests.Omnitrees;

public class MeshBodyTests
{
    [Fact]
    public void A_mesh_fills_the_cube_along_its_largest_extent_and_is_centred()
    {
        var shape = new MeshBody(MeshPrimitives.Box(new(2, 3, 4), new(4, 4, 4.5f)));
        Assert.Equal((new Vector3(3, 3.5f, 4.25f), 2f), (shape.Centre, shape.Extent));
        Assert.Equal(new Box3(new(0, 0.25f, 0.375f), new(1, 0.75f, 0.625f)), shape.Mesh.Bounds);
        var inside = new bool[4];
        shape.Inside([0.01, 0.3, 0.4, 0.99, 0.74, 0.6, 0.5, 0.2, 0.5, 0.5, 0.5, 0.64], inside);
        Assert.Equal([true, true, false, false], inside);
    }

    // Points on edges and corners seen from above, where a way up passes exactly between triangles.
    [Fact]
    public void Ways_up_through_edges_and_corners_count_once()
    {
        var shape = new MeshBody(MeshPrimitives.Box(Vector3.Zero, Vector3.One));
        var grid = from x in Enumerable.Range(1, 7) from y in Enumerable.Range(1, 7) from z in new[] { 0.5, 1.5, -0.5 } select new[] { x / 8.0, y / 8.0, z };
        var points = grid.SelectMany(point => point).ToArray();
        var inside = new bool[points.Length / 3];
        shape.Inside(points, inside);
        Assert.Equal(grid.Select(point => point[2] == 0.5), inside);
    }

    [Fact]
    public void Inside_is_where_the_winding_number_says() => Check(MeshPrimitives.Torus(1, 0.4f, 24, 12), 0);

    [Fact]
    public void A_mesh_turned_inside_out_has_the_same_inside()
    {
        var mesh = MeshPrimitives.Icosphere(1, 2);
        var turned = new TriangleMesh(mesh.Positions, [.. mesh.Triangles.Reverse()]);
        var (one, other) = (Ask(new(mesh), 500), Ask(new(turned), 500));
        Assert.Equal(one, other);
        Assert.Equal(Math.PI / 6, one.Count(inside => inside) / 500.0, 0.06);
    }

    [Fact]
    public void Spheres_that_overlap_are_inside_where_either_is()
    {
        var ball = MeshPrimitives.Icosphere(1, 2);
        var moved = ball.Positions.Select(position => position + new Vector3(0.8f, 0.1f, 0.2f));
        Check(new([.. ball.Positions, .. moved], [.. ball.Triangles, .. ball.Triangles.Select(vertex => vertex + ball.VertexCount)]), 0);
    }

    [Theory]
    [InlineData("spot.obj")]
    [InlineData("fandisk.obj")]
    public void Real_meshes_agree_with_the_winding_number(string name) => Check(MeshFile.Read(TestData.Require($"meshes/classic/{name}")), 2);

    [Fact]
    public void Open_flat_and_empty_meshes_are_refused()
    {
        Assert.Contains("boundary loop", Assert.Throws<MismatchException>(() => new MeshBody(MeshPrimitives.Hemisphere())).Message, StringComparison.Ordinal);
        Assert.Contains("no triangles", Assert.Throws<MismatchException>(() => new MeshBody(new([], []))).Message, StringComparison.Ordinal);
        var flat = new TriangleMesh([new(0, 0, 0), new(1, 0, 0), new(0, 1, 0)], [0, 1, 2, 0, 2, 1]);
        Assert.Contains("no volume", Assert.Throws<MismatchException>(() => new MeshBody(flat)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_turning_mesh_is_at_time_zero_what_it_is()
    {
        var shape = new MeshBody(MeshPrimitives.Torus(1, 0.4f, 24, 12));
        var random = new RandomStream(3, "points");
        var points = Enumerable.Range(0, 200).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() }).ToArray();
        var (still, turning) = (new bool[200], new bool[200]);
        shape.Inside(points.SelectMany(point => point).ToArray(), still);
        shape.Turning().Inside(points.SelectMany(point => point.Append(0)).ToArray(), turning);
        Assert.Equal(still, turning);
        Assert.Contains(true, still);
    }

    [Fact]
    public void Full_boxes_are_a_closed_mesh_of_their_volume()
    {
        var tree = Omnitree.Parse(3, "110 000 001 000 000 000 000");
        var mesh = ShapeBoxes.ToMesh(new(tree, [true, false, true, false, false]), new(5, 5, 5), 4);
        Assert.Equal((16, 24), (mesh.VertexCount, mesh.TriangleCount));
        var volume = Enumerable.Range(0, mesh.TriangleCount).Sum(triangle => mesh.Corners(triangle) is var (a, b, c) ? Vector3.Dot(a, Vector3.Cross(b, c)) / 6 : 0);
        Assert.Equal(64 * (0.25 + 0.125), volume, 3);
        Assert.Equal(new Box3(new(3, 3, 3), new(7, 5, 7)), mesh.Bounds);
        Assert.Throws<MismatchException>(() => ShapeBoxes.ToMesh(new(Omnitree.Root(2), [true]), default, 1));
    }

    private static bool[] Ask(MeshBody shape, int count)
    {
        var random = new RandomStream(1, "inside");
        var points = new double[3 * count];
        foreach (ref var coordinate in points.AsSpan())
            coordinate = random.NextDouble();
        var inside = new bool[count];
        shape.Inside(points, inside);
        return inside;
    }

    private static void Check(TriangleMesh mesh, int mostDifferent)
    {
        var shape = new MeshBody(mesh);
        var winding = WindingNumber.Build(shape.Mesh);
        var random = new RandomStream(1, "inside");
        var inside = Ask(shape, 1000);
        var different = 0;
        for (var i = 0; i < inside.Length; i++)
        {
            var point = new Vector3((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble());
            different += inside[i] != winding.At(point) > 0.5f ? 1 : 0;
        }
        Assert.InRange(different, 0, mostDifferent);
        Assert.Contains(true, inside);
        Assert.Contains(false, inside);
    }
}
