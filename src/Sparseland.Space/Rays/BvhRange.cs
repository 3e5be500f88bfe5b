using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Space.Rays;

/// <summary>
/// Boxes that lie one after the other in one of the builder's two buffers. A box is one vector: lowest x, y, z, its triangle's number as bits, and the negatives of the highest x, y, z, so that a minimum unites two boxes.
/// </summary>
/// <param name="Begin">The first box.</param>
/// <param name="End">After the last box.</param>
/// <param name="Second">Whether they lie in the second buffer.</param>
/// <param name="Bounds">The box around all.</param>
/// <param name="Centres">The box around twice their middles, in the same form.</param>
internal readonly record struct BvhRange(int Begin, int End, bool Second, Vector256<float> Bounds, Vector256<float> Centres)
{
    /// <summary>The box of nothing.</summary>
    public static Vector256<float> Nothing => Vector256.Create(float.PositiveInfinity);

    public int Count => End - Begin;

    /// <summary>Half the surface of a box; that of nothing is no number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HalfArea(Vector256<float> box)
    {
        var sides = -(box.GetLower() + box.GetUpper());
        var (x, y, z) = (sides.GetElement(0), sides.GetElement(1), sides.GetElement(2));
        return x * y + (y + x) * z;
    }

    /// <summary>Twice a box's middle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Centre(Vector256<float> box) =>
        // The number's bits may be a denormal, which would slow the difference down on some processors.
        (box.GetLower().AsInt32() & Vector128.Create(-1, -1, -1, 0)).AsSingle() - box.GetUpper();

    /// <summary>A point as a box in the form of all boxes here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Point(Vector128<float> point) => Vector256.Create(point, -point);
}
