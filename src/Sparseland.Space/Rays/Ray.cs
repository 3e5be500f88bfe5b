using System.Numerics;

namespace Sparseland.Space.Rays;

/// <summary>A part of a half line: the points Origin + t Direction for Minimum &lt;= t &lt;= Maximum.</summary>
/// <param name="Origin">Where it begins, in metres.</param>
/// <param name="Direction">Where it goes; need not have length one, must not be zero. Distances along the ray count in its lengths.</param>
/// <param name="Minimum">The least distance at which a hit counts.</param>
/// <param name="Maximum">The greatest distance at which a hit counts.</param>
public readonly record struct Ray(Vector3 Origin, Vector3 Direction, float Minimum = 0, float Maximum = float.PositiveInfinity)
{
    /// <summary>The point at a distance, in lengths of the direction.</summary>
    public Vector3 At(float distance) => Origin + distance * Direction;
}
