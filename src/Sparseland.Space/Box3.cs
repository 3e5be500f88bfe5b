using System.Numerics;

namespace Sparseland.Space;

/// <summary>A box along the axes, its faces included.</summary>
/// <param name="Minimum">The lower corner, in metres.</param>
/// <param name="Maximum">The upper corner, in metres.</param>
public readonly record struct Box3(Vector3 Minimum, Vector3 Maximum)
{
    /// <summary>The box of nothing: every corner that is added makes it a real one.</summary>
    public static Box3 Empty { get; } = new(new Vector3(float.PositiveInfinity), new Vector3(float.NegativeInfinity));

    /// <summary>Whether it holds no point.</summary>
    public bool IsEmpty => !(Minimum.X <= Maximum.X && Minimum.Y <= Maximum.Y && Minimum.Z <= Maximum.Z);

    /// <summary>Its middle.</summary>
    public Vector3 Centre => 0.5f * (Minimum + Maximum);

    /// <summary>Its sides.</summary>
    public Vector3 Extent => Maximum - Minimum;

    /// <summary>The smallest box around points; of none, <see cref="Empty"/>.</summary>
    public static Box3 Around(ReadOnlySpan<Vector3> points)
    {
        var box = Empty;
        foreach (var point in points)
            box = box.Including(point);
        return box;
    }

    /// <summary>The smallest box that holds this one and a point.</summary>
    public Box3 Including(Vector3 point) => new(Vector3.Min(Minimum, point), Vector3.Max(Maximum, point));

    /// <summary>The smallest box that holds this one and another.</summary>
    public Box3 Including(Box3 other) => new(Vector3.Min(Minimum, other.Minimum), Vector3.Max(Maximum, other.Maximum));

    /// <summary>This box with every face moved outwards.</summary>
    /// <param name="margin">How far, in metres.</param>
    public Box3 Widened(float margin) => new(Minimum - new Vector3(margin), Maximum + new Vector3(margin));

    /// <summary>Whether a point lies in the box or on its faces.</summary>
    public bool Contains(Vector3 point) =>
        point.X >= Minimum.X && point.Y >= Minimum.Y && point.Z >= Minimum.Z && point.X <= Maximum.X && point.Y <= Maximum.Y && point.Z <= Maximum.Z;
}
