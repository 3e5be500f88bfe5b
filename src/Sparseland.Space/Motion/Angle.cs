namespace Sparseland.Space.Motion;

/// <summary>Angles in radians.</summary>
public static class Angle
{
    /// <summary>The same direction in [-pi, pi).</summary>
    public static double Wrap(double angle)
    {
        var wrapped = angle - 2 * Math.PI * Math.Floor((angle + Math.PI) / (2 * Math.PI));
        // The floor's rounding may leave the upper end itself.
        return wrapped >= Math.PI ? wrapped - 2 * Math.PI : wrapped;
    }
}
