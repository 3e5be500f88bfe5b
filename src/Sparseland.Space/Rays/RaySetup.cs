using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Space.Rays;

/// <summary>
/// What a walk needs of a ray. Boxes are met at bound * Inverse + Near (or + Far): both are widened by more than the arithmetic can err, so no box is missed that a triangle's test would need.
/// Triangles are sheared along the direction's longest axis, z here, so that the ray becomes the axis itself (Woop, Benthin and Wald, "Watertight ray/triangle intersection", JCGT 2013).
/// </summary>
internal readonly struct RaySetup
{
    // Eight units of the last place, of the scene's and the origin's size: three roundings of a box's distance and some for the triangle's.
    private const float Slack = 8 * 5.97e-8f;

    // A direction along an axis is bent by less than the slack, so that its inverse is finite.
    private const float LeastSlope = 1e-12f;

    public readonly Vector3 Origin;
    public readonly Vector3 Inverse;
    public readonly Vector3 Near;
    public readonly Vector3 Far;
    public readonly int AxisX;
    public readonly int AxisY;
    public readonly int AxisZ;
    public readonly float ShearX;
    public readonly float ShearY;
    public readonly float ShearZ;

    /// <param name="ray">The ray.</param>
    /// <param name="reach">The largest coordinate of the scene, without its sign.</param>
    public RaySetup(in Ray ray, float reach)
    {
        var direction = ray.Direction;
        var size = Vector3.Abs(direction);
        AxisZ = size.X >= size.Y ? size.X >= size.Z ? 0 : 2 : size.Y >= size.Z ? 1 : 2;
        AxisX = AxisZ == 2 ? 0 : AxisZ + 1;
        AxisY = AxisX == 2 ? 0 : AxisX + 1;
        var along = direction[AxisZ];
        ShearX = direction[AxisX] / along;
        ShearY = direction[AxisY] / along;
        ShearZ = 1 / along;
        Origin = ray.Origin;
        var least = LeastSlope * MathF.Abs(along);
        Inverse = new(1 / Bent(direction.X, least), 1 / Bent(direction.Y, least), 1 / Bent(direction.Z, least));
        var slack = Slack * (new Vector3(reach) + Vector3.Abs(Origin)) * Vector3.Abs(Inverse);
        var offset = -(Origin * Inverse);
        Near = offset - slack;
        Far = offset + slack;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Bent(float slope, float least) => MathF.Abs(slope) < least ? MathF.CopySign(least, slope) : slope;
}
