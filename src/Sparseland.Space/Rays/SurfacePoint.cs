using System.Numerics;

namespace Sparseland.Space.Rays;

/// <summary>A point of a mesh: (1 - U - V) A + U B + V C of a triangle's corners.</summary>
/// <param name="Triangle">The triangle's number in its mesh; -1 when there is none within reach.</param>
/// <param name="Point">The point, in metres.</param>
/// <param name="U">The second corner's share.</param>
/// <param name="V">The third corner's share.</param>
/// <param name="DistanceSquared">The square of the distance to the point that was asked for, in square metres; infinity when there is none within reach.</param>
public readonly record struct SurfacePoint(int Triangle, Vector3 Point, float U, float V, float DistanceSquared)
{
    /// <summary>No point within reach.</summary>
    public static SurfacePoint None { get; } = new(-1, default, 0, 0, float.PositiveInfinity);
}
