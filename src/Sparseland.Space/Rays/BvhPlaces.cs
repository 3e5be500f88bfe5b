using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Space.Rays;

/// <summary>Which bin a box's middle falls in on each axis.</summary>
internal readonly struct BvhPlaces
{
    public readonly int Bins;
    private readonly Vector128<float> _origin;
    private readonly Vector128<float> _scale;
    private readonly Vector128<int> _last;

    public BvhPlaces(Vector256<float> centres, int count)
    {
        Bins = count < 32 ? BvhBins.Most / 2 : BvhBins.Most;
        _origin = centres.GetLower();
        var extent = -(centres.GetLower() + centres.GetUpper());
        var spread = Vector128.GreaterThan(extent, Vector128<float>.Zero) & Vector128.LessThan(extent, Vector128.Create(float.MaxValue));
        // A little under the number of bins, so that the highest middle stays in the last one.
        _scale = Vector128.ConditionalSelect(spread, Vector128.Create(Bins * 0.99999f) / extent, Vector128<float>.Zero);
        _scale = Vector128.ConditionalSelect(Vector128.LessThan(_scale, Vector128.Create(float.MaxValue)), _scale, Vector128<float>.Zero).WithElement(3, 0f);
        _last = Vector128.Create(Bins - 1);
        IsSpread = (_scale.GetElement(0) > 0) | (_scale.GetElement(1) > 0) | (_scale.GetElement(2) > 0);
    }

    /// <summary>Whether the middles differ on some axis.</summary>
    public bool IsSpread { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<int> Of(Vector128<float> centre)
    {
        var place = Vector128.ConvertToInt32Native((centre - _origin) * _scale);
        return Vector128.Max(Vector128.Min(place, _last), Vector128<int>.Zero);
    }
}
