using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds;

/// <summary>A shape at a place in a scene. Several instances that make up one object (a chair's legs and seat) share its number. Immutable.</summary>
public sealed class Instance
{
    private readonly Matrix4x4 _inverse;
    private readonly Vector3 _scale;

    /// <summary>A shape at a place.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="transform">Takes the shape's coordinates to the world's, as row vectors: any affine map that can be undone.</param>
    /// <param name="material">What it is made of.</param>
    /// <param name="objectId">The object's number in pictures, 1 to 65,535.</param>
    /// <param name="name">What the object is called; may be empty.</param>
    /// <exception cref="InvalidSettingException">The map cannot be undone or is not affine, or the number is out of range.</exception>
    public Instance(Shape shape, Matrix4x4 transform, Material material, int objectId, string name = "")
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(material);
        ArgumentNullException.ThrowIfNull(name);
        var isAffine = transform is { M14: 0, M24: 0, M34: 0, M44: 1 };
        if (!isAffine || !Matrix4x4.Invert(transform, out _inverse) || !float.IsFinite(_inverse.GetDeterminant()) || !float.IsFinite(transform.Translation.LengthSquared()))
            throw new InvalidSettingException($"object {objectId} '{name}': its transform is not an affine map that can be undone; the last column must be 0, 0, 0, 1 and no axis may have length zero");
        if (objectId is < 1 or > ushort.MaxValue)
            throw new InvalidSettingException($"an object number of {objectId}; it must be in 1 to {ushort.MaxValue}");
        material.Validate();
        (Shape, Transform, Material, ObjectId, Name) = (shape, transform, material, objectId, name);
        _scale = new(Row(transform, 0).Length(), Row(transform, 1).Length(), Row(transform, 2).Length());
        Bounds = BoundsOf(shape.Bounds, transform);
        Size = Bounds.IsEmpty ? 0 : MathF.Max(Bounds.Extent.X, MathF.Max(Bounds.Extent.Y, Bounds.Extent.Z));
    }

    /// <summary>The shape.</summary>
    public Shape Shape { get; }

    /// <summary>Takes the shape's coordinates to the world's, as row vectors.</summary>
    public Matrix4x4 Transform { get; }

    /// <summary>What it is made of.</summary>
    public Material Material { get; }

    /// <summary>The object's number in pictures, from 1.</summary>
    public int ObjectId { get; }

    /// <summary>What the object is called; may be empty.</summary>
    public string Name { get; }

    /// <summary>A box around it in the world; the smallest one for boxes and meshes of eight corners, else somewhat larger.</summary>
    public Box3 Bounds { get; }

    /// <summary>The longest side of its box.</summary>
    internal float Size { get; }

    /// <summary>Takes the world's coordinates to the shape's.</summary>
    internal ref readonly Matrix4x4 Inverse => ref _inverse;

    /// <summary>A direction outwards in the shape's coordinates as one of length one in the world's.</summary>
    internal Vector3 NormalToWorld(Vector3 normal) => Vector3.Normalize(new Vector3(
        normal.X * _inverse.M11 + normal.Y * _inverse.M12 + normal.Z * _inverse.M13,
        normal.X * _inverse.M21 + normal.Y * _inverse.M22 + normal.Z * _inverse.M23,
        normal.X * _inverse.M31 + normal.Y * _inverse.M32 + normal.Z * _inverse.M33));

    /// <summary>A point of the world in the object's axes, in metres: what textures are functions of.</summary>
    internal Vector3 TexturePoint(Vector3 world) => _scale * Vector3.Transform(world, _inverse);

    /// <summary>A direction outwards in the world's axes as one in the object's, for textures: its largest component tells the side.</summary>
    internal Vector3 TextureNormal(Vector3 world) => Vector3.TransformNormal(world, Transform) / _scale;

    private static Vector3 Row(Matrix4x4 m, int row) => row switch { 0 => new(m.M11, m.M12, m.M13), 1 => new(m.M21, m.M22, m.M23), _ => new(m.M31, m.M32, m.M33) };

    private static Box3 BoundsOf(Box3 own, Matrix4x4 transform)
    {
        var box = Box3.Empty;
        for (var corner = 0; corner < 8 && !own.IsEmpty; corner++)
        {
            var point = new Vector3((corner & 1) == 0 ? own.Minimum.X : own.Maximum.X, (corner & 2) == 0 ? own.Minimum.Y : own.Maximum.Y, (corner & 4) == 0 ? own.Minimum.Z : own.Maximum.Z);
            box = box.Including(Vector3.Transform(point, transform));
        }
        return box;
    }
}
