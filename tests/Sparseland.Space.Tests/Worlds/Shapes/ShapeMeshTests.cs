using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Worlds;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Tests.Worlds.Shapes;

public class ShapeMeshTests
{
    [Fact]
    public void Meshes_of_shapes_enclose_the_shapes_volume()
    {
        Assert.InRange(Volume(ShapeMesh.Of(FrustumShape.Cylinder, 200)) / (Math.PI / 4), 0.999, 1.0001);
        Assert.InRange(Volume(ShapeMesh.Of(FrustumShape.Cone, 200)) / (Math.PI / 12), 0.999, 1.0001);
        Assert.InRange(Volume(ShapeMesh.Of(new FrustumShape(0.6f), 200)) / (Math.PI / 12 * (1 + 0.6 + 0.36)), 0.999, 1.0001);
        Assert.InRange(Volume(ShapeMesh.Of(SphereShape.Unit, 200)) / (Math.PI / 6), 0.999, 1.0001);
        Assert.InRange(Volume(ShapeMesh.Of(BoxShape.Unit)) / (1), 0.999, 1.0001);
        // A prismatoid: (lower + 4 middle + upper) / 6.
        Assert.InRange(Volume(ShapeMesh.Wedge(new(2, 1), new(1, 0), new(0.3f, 0.1f))) / ((2 * 1 + 4 * 1.5 * 0.5) / 6), 0.999, 1.0001);
    }

    [Fact]
    public void A_mirrored_and_moved_scene_has_the_same_volume_and_the_materials_colours()
    {
        var scene = new Scene("mirror", [new(FrustumShape.Cone, Matrix4x4.CreateScale(-2, 1, 3) * Matrix4x4.CreateTranslation(5, 6, 7), Material.Matt("red", new(0.9f, 0.1f, 0.2f)), 1)], Sky.Dark);
        var mesh = ShapeMesh.Of(scene, 200);
        Assert.InRange(Volume(mesh) / (6 * Math.PI / 12), 0.999, 1.0001);
        Assert.All(mesh.Colours!, colour => Assert.Equal(new(0.9f, 0.1f, 0.2f), colour));
        Assert.InRange(mesh.Bounds.Maximum.Z, 8.499f, 8.501f);
    }

    private static double Volume(TriangleMesh mesh)
    {
        var sum = 0.0;
        for (var i = 0; i < mesh.TriangleCount; i++)
        {
            var (a, b, c) = mesh.Corners(i);
            sum += Vector3.Dot(a, Vector3.Cross(b, c)) / 6.0;
        }
        return sum;
    }
}
