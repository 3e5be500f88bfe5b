using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Space.Omnitrees;

/// <summary>
/// The inside of a closed mesh that is scaled by its largest extent and centred in the unit cube. A point is inside where the surface winds around it: where, on the way straight up, more triangles are
/// left than entered. Neighbouring triangles decide about their common edge by the same comparison, so no way slips through between two of them, and the count is exact but for points within rounding
/// of the surface. Triangles are found in a grid of columns. Thread-safe.
/// </summary>
public sealed class MeshBody : IShapeIndicator
{
    private readonly TriangleColumns _columns;
    private readonly int _sign;

    /// <summary>Scales a mesh and sorts its triangles.</summary>
    /// <param name="mesh">Closed; turned inside out as a whole it is turned back.</param>
    /// <exception cref="MismatchException">The mesh is open (its boundary loops are counted and named), its triangles do not agree on a side, or it bounds no volume.</exception>
    public MeshBody(TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        if (mesh.TriangleCount == 0)
            throw new MismatchException("the mesh has no triangles, so nothing is inside; choose another");
        Closedness.Require(new(mesh), twoTrianglesEach: false);
        var used = Box3.Empty;
        foreach (var vertex in mesh.Triangles)
            used = used.Including(mesh.Positions[vertex]);
        (Centre, Extent) = (used.Centre, Math.Max(used.Extent.X, Math.Max(used.Extent.Y, used.Extent.Z)));
        var volume = SignedVolume(mesh, Centre);
        if (!(Extent > 0 && Math.Abs(volume) > 1e-9 * Math.Pow(Extent, 3)))
            throw new MismatchException(FormattableString.Invariant($"the mesh bounds no volume ({volume:G3} cubic metres in a cube of {Extent:G3} metres); choose another"));
        _sign = volume > 0 ? 1 : -1;
        Mesh = new([.. mesh.Positions.Select(position => (position - Centre) / Extent + new Vector3(0.5f))], mesh.Triangles);
        _columns = new(Mesh);
    }

    /// <inheritdoc/>
    public int Dimensions => 3;

    /// <summary>The mesh in the unit cube.</summary>
    public TriangleMesh Mesh { get; }

    /// <summary>The middle of the given mesh, which is at (1/2, 1/2, 1/2) in the cube.</summary>
    public Vector3 Centre { get; }

    /// <summary>The largest extent of the given mesh, in metres, which is 1 in the cube.</summary>
    public float Extent { get; }

    /// <inheritdoc/>
    public void Inside(ReadOnlySpan<double> points, Span<bool> inside)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, inside.Length * Dimensions);
        for (var i = 0; i < inside.Length; i++)
            inside[i] = _sign * _columns.Winding(points[3 * i], points[3 * i + 1], points[3 * i + 2]) > 0;
    }

    /// <summary>This body turning while a fourth coordinate goes from 0 to 1.</summary>
    public RotatingShape Turning() => new(this, Mesh.Triangles.Distinct().Select(vertex => Mesh.Positions[vertex]));

    private static double SignedVolume(TriangleMesh mesh, Vector3 origin)
    {
        var volume = 0.0;
        for (var triangle = 0; triangle < mesh.TriangleCount; triangle++)
        {
            var (a, b, c) = mesh.Corners(triangle);
            volume += Vector3.Dot(a - origin, Vector3.Cross(b - origin, c - origin)) / 6.0;
        }
        return volume;
    }
}
