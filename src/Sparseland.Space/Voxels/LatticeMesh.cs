using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Meshes;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Voxels;

/// <summary>A mesh in units of voxels, its vertices counted from a voxel below all of them whose coordinates are multiples of 8, so that numbers are small and exact.</summary>
internal sealed class LatticeMesh
{
    // Beyond that a coordinate in single precision is no longer exact to a thousandth of a voxel.
    private const int LongestSide = 1 << 14;

    public LatticeMesh(TriangleMesh mesh, float spacing, float band)
    {
        var bounds = mesh.Bounds;
        var voxels = (bounds.Extent / spacing).Length() + 2 * band;
        if (!(voxels < LongestSide))
            throw new ResourceLimitException($"a mesh of {bounds.Extent} m at voxels of {spacing} m has {voxels:G4} voxels across, and {LongestSide} are possible; take a spacing of at least {bounds.Extent.Length() / (LongestSide - 2 * band) * 1.01f:G4} m");
        Origin = new(Below(bounds.Minimum.X, spacing, band), Below(bounds.Minimum.Y, spacing, band), Below(bounds.Minimum.Z, spacing, band));
        if (!Origin.IsInReach || !new VoxelCoordinate(Origin.X + LongestSide, Origin.Y + LongestSide, Origin.Z + LongestSide).IsInReach)
            throw new ResourceLimitException($"a mesh at {bounds.Minimum} m is beyond the reach of a grid with voxels of {spacing} m; move it to the origin");
        Triangles = mesh.Triangles;
        Positions = new Vector3[mesh.VertexCount];
        for (var i = 0; i < Positions.Length; i++)
        {
            var p = mesh.Positions[i];
            Positions[i] = new((float)((double)p.X / spacing - Origin.X), (float)((double)p.Y / spacing - Origin.Y), (float)((double)p.Z / spacing - Origin.Z));
        }
    }

    /// <summary>The voxel that positions count from.</summary>
    public VoxelCoordinate Origin { get; }

    /// <summary>The vertices, in voxels from the origin; none is negative.</summary>
    public Vector3[] Positions { get; }

    /// <summary>Three vertex numbers for each triangle.</summary>
    public int[] Triangles { get; }

    /// <summary>How many triangles there are.</summary>
    public int TriangleCount => Triangles.Length / 3;

    /// <summary>The corners of a triangle.</summary>
    public (Vector3 A, Vector3 B, Vector3 C) Corners(int triangle) => (Positions[Triangles[3 * triangle]], Positions[Triangles[3 * triangle + 1]], Positions[Triangles[3 * triangle + 2]]);

    private static int Below(float minimum, float spacing, float band)
    {
        var voxel = Math.Floor((double)minimum / spacing - band) - 1;
        return voxel is > int.MinValue / 2 and < int.MaxValue / 2 ? (int)voxel & ~7 : int.MinValue;
    }
}
