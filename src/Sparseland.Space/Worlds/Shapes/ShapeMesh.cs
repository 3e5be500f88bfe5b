using System.Numerics;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>Shapes as triangle meshes, exact for flat ones, with a number of segments around for round ones.</summary>
public static class ShapeMesh
{
    /// <summary>A shape's mesh in its own coordinates.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="segments">Segments around a round shape, at least 8.</param>
    /// <exception cref="Errors.UnsupportedException">The shape is of a kind that has no mesh.</exception>
    public static TriangleMesh Of(Shape shape, int segments = 48)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 8);
        return shape.Faces ?? shape switch
        {
            SphereShape => MeshPrimitives.UvSphere(0.5f, segments, segments / 2),
            FrustumShape frustum => Frustum(frustum.Top, segments),
            _ => throw new Errors.UnsupportedException($"a shape of kind '{shape.Kind}' has no mesh; spheres, round bodies, boxes, rectangles and meshes have one"),
        };
    }

    /// <summary>All instances of a scene as one mesh in the world, with the materials' colours at its vertices.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="segments">Segments around a round shape, at least 8.</param>
    public static TriangleMesh Of(Scene scene, int segments = 48)
    {
        ArgumentNullException.ThrowIfNull(scene);
        var (positions, triangles, colours) = (new List<Vector3>(), new List<int>(), new List<Vector3>());
        foreach (var instance in scene.Instances)
        {
            var mesh = Of(instance.Shape, segments);
            var first = positions.Count;
            foreach (var position in mesh.Positions)
            {
                var world = Vector3.Transform(position, instance.Transform);
                positions.Add(world);
                colours.Add(mesh.Colours is { } own ? own[positions.Count - 1 - first] : instance.Material.Colour.At(instance.TexturePoint(world), Vector3.UnitZ));
            }
            // A mirrored instance turns its triangles inside out; the order of the corners turns them back.
            var isMirrored = instance.Transform.GetDeterminant() < 0;
            for (var i = 0; i < mesh.Triangles.Length; i += 3)
                triangles.AddRange([first + mesh.Triangles[i], first + mesh.Triangles[i + (isMirrored ? 2 : 1)], first + mesh.Triangles[i + (isMirrored ? 1 : 2)]]);
        }
        return new([.. positions], [.. triangles], [.. colours]);
    }

    /// <summary>A body of four sloping sides between two rectangles, from z = -1/2 to 1/2: roofs, cabins, fins.</summary>
    /// <param name="lower">The lower rectangle's sides.</param>
    /// <param name="upper">The upper rectangle's sides; one of them may be 0, as of a roof.</param>
    /// <param name="shift">How far the upper rectangle's centre is moved.</param>
    public static TriangleMesh Wedge(Vector2 lower, Vector2 upper, Vector2 shift = default)
    {
        var corners = new Vector3[8];
        for (var i = 0; i < 8; i++)
        {
            var size = i < 4 ? lower : upper;
            var at = i < 4 ? Vector2.Zero : shift;
            corners[i] = new(at.X + ((i & 1) - 0.5f) * size.X, at.Y + (((i >> 1) & 1) - 0.5f) * size.Y, i < 4 ? -0.5f : 0.5f);
        }
        return new(corners, BoxShape.Unit.Faces.Triangles);
    }

    private static TriangleMesh Frustum(float top, int segments)
    {
        var positions = new List<Vector3> { new(0, 0, -0.5f), new(0, 0, 0.5f) };
        var triangles = new List<int>();
        for (var i = 0; i < segments; i++)
        {
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * i / segments);
            positions.Add(new(0.5f * cosine, 0.5f * sine, -0.5f));
            if (top > 0)
                positions.Add(new(0.5f * top * cosine, 0.5f * top * sine, 0.5f));
        }
        var each = top > 0 ? 2 : 1;
        for (var i = 0; i < segments; i++)
        {
            var (a, b) = (2 + each * i, 2 + each * ((i + 1) % segments));
            triangles.AddRange([0, b, a]);
            if (top > 0)
                triangles.AddRange([a, b, b + 1, a, b + 1, a + 1, 1, a + 1, b + 1]);
            else
                triangles.AddRange([a, b, 1]);
        }
        return new([.. positions], [.. triangles]);
    }
}
