using System.Numerics;

namespace Sparseland.Space.Motion;

/// <summary>A rotation and a place: takes points from a body's axes to the world's, x -> Rotation x + Translation. Named T_world_body in the literature.</summary>
/// <param name="Rotation">How the body is turned.</param>
/// <param name="Translation">Where its origin is, in metres.</param>
public readonly record struct RigidPose(Rotation3D Rotation, Vector3D Translation)
{
    /// <summary>The world's own axes.</summary>
    public static RigidPose Identity { get; } = new(Rotation3D.Identity, default);

    /// <summary>The pose that takes the world's points to the body's axes.</summary>
    public RigidPose Inverse
    {
        get
        {
            var back = Rotation.Inverse;
            return new(back, -back.Apply(Translation));
        }
    }

    /// <summary>A point of the body in the world.</summary>
    public Vector3D Apply(Vector3D point) => Rotation.Apply(point) + Translation;

    /// <summary>First the right pose, then the left one: T_a_b T_b_c = T_a_c.</summary>
    public static RigidPose operator *(RigidPose a, RigidPose b) => new(a.Rotation * b.Rotation, a.Apply(b.Translation));

    /// <summary>Rotation and place.</summary>
    public override string ToString() => $"rotation {Rotation}, place {Translation}";

    /// <summary>The same as a matrix of row vectors in single precision, as <see cref="Cameras.PinholeCamera"/> takes it.</summary>
    public Matrix4x4 ToMatrix()
    {
        var (x, y, z) = Rotation.Columns();
        return new(
            (float)x.X, (float)x.Y, (float)x.Z, 0,
            (float)y.X, (float)y.Y, (float)y.Z, 0,
            (float)z.X, (float)z.Y, (float)z.Z, 0,
            (float)Translation.X, (float)Translation.Y, (float)Translation.Z, 1);
    }
}
