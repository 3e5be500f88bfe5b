using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Space.Points;

/// <summary>
/// Eight points or eight boxes at once. A block is four rows of eight: x, y, z, number; when it has fewer points, the rest lie at infinity. A node is six rows of eight, lowest and highest x, y and z.
/// A neighbour is one word, the bits of the square of its distance above its number, so that words order by distance and then by number.
/// </summary>
internal static unsafe class PointBoxes
{
    private const int Width = 8;

    /// <summary>No neighbour yet: at infinity, with number -1.</summary>
    public const ulong None = 0x7F800000_FFFFFFFF;

    public static float Squared(ulong neighbour) => BitConverter.UInt32BitsToSingle((uint)(neighbour >> 32));

    /// <summary>What a neighbour must not exceed: finite, so that what lies at infinity, empty places above all, is never looked at.</summary>
    public static float Worst(ulong neighbour) => MathF.Min(Squared(neighbour), float.MaxValue);

    public static int Number(ulong neighbour) => (int)neighbour;

    /// <summary>The squares of the distances to eight boxes; infinity to those of nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SquaredDistances(float* node, Vector256<float> x, Vector256<float> y, Vector256<float> z)
    {
        var outsideX = Outside(node, x);
        var outsideY = Outside(node + 2 * Width, y);
        var outsideZ = Outside(node + 4 * Width, z);
        return outsideX * outsideX + outsideY * outsideY + outsideZ * outsideZ;
    }

    /// <summary>Offers a block's points to the nearest so far, which are sorted.</summary>
    /// <returns>Whether one was taken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Offer(float* block, Vector256<float> x, Vector256<float> y, Vector256<float> z, ulong* best, int count, float worst)
    {
        var (dx, dy, dz) = (Vector256.LoadAligned(block) - x, Vector256.LoadAligned(block + Width) - y, Vector256.LoadAligned(block + 2 * Width) - z);
        var squared = dx * dx + dy * dy + dz * dz;
        var lanes = Vector256.LessThanOrEqual(squared, Vector256.Create(worst)).ExtractMostSignificantBits();
        if (lanes == 0)
            return false;
        var squares = stackalloc float[Width];
        squared.Store(squares);
        var taken = false;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            var neighbour = ((ulong)BitConverter.SingleToUInt32Bits(squares[lane]) << 32) | ((uint*)block)[3 * Width + lane];
            if (neighbour >= best[count - 1])
                continue;
            var place = count - 1;
            for (; place > 0 && best[place - 1] > neighbour; place--)
                best[place] = best[place - 1];
            best[place] = neighbour;
            taken = true;
        }
        return taken;
    }

    /// <summary>Writes points as a block, and its box.</summary>
    public static void Fill(Vector3* points, int* names, int count, float* block, float* box)
    {
        var (lower, upper) = (new Vector3(float.PositiveInfinity), new Vector3(float.NegativeInfinity));
        for (var lane = 0; lane < Width; lane++)
        {
            var isThere = lane < count;
            var point = isThere ? points[names[lane]] : new(float.PositiveInfinity);
            (block[lane], block[Width + lane], block[2 * Width + lane]) = (point.X, point.Y, point.Z);
            ((int*)block)[3 * Width + lane] = isThere ? names[lane] : -1;
            if (isThere)
                (lower, upper) = (Vector3.Min(lower, point), Vector3.Max(upper, point));
        }
        Write(box, lower, upper);
    }

    /// <summary>Writes the box around a node's eight boxes, or nothing.</summary>
    public static void Unite(float* node, bool isThere, float* box)
    {
        var (lower, upper) = (new Vector3(float.PositiveInfinity), new Vector3(float.NegativeInfinity));
        for (var child = 0; isThere && child < Width; child++)
        {
            lower = Vector3.Min(lower, new(node[child], node[2 * Width + child], node[4 * Width + child]));
            upper = Vector3.Max(upper, new(node[Width + child], node[3 * Width + child], node[5 * Width + child]));
        }
        Write(box, lower, upper);
    }

    public static void Write(float* box, Vector3 lower, Vector3 upper)
    {
        for (var axis = 0; axis < 3; axis++)
            (box[2 * axis * Width], box[(2 * axis + 1) * Width]) = (lower[axis], upper[axis]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Outside(float* rows, Vector256<float> point) =>
        Vector256.MaxNative(Vector256<float>.Zero, Vector256.MaxNative(Vector256.LoadAligned(rows) - point, point - Vector256.LoadAligned(rows + Width)));
}
