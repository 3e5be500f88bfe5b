using System.Numerics;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>Where a ray meets a shape, in the shape's own coordinates.</summary>
/// <param name="Distance">How far along the ray, in lengths of its direction.</param>
/// <param name="Normal">The direction outwards, of any length above zero.</param>
/// <param name="Part">The triangle of a mesh; 0 for other shapes.</param>
/// <param name="U">The share of the triangle's second corner.</param>
/// <param name="V">The share of the triangle's third corner.</param>
public readonly record struct ShapeHit(float Distance, Vector3 Normal, int Part = 0, float U = 0, float V = 0);
