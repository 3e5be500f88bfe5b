using System.Numerics;

namespace Sparseland.Space.Worlds;

/// <summary>What a ray meets in a scene.</summary>
/// <param name="Instance">The instance's number in <see cref="Scene.Instances"/>; -1 when nothing was hit.</param>
/// <param name="Distance">How far along the ray, in lengths of its direction; infinity when nothing was hit.</param>
/// <param name="Point">The point, in metres.</param>
/// <param name="Normal">The direction outwards, of length one, whichever side the ray comes from.</param>
/// <param name="Part">The triangle of a mesh; 0 for other shapes.</param>
/// <param name="U">The share of the triangle's second corner.</param>
/// <param name="V">The share of the triangle's third corner.</param>
public readonly record struct SceneHit(int Instance, float Distance, Vector3 Point, Vector3 Normal, int Part, float U, float V)
{
    /// <summary>Nothing was hit.</summary>
    public static SceneHit None { get; } = new(-1, float.PositiveInfinity, default, default, 0, 0, 0);

    /// <summary>Whether something was hit.</summary>
    public bool IsHit => Instance >= 0;
}
