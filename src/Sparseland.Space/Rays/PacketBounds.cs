using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Space.Rays;

/// <summary>
/// What holds for all rays of a packet: between which values their origins and inverse directions lie. Eight boxes are tested against all rays at once: a box that this interval misses, every ray misses
/// (Boulos, Wald and Shirley, "Geometric and arithmetic culling methods for entire ray packets", 2006).
/// </summary>
internal unsafe struct PacketBounds
{
    public Vector256<float> LeastInverseX, LeastInverseY, LeastInverseZ;
    public Vector256<float> MostInverseX, MostInverseY, MostInverseZ;
    public Vector256<float> NearOriginX, NearOriginY, NearOriginZ;
    public Vector256<float> FarOriginX, FarOriginY, FarOriginZ;
    public Vector256<float> SlackX, SlackY, SlackZ;
    public Vector256<float> Minimum;

    /// <summary>The bounds of eight rays whose directions have the same signs.</summary>
    public PacketBounds(RaySetup* setups, Ray* rays)
    {
        var (least, most) = (setups[0].Inverse, setups[0].Inverse);
        var (low, high, slack) = (setups[0].Origin, setups[0].Origin, setups[0].Far - setups[0].Near);
        var minimum = rays[0].Minimum;
        for (var lane = 1; lane < BvhLayout.Width; lane++)
        {
            (least, most) = (Vector3.Min(least, setups[lane].Inverse), Vector3.Max(most, setups[lane].Inverse));
            (low, high) = (Vector3.Min(low, setups[lane].Origin), Vector3.Max(high, setups[lane].Origin));
            slack = Vector3.Max(slack, setups[lane].Far - setups[lane].Near);
            minimum = MathF.Min(minimum, rays[lane].Minimum);
        }
        (LeastInverseX, LeastInverseY, LeastInverseZ) = (Vector256.Create(least.X), Vector256.Create(least.Y), Vector256.Create(least.Z));
        (MostInverseX, MostInverseY, MostInverseZ) = (Vector256.Create(most.X), Vector256.Create(most.Y), Vector256.Create(most.Z));
        // A face is met earliest from the origin farthest along.
        (NearOriginX, FarOriginX) = most.X > 0 ? (Vector256.Create(high.X), Vector256.Create(low.X)) : (Vector256.Create(low.X), Vector256.Create(high.X));
        (NearOriginY, FarOriginY) = most.Y > 0 ? (Vector256.Create(high.Y), Vector256.Create(low.Y)) : (Vector256.Create(low.Y), Vector256.Create(high.Y));
        (NearOriginZ, FarOriginZ) = most.Z > 0 ? (Vector256.Create(high.Z), Vector256.Create(low.Z)) : (Vector256.Create(low.Z), Vector256.Create(high.Z));
        (SlackX, SlackY, SlackZ) = (Vector256.Create(slack.X), Vector256.Create(slack.Y), Vector256.Create(slack.Z));
        Minimum = Vector256.Create(minimum);
    }

    /// <summary>A bit for each of a node's boxes that some ray may meet, and from where on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Meet(float* node, nuint rowX, nuint rowY, nuint rowZ, float greatest, out Vector256<float> near)
    {
        const int axis = 2 * BvhLayout.Width;
        near = Avx.Max(Minimum, Avx.Max(
            Avx.Max(Near(node + rowX, NearOriginX, LeastInverseX, MostInverseX, SlackX), Near(node + axis + rowY, NearOriginY, LeastInverseY, MostInverseY, SlackY)),
            Near(node + 2 * axis + rowZ, NearOriginZ, LeastInverseZ, MostInverseZ, SlackZ)));
        var far = Avx.Min(
            Avx.Min(Far(node + (rowX ^ BvhLayout.Width), FarOriginX, LeastInverseX, MostInverseX, SlackX), Far(node + axis + (rowY ^ BvhLayout.Width), FarOriginY, LeastInverseY, MostInverseY, SlackY)),
            Avx.Min(Far(node + 2 * axis + (rowZ ^ BvhLayout.Width), FarOriginZ, LeastInverseZ, MostInverseZ, SlackZ), Vector256.Create(greatest)));
        return (uint)Avx.MoveMask(Avx.CompareLessThanOrEqual(near, far));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Near(float* faces, Vector256<float> origin, Vector256<float> least, Vector256<float> most, Vector256<float> slack)
    {
        var distance = Avx.LoadAlignedVector256(faces) - origin;
        return Avx.Min(Fma.MultiplySubtract(distance, least, slack), Fma.MultiplySubtract(distance, most, slack));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Far(float* faces, Vector256<float> origin, Vector256<float> least, Vector256<float> most, Vector256<float> slack)
    {
        var distance = Avx.LoadAlignedVector256(faces) - origin;
        return Avx.Max(Fma.MultiplyAdd(distance, least, slack), Fma.MultiplyAdd(distance, most, slack));
    }
}
