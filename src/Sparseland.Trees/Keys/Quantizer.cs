using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Trees.Keys;

/// <summary>
/// Maps coordinates to cell numbers, (point - minimum) x cells / size, clamped and truncated. Every step rounds monotonically, so an interval of coordinates maps to an interval of cells that
/// holds every point of it, exactly: range queries may work on cells.
/// </summary>
internal readonly struct Quantizer
{
    /// <summary>The finest depth at which single precision still tells neighbouring cells apart.</summary>
    public const int MaximumDepth = 23;

    private readonly Vector128<float> _minimum;
    private readonly Vector128<float> _scale;
    private readonly Vector128<float> _last;

    public Quantizer(Vector4 minimum, float size, int depth, int maximumDepth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, maximumDepth);
        if (!(size > 0 && float.IsFinite(size)))
            throw new ArgumentOutOfRangeException(nameof(size), size, "the side of a cube is above zero and finite");
        _minimum = minimum.AsVector128();
        _scale = Vector128.Create((1 << depth) / size);
        _last = Vector128.Create((float)((1 << depth) - 1));
    }

    /// <summary>The cell of a point. The order of the operands makes NaN the lower side on every processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<uint> Cell(Vector128<float> point) =>
        Vector128.ConvertToInt32Native(Vector128.MinNative(Vector128.MaxNative((point - _minimum) * _scale, Vector128<float>.Zero), _last)).AsUInt32();

    /// <summary>The cell of a point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<uint> Cell(Vector4 point) => Cell(point.AsVector128());
}
