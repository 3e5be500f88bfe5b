using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>
/// A surface in coordinates of its own, placed in a scene by the transforms of its instances. The analytic shapes fill the cube from -1/2 to 1/2, so that an instance's scale is its size in metres. Thread-safe.
/// </summary>
public abstract class Shape
{
    /// <summary>What it is called in scene files ("sphere").</summary>
    public abstract string Kind { get; }

    /// <summary>The smallest box around it.</summary>
    public abstract Box3 Bounds { get; }

    /// <summary>Whether it encloses a volume, so that a point is inside or outside.</summary>
    public abstract bool IsClosed { get; }

    /// <summary>Whether colours come with it, which go before the material's.</summary>
    public virtual bool HasColours => false;

    /// <summary>The triangles it consists of exactly, outwards; null where it is curved. Light is drawn from them.</summary>
    public virtual TriangleMesh? Faces => null;

    /// <summary>The nearest point of the ray on the surface, from whichever side.</summary>
    /// <param name="ray">In the shape's coordinates.</param>
    /// <param name="hit">The point, when there is one.</param>
    public abstract bool FirstHit(in Ray ray, out ShapeHit hit);

    /// <summary>Whether the ray meets the surface at all.</summary>
    /// <param name="ray">In the shape's coordinates.</param>
    public virtual bool AnyHit(in Ray ray) => FirstHit(in ray, out _);

    /// <summary>The colour that comes with the shape at a hit, linear; null where it has none and the material's holds.</summary>
    public virtual Vector3? ColourAt(int part, float u, float v) => null;
}
