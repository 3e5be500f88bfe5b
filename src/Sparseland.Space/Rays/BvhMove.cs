using System.Runtime.Intrinsics;

namespace Sparseland.Space.Rays;

/// <summary>A part of a range on its way to the other buffer.</summary>
internal unsafe struct BvhMove(int begin, int end, int front, int back)
{
    public Vector256<float> LowerCentres;
    public Vector256<float> UpperCentres;

    /// <summary>Moves the boxes: those below the plane go to the front and on, the others to before the back and down.</summary>
    public void Run(Vector256<float>* source, Vector256<float>* destination, in BvhPlaces places, in BvhPlane plane)
    {
        var (lower, upper) = (BvhRange.Nothing, BvhRange.Nothing);
        var (low, high) = (front, back - 1);
        var (own, axis, limit) = (places, plane.Axis, Vector128.Create(plane.Bin));
        for (var i = begin; i < end; i++)
        {
            var box = source[i];
            var centre = BvhRange.Centre(box);
            var point = BvhRange.Point(centre);
            var isBelow = (int)(Vector128.LessThan(own.Of(centre), limit).ExtractMostSignificantBits() >> axis) & 1;
            destination[isBelow != 0 ? low : high] = box;
            low += isBelow;
            high -= 1 - isBelow;
            var mask = Vector256.Create(-isBelow).AsSingle();
            lower = Vector256.MinNative(lower, Vector256.ConditionalSelect(mask, point, BvhRange.Nothing));
            upper = Vector256.MinNative(upper, Vector256.ConditionalSelect(mask, BvhRange.Nothing, point));
        }
        (LowerCentres, UpperCentres) = (lower, upper);
    }
}
