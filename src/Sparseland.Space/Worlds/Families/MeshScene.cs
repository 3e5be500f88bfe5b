using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>A mesh on a floor by daylight, as one looks at a mesh from a file.</summary>
public static class MeshScene
{
    /// <summary>A scene of a mesh.</summary>
    /// <param name="mesh">The mesh, z up, of any size.</param>
    /// <param name="name">What it is called.</param>
    /// <exception cref="Errors.InvalidSettingException">The mesh has no triangle.</exception>
    public static Scene Of(TriangleMesh mesh, string name)
    {
        var shape = new MeshShape(mesh, isClosed: false);
        var (bounds, size) = (shape.Bounds, shape.Bounds.Extent.Length());
        var floor = new Vector3(20 * size, 20 * size, 0.05f * size);
        return new(name,
        [
            new(shape, Matrix4x4.Identity, new("clay") { Colour = new SolidTexture(new(0.62f, 0.55f, 0.48f)), Roughness = 0.6f }, 1, name),
            new(BoxShape.Unit, Matrix4x4.CreateScale(floor) * Matrix4x4.CreateTranslation(bounds.Centre with { Z = bounds.Minimum.Z - 0.5f * floor.Z }), Material.Matt("floor", new(0.45f)), 2, "floor"),
        ], Sky.Day(new(0.5f, -0.6f, 1))) { Interest = bounds };
    }
}
