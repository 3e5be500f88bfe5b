using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Trees.Voxels;

namespace Sparseland.Benchmarks.Peers;

/// <summary>OpenVDB's FloatGrid through its value accessor, TBB limited to one thread.</summary>
internal static unsafe class OpenVdb
{
    private static readonly delegate* unmanaged<VoxelCoordinate*, float*, long, float, nint> CreateFunction = (delegate* unmanaged<VoxelCoordinate*, float*, long, float, nint>)NativePeer.OpenVdb.Function("peer_create");
    private static readonly delegate* unmanaged<nint, void> ReleaseFunction = (delegate* unmanaged<nint, void>)NativePeer.OpenVdb.Function("peer_release");
    private static readonly delegate* unmanaged<nint, VoxelCoordinate*, long, float> ReadFunction = (delegate* unmanaged<nint, VoxelCoordinate*, long, float>)NativePeer.OpenVdb.Function("peer_read");
    private static readonly delegate* unmanaged<nint, long> BytesFunction = (delegate* unmanaged<nint, long>)NativePeer.OpenVdb.Function("peer_bytes");

    private static readonly delegate* unmanaged<Vector3*, int, int*, int, float, float, nint> LevelSetFunction = (delegate* unmanaged<Vector3*, int, int*, int, float, float, nint>)NativePeer.OpenVdb.Function("peer_level_set");
    private static readonly delegate* unmanaged<nint, long> ActiveFunction = (delegate* unmanaged<nint, long>)NativePeer.OpenVdb.Function("peer_active");

    /// <summary>A closed mesh as a band of distances, by meshToLevelSet.</summary>
    public static nint LevelSet(TriangleMesh mesh, float voxel, float halfWidth)
    {
        fixed (Vector3* positions = mesh.Positions)
        fixed (int* triangles = mesh.Triangles)
            return LevelSetFunction(positions, mesh.VertexCount, triangles, mesh.TriangleCount, voxel, halfWidth);
    }

    public static long ActiveCount(nint grid) => ActiveFunction(grid);

    /// <summary>A grid with values at places, or with ones when there are no values.</summary>
    public static nint Create(VoxelCoordinate[] places, float[]? values, float background)
    {
        fixed (VoxelCoordinate* first = places)
        fixed (float* value = values)
            return CreateFunction(first, value, places.Length, background);
    }

    public static void Release(nint grid) => ReleaseFunction(grid);

    public static float Read(nint grid, VoxelCoordinate[] places)
    {
        fixed (VoxelCoordinate* first = places)
            return ReadFunction(grid, first, places.Length);
    }

    public static long Bytes(nint grid) => BytesFunction(grid);
}
