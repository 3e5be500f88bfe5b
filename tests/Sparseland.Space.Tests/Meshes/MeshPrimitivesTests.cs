using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Tests.Meshes;

public class MeshPrimitivesTests
{
    // Name, mesh, Euler number, border edges.
    public static TheoryData<string, TriangleMesh, int, int> Bodies => new()
    {
        { "icosphere", MeshPrimitives.Icosphere(2, 2), 2, 0 },
        { "uv sphere", MeshPrimitives.UvSphere(2, 12, 7), 2, 0 },
        { "box", MeshPrimitives.Box(-Vector3.One, Vector3.One), 2, 0 },
        { "tetrahedron", MeshPrimitives.Tetrahedron(), 2, 0 },
        { "torus", MeshPrimitives.Torus(1, 0.25f, 12, 7), 0, 0 },
        { "cylinder", MeshPrimitives.Cylinder(1, 2, 9), 2, 0 },
        { "hemisphere", MeshPrimitives.Hemisphere(1, 12, 4), 1, 12 },
        { "plane", MeshPrimitives.Plane(1, 2, 3, 4), 1, 14 },
        { "disk", MeshPrimitives.Disk(1, 12, 3), 1, 12 },
        { "moebius", MeshPrimitives.MoebiusStrip(1, 0.5f, 20, 3), 0, 40 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Has_the_Euler_number_and_the_border_of_its_shape(string name, TriangleMesh mesh, int euler, int border)
    {
        var edges = Edges(mesh);
        Assert.Equal(euler, mesh.VertexCount - edges.Count + mesh.TriangleCount);
        Assert.Equal(border, edges.Values.Count(uses => uses.Forward + uses.Backward == 1));
        Assert.DoesNotContain(edges.Values, uses => uses.Forward + uses.Backward > 2);
        // The strip has one side: along one seam of four columns of edges, neighbours disagree; nowhere else.
        Assert.Equal(name == "moebius" ? 3 : 0, edges.Values.Count(uses => uses.Forward == 2 || uses.Backward == 2));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Closed_bodies_face_outwards_and_sheets_up(string name, TriangleMesh mesh, int euler, int border)
    {
        Assert.True(euler >= 0);
        // A Moebius strip has one side.
        if (name == "moebius")
            return;
        for (var i = 0; i < mesh.TriangleCount; i++)
        {
            var (a, b, c) = mesh.Corners(i);
            var middle = (a + b + c) / 3;
            var outwards = border > 0 && name != "hemisphere" ? Vector3.UnitZ : name == "torus" ? middle - Vector3.Normalize(middle with { Z = 0 }) : middle;
            Assert.True(Vector3.Dot(mesh.AreaNormal(i), outwards) > 0, $"{name}, triangle {i}");
        }
    }

    [Fact]
    public void Spheres_and_tori_lie_on_their_surfaces()
    {
        Assert.All(MeshPrimitives.Icosphere(3, 3).Positions, p => Assert.Equal(3, p.Length(), 5));
        Assert.All(MeshPrimitives.UvSphere(3).Positions, p => Assert.Equal(3, p.Length(), 5));
        Assert.All(MeshPrimitives.Torus(2, 0.5f).Positions, p => Assert.Equal(0.5f, new Vector2(new Vector2(p.X, p.Y).Length() - 2, p.Z).Length(), 5));
    }

    [Fact]
    public void Impossible_measures_are_refused()
    {
        Assert.Throws<InvalidSettingException>(() => MeshPrimitives.Icosphere(0));
        Assert.Throws<InvalidSettingException>(() => MeshPrimitives.Icosphere(1, 10));
        Assert.Throws<InvalidSettingException>(() => MeshPrimitives.Torus(1, 1));
        Assert.Throws<InvalidSettingException>(() => MeshPrimitives.Box(Vector3.One, Vector3.One));
        Assert.Throws<InvalidSettingException>(() => MeshPrimitives.MoebiusStrip(1, 2));
    }

    private static Dictionary<(int, int), (int Forward, int Backward)> Edges(TriangleMesh mesh)
    {
        var edges = new Dictionary<(int, int), (int Forward, int Backward)>();
        for (var i = 0; i < mesh.Triangles.Length; i++)
        {
            var (a, b) = (mesh.Triangles[i], mesh.Triangles[i % 3 == 2 ? i - 2 : i + 1]);
            var key = (Math.Min(a, b), Math.Max(a, b));
            var uses = edges.GetValueOrDefault(key);
            edges[key] = a < b ? (uses.Forward + 1, uses.Backward) : (uses.Forward, uses.Backward + 1);
        }
        return edges;
    }
}
