using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>A triangle mesh in coordinates of its own, with its hierarchy of boxes. Colours of the mesh go before the material's.</summary>
public sealed class MeshShape : Shape
{
    private readonly Bvh _hierarchy;

    /// <summary>A mesh as a shape.</summary>
    /// <param name="mesh">The mesh, with at least one triangle.</param>
    /// <param name="isClosed">Whether it encloses a volume; what does not is taken as a sheet with two sides.</param>
    /// <exception cref="InvalidSettingException">The mesh has no triangle.</exception>
    public MeshShape(TriangleMesh mesh, bool isClosed)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        if (mesh.TriangleCount == 0)
            throw new InvalidSettingException("a mesh without triangles cannot be placed in a scene: leave it out");
        (Mesh, IsClosed) = (mesh, isClosed);
        _hierarchy = Bvh.Build(mesh);
    }

    /// <summary>The mesh.</summary>
    public TriangleMesh Mesh { get; }

    /// <summary>The file it was read from, as scene files name it; null when it was made in memory.</summary>
    public string? File { get; init; }

    /// <inheritdoc/>
    public override string Kind => "mesh";

    /// <inheritdoc/>
    public override Box3 Bounds => Mesh.Bounds;

    /// <inheritdoc/>
    public override bool IsClosed { get; }

    /// <inheritdoc/>
    public override bool HasColours => Mesh.Colours is not null;

    /// <inheritdoc/>
    public override TriangleMesh Faces => Mesh;

    /// <inheritdoc/>
    public override bool FirstHit(in Ray ray, out ShapeHit hit)
    {
        var found = _hierarchy.FirstHit(in ray);
        hit = found.IsHit ? new(found.Distance, Mesh.AreaNormal(found.Triangle), found.Triangle, found.U, found.V) : default;
        return found.IsHit;
    }

    /// <inheritdoc/>
    public override bool AnyHit(in Ray ray) => _hierarchy.AnyHit(in ray);

    /// <inheritdoc/>
    public override Vector3? ColourAt(int part, float u, float v)
    {
        if (Mesh.Colours is not { } colours)
            return null;
        var t = Mesh.Triangles;
        return (1 - u - v) * colours[t[3 * part]] + u * colours[t[3 * part + 1]] + v * colours[t[3 * part + 2]];
    }
}
