using System.Runtime.Intrinsics;

namespace Sparseland.Space.Rays;

/// <summary>Where a range is divided.</summary>
/// <param name="Axis">0, 1 or 2.</param>
/// <param name="Bin">The first bin above; 0 when there is no plane.</param>
/// <param name="Lower">How many boxes lie below.</param>
/// <param name="LowerBounds">The box around them.</param>
/// <param name="UpperBounds">The box around the others.</param>
internal readonly record struct BvhPlane(int Axis, int Bin, int Lower, Vector256<float> LowerBounds, Vector256<float> UpperBounds)
{
    public bool IsFound => Bin > 0;
}
