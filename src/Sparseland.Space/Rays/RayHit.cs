namespace Sparseland.Space.Rays;

/// <summary>Where a ray meets a triangle: the point (1 - U - V) A + U B + V C of its corners.</summary>
/// <param name="Triangle">The triangle's number in its mesh; -1 when nothing was hit.</param>
/// <param name="Distance">How far along the ray, in lengths of its direction; infinity when nothing was hit.</param>
/// <param name="U">The second corner's share.</param>
/// <param name="V">The third corner's share.</param>
public readonly record struct RayHit(int Triangle, float Distance, float U, float V)
{
    /// <summary>Nothing was hit.</summary>
    public static RayHit None { get; } = new(-1, float.PositiveInfinity, 0, 0);

    /// <summary>Whether something was hit.</summary>
    public bool IsHit => Triangle >= 0;
}
