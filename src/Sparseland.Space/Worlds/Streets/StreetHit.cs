using System.Numerics;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>What a ray meets in a street world.</summary>
/// <param name="Distance">How far along the ray, in lengths of its direction; infinity when nothing was hit.</param>
/// <param name="Point">The point in the world, in metres.</param>
/// <param name="Normal">The direction outwards in the world, of length one.</param>
/// <param name="ObjectId">The actor's number from 1; from <see cref="StreetWorld.FirstSceneryId"/> on it is scenery; 0 for nothing.</param>
/// <param name="Kind">What it belongs to.</param>
/// <param name="Body">The shape that was hit with its material; null for nothing.</param>
/// <param name="OwnPoint">The point in the object's axes.</param>
/// <param name="OwnNormal">The direction outwards in the object's axes.</param>
public readonly record struct StreetHit(float Distance, Vector3 Point, Vector3 Normal, int ObjectId, StreetClass Kind, Instance? Body, Vector3 OwnPoint, Vector3 OwnNormal)
{
    /// <summary>Nothing was hit.</summary>
    public static StreetHit None { get; } = new(float.PositiveInfinity, default, default, 0, StreetClass.None, null, default, default);

    /// <summary>Whether something was hit.</summary>
    public bool IsHit => Body is not null;
}
