using System.Numerics;

namespace Sparseland.Trees.Octrees;

/// <summary>A function of a point in metres: the distance to a surface, signed or not, or a bound of it. Called from several threads at once; must not throw.</summary>
public interface IDistanceField
{
    /// <summary>The value at a point: zero on the surface, and between two points it changes by at most their distance times the field's Lipschitz constant.</summary>
    float Distance(Vector3 point);
}
