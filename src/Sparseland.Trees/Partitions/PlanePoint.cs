namespace Sparseland.Trees.Partitions;

/// <summary>A point of the plane, or the way between two.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Away from the first axis; up or down as the one who draws decides.</param>
public readonly record struct PlanePoint(double X, double Y)
{
    /// <summary>The way's length, squared.</summary>
    public double LengthSquared => X * X + Y * Y;

    /// <summary>The sum of both coordinates.</summary>
    public static PlanePoint operator +(PlanePoint left, PlanePoint right) => new(left.X + right.X, left.Y + right.Y);

    /// <summary>The way from the right point to the left one.</summary>
    public static PlanePoint operator -(PlanePoint left, PlanePoint right) => new(left.X - right.X, left.Y - right.Y);

    /// <summary>The way back.</summary>
    public static PlanePoint operator -(PlanePoint way) => new(-way.X, -way.Y);

    /// <summary>The way, so many times as long.</summary>
    public static PlanePoint operator *(PlanePoint way, double factor) => new(way.X * factor, way.Y * factor);

    /// <summary>The area that two ways span, above zero when the right one turns from X towards Y.</summary>
    public static double Cross(PlanePoint left, PlanePoint right) => left.X * right.Y - left.Y * right.X;

    /// <summary>The scalar product.</summary>
    public static double Dot(PlanePoint left, PlanePoint right) => left.X * right.X + left.Y * right.Y;
}
