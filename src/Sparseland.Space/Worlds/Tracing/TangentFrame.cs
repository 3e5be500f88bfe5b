using System.Numerics;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>Three axes at a point of a surface, the third its normal (Duff et al. 2017, without branches).</summary>
internal readonly struct TangentFrame
{
    private readonly Vector3 _x, _y, _z;

    /// <summary>Axes to a direction of length one.</summary>
    public TangentFrame(Vector3 normal)
    {
        var sign = MathF.CopySign(1, normal.Z);
        var a = -1 / (sign + normal.Z);
        var b = normal.X * normal.Y * a;
        _x = new(1 + sign * normal.X * normal.X * a, sign * b, -sign * normal.X);
        _y = new(b, sign + normal.Y * normal.Y * a, -normal.Y);
        _z = normal;
    }

    /// <summary>A direction of the world in these axes.</summary>
    public Vector3 ToLocal(Vector3 world) => new(Vector3.Dot(world, _x), Vector3.Dot(world, _y), Vector3.Dot(world, _z));

    /// <summary>A direction in these axes in the world's.</summary>
    public Vector3 ToWorld(Vector3 local) => local.X * _x + local.Y * _y + local.Z * _z;
}
