using System.Numerics;

namespace Sparseland.Space.Voxels;

/// <summary>
/// A triangle as a block's voxels ask it for their distance: everything that is linear in the voxel's place is kept as a linear form, so that along a row only x changes. In front of the triangle the distance is
/// the plane's, elsewhere the nearest side's.
/// </summary>
internal readonly struct BlockTriangle
{
    /// <summary>A corner, and the sides that run from each corner to the next.</summary>
    public readonly Vector3 A, B, C, SideA, SideB, SideC;

    /// <summary>Linear forms (x, y, z, constant) of the share along each side, from 0 to 1.</summary>
    public readonly Vector4 AlongA, AlongB, AlongC;

    /// <summary>Linear forms that are not above zero within the triangle's prism; of a triangle without area above zero everywhere.</summary>
    public readonly Vector4 OutsideA, OutsideB, OutsideC;

    /// <summary>The linear form of the signed distance to the plane.</summary>
    public readonly Vector4 Height;

    /// <summary>The box around it.</summary>
    public readonly Vector3 Lower, Upper;

    public BlockTriangle(Vector3 a, Vector3 b, Vector3 c)
    {
        (A, B, C, SideA, SideB, SideC) = (a, b, c, b - a, c - b, a - c);
        (Lower, Upper) = (Vector3.Min(a, Vector3.Min(b, c)), Vector3.Max(a, Vector3.Max(b, c)));
        (AlongA, AlongB, AlongC) = (Along(a, SideA), Along(b, SideB), Along(c, SideC));
        var normal = Vector3.Cross(SideA, -SideC);
        var length = normal.Length();
        // A sliver's normal is noise: its sides alone say the same distance.
        if (!(length > 1e-6f * (SideA.LengthSquared() + SideB.LengthSquared() + SideC.LengthSquared())))
        {
            (OutsideA, OutsideB, OutsideC) = (Vector4.UnitW, Vector4.UnitW, Vector4.UnitW);
            return;
        }
        normal /= length;
        Height = new(normal, -Vector3.Dot(normal, a));
        (OutsideA, OutsideB, OutsideC) = (Outside(a, SideA, normal), Outside(b, SideB, normal), Outside(c, SideC, normal));
    }

    /// <summary>The squared distance of a point: the reference that the vector form is held against.</summary>
    public float DistanceSquared(Vector3 point)
    {
        var place = new Vector4(point, 1);
        if (Vector4.Dot(OutsideA, place) <= 0 && Vector4.Dot(OutsideB, place) <= 0 && Vector4.Dot(OutsideC, place) <= 0)
        {
            var height = Vector4.Dot(Height, place);
            return height * height;
        }
        var alongA = Vector3.DistanceSquared(point, A + Math.Clamp(Vector4.Dot(AlongA, place), 0, 1) * SideA);
        var alongB = Vector3.DistanceSquared(point, B + Math.Clamp(Vector4.Dot(AlongB, place), 0, 1) * SideB);
        var alongC = Vector3.DistanceSquared(point, C + Math.Clamp(Vector4.Dot(AlongC, place), 0, 1) * SideC);
        return Math.Min(alongA, Math.Min(alongB, alongC));
    }

    private static Vector4 Along(Vector3 corner, Vector3 side)
    {
        var squared = side.LengthSquared();
        var form = squared > 0 ? side / squared : Vector3.Zero;
        return float.IsFinite(form.X + form.Y + form.Z) ? new(form, -Vector3.Dot(form, corner)) : Vector4.Zero;
    }

    private static Vector4 Outside(Vector3 corner, Vector3 side, Vector3 normal)
    {
        var outwards = Vector3.Cross(side, normal);
        return new(outwards, -Vector3.Dot(outwards, corner));
    }
}
