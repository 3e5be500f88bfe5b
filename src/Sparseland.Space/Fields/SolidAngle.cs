using System.Numerics;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Fields;

/// <summary>The part of the sky, of 4 pi, that triangles cover seen from the origin; positive when the origin is behind them (van Oosterom and Strackee, "The solid angle of a plane triangle", 1983).</summary>
internal static unsafe class SolidAngle
{
    public static double Of(Vector3 a, Vector3 b, Vector3 c)
    {
        double ax = a.X, ay = a.Y, az = a.Z, bx = b.X, by = b.Y, bz = b.Z, cx = c.X, cy = c.Y, cz = c.Z;
        var volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
        var (la, lb, lc) = (Math.Sqrt(ax * ax + ay * ay + az * az), Math.Sqrt(bx * bx + by * by + bz * bz), Math.Sqrt(cx * cx + cy * cy + cz * cz));
        var spread = la * lb * lc + (ax * bx + ay * by + az * bz) * lc + (bx * cx + by * cy + bz * cz) * la + (cx * ax + cy * ay + cz * az) * lb;
        // In the triangle's own plane the angle is taken as none.
        return volume == 0 ? 0 : 2 * Math.Atan2(volume, spread);
    }

    /// <summary>The sum over a block's triangles; those repeated to fill it count once.</summary>
    public static double OfBlock(float* block, Vector3 point)
    {
        var sum = 0.0;
        var numbers = (int*)block + BvhLayout.NumberRow;
        for (var lane = 0; lane < BvhLayout.Width; lane++)
        {
            if (lane > 0 && numbers[lane] == numbers[lane - 1])
                break;
            sum += Of(Corner(block + lane) - point, Corner(block + 3 * BvhLayout.Width + lane) - point, Corner(block + 6 * BvhLayout.Width + lane) - point);
        }
        return sum;
    }

    private static Vector3 Corner(float* place) => new(place[0], place[BvhLayout.Width], place[2 * BvhLayout.Width]);
}
