using System.Numerics;

namespace Sparseland.Space.Meshes;

/// <summary>Which axis of a file's coordinates points up. Meshes in memory have z up.</summary>
public enum UpAxis
{
    /// <summary>z points up: coordinates are taken as they are.</summary>
    Z,

    /// <summary>y points up: a file's (x, y, z) is the mesh's (x, -z, y), a quarter turn about x. Nothing is mirrored.</summary>
    Y,
}

/// <summary>Turns positions between a file's axes and the mesh's.</summary>
internal static class UpAxisTurn
{
    /// <summary>A mesh in the axes of memory, from positions as a file has them.</summary>
    public static TriangleMesh FromFile(TriangleMesh mesh, UpAxis up) => up == UpAxis.Z ? mesh : Turned(mesh, static p => new(p.X, -p.Z, p.Y));

    /// <summary>A mesh with the positions that a file gets.</summary>
    public static TriangleMesh ToFile(TriangleMesh mesh, UpAxis up) => up == UpAxis.Z ? mesh : Turned(mesh, static p => new(p.X, p.Z, -p.Y));

    private static TriangleMesh Turned(TriangleMesh mesh, Func<Vector3, Vector3> turn) => new(Array.ConvertAll(mesh.Positions, p => turn(p)), mesh.Triangles, mesh.Colours);
}
