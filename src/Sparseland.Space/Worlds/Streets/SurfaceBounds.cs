using System.Numerics;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>The smallest axis-aligned boxes around placed round shapes, which the corners of their own boxes overshoot.</summary>
internal static class SurfaceBounds
{
    /// <summary>The box around a shape.</summary>
    /// <param name="shape">A sphere, a cylinder or anything that fills its bounds' corners.</param>
    /// <param name="transform">Places it, as row vectors.</param>
    public static Box3 Of(Shape shape, Matrix4x4 transform)
    {
        var (a, b, c) = (new Vector3(transform.M11, transform.M12, transform.M13), new Vector3(transform.M21, transform.M22, transform.M23), new Vector3(transform.M31, transform.M32, transform.M33));
        // Half extents by the support function: of a ball the length of the column, of a cylinder that of its disc and the axis.
        var half = shape switch
        {
            SphereShape => Vector3.SquareRoot(a * a + b * b + c * c),
            FrustumShape { Top: 1 } => Vector3.SquareRoot(a * a + b * b) + Vector3.Abs(c),
            _ => Vector3.Abs(a) + Vector3.Abs(b) + Vector3.Abs(c),
        };
        return new(transform.Translation - 0.5f * half, transform.Translation + 0.5f * half);
    }
}
