using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.Fields;

/// <summary>The exact distance to a mesh's surface, in metres: unsigned for any mesh, signed (negative inside) for closed ones. Its Lipschitz constant is 1. Safe to use from many threads; batches run on all of them.</summary>
public sealed class MeshDistanceField : IDistanceField, IBatchField, IPointwiseField
{
    private readonly Pseudonormals? _normals;
    private readonly WindingNumber? _winding;

    private MeshDistanceField(Bvh surface, Pseudonormals? normals, WindingNumber? winding)
    {
        if (surface.Mesh.TriangleCount == 0)
            throw new MismatchException("a mesh without triangles has no distance to its surface; give one with at least one triangle");
        (Surface, _normals, _winding) = (surface, normals, winding);
    }

    /// <summary>The hierarchy that answers.</summary>
    public Bvh Surface { get; }

    /// <summary>Whether distances are negative inside.</summary>
    public bool IsSigned => _normals is not null || _winding is not null;

    /// <summary>The distance to any mesh, never below zero.</summary>
    /// <exception cref="MismatchException">The mesh has no triangles.</exception>
    public static MeshDistanceField Unsigned(TriangleMesh mesh) => Unsigned(Bvh.Build(mesh));

    /// <summary>The distance to any mesh, never below zero.</summary>
    /// <exception cref="MismatchException">The mesh has no triangles.</exception>
    public static MeshDistanceField Unsigned(Bvh surface)
    {
        ArgumentNullException.ThrowIfNull(surface);
        return new(surface, null, null);
    }

    /// <summary>The distance to a closed mesh, negative inside. Vertices at equal places count as one; a surface that is inside out is read the right way round.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="sign">How inside is told from outside.</param>
    /// <exception cref="MismatchException">The mesh has no triangles, is open (the boundary loops are counted and named), its triangles do not agree on a side, or edges have more than two triangles and the sign is to come from normals.</exception>
    public static MeshDistanceField Signed(TriangleMesh mesh, MeshSign sign = MeshSign.Pseudonormals)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        return Signed(Bvh.Build(mesh), sign);
    }

    /// <summary>The distance to a closed mesh, negative inside; see <see cref="Signed(TriangleMesh, MeshSign)"/>.</summary>
    /// <exception cref="MismatchException">As there.</exception>
    public static MeshDistanceField Signed(Bvh surface, MeshSign sign = MeshSign.Pseudonormals)
    {
        ArgumentNullException.ThrowIfNull(surface);
        var edges = new MeshEdges(surface.Mesh);
        Closedness.Require(edges, twoTrianglesEach: sign == MeshSign.Pseudonormals);
        return sign == MeshSign.Pseudonormals ? new(surface, new(edges), null) : new(surface, null, WindingNumber.Build(surface));
    }

    /// <summary>The nearest point of the surface.</summary>
    /// <param name="point">A finite point.</param>
    public SurfacePoint Closest(Vector3 point) => Surface.Closest(point);

    /// <summary>The distance at a point; NaN where the point is not finite.</summary>
    public float Distance(Vector3 point)
    {
        var nearest = Surface.Closest(point);
        return nearest.Triangle < 0 ? float.NaN : Side(point, nearest) * MathF.Sqrt(nearest.DistanceSquared);
    }

    /// <summary>Whether a point is inside; on the surface itself it is not.</summary>
    /// <exception cref="InvalidOperationException">The field is unsigned.</exception>
    public bool IsInside(Vector3 point) => IsSigned
        ? Distance(point) < 0
        : throw new InvalidOperationException("an unsigned distance knows no inside; make the field with Signed");

    /// <inheritdoc/>
    public void Distances(ReadOnlySpan<Vector3> points, Span<float> distances) => FieldBatch.Distances(this, points, distances);

    /// <inheritdoc/>
    /// <remarks>On the surface a signed field's gradient is the normal, an unsigned one's zero.</remarks>
    public void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients) => FieldBatch.DistancesAndGradients(this, points, distances, gradients);

    float IPointwiseField.DistanceAt(Vector3 point) => Distance(point);

    float IPointwiseField.DistanceAt(Vector3 point, out Vector3 gradient)
    {
        var nearest = Surface.Closest(point);
        if (nearest.Triangle < 0)
        {
            gradient = new(float.NaN);
            return float.NaN;
        }
        var side = Side(point, nearest);
        gradient = Gradient(point, nearest, side);
        return side * MathF.Sqrt(nearest.DistanceSquared);
    }

    private float Side(Vector3 point, in SurfacePoint nearest)
    {
        if (_winding is not null)
            return MathF.Abs(_winding.At(point)) > 0.5f ? -1 : 1;
        return _normals is not null && Vector3.Dot(point - nearest.Point, _normals.At(nearest)) < 0 ? -1 : 1;
    }

    private Vector3 Gradient(Vector3 point, in SurfacePoint nearest, float side)
    {
        var offset = point - nearest.Point;
        var length = offset.Length();
        if (length > 0)
            return side / length * offset;
        var normal = _normals?.At(nearest) ?? (_winding is null ? Vector3.Zero : Surface.Mesh.AreaNormal(nearest.Triangle));
        length = normal.Length();
        return length > 0 ? normal / length : Vector3.Zero;
    }
}
