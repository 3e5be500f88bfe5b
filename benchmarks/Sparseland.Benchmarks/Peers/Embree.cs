using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;

namespace Sparseland.Benchmarks.Peers;

/// <summary>Embree's rtcCommitScene, rtcIntersect1 and rtcIntersect8 on one thread, default build quality.</summary>
internal static unsafe class Embree
{
    private static readonly delegate* unmanaged<Vector3*, int, int*, int, nint> BuildFunction = (delegate* unmanaged<Vector3*, int, int*, int, nint>)NativePeer.Embree.Function("peer_build");
    private static readonly delegate* unmanaged<nint, void> ReleaseFunction = (delegate* unmanaged<nint, void>)NativePeer.Embree.Function("peer_release");
    private static readonly delegate* unmanaged<nint, Ray*, RayHit*, int, int, void> SingleFunction = (delegate* unmanaged<nint, Ray*, RayHit*, int, int, void>)NativePeer.Embree.Function("peer_single");
    private static readonly delegate* unmanaged<nint, Ray*, RayHit*, int, int, void> PacketsFunction = (delegate* unmanaged<nint, Ray*, RayHit*, int, int, void>)NativePeer.Embree.Function("peer_packets");

    public static nint Build(TriangleMesh mesh)
    {
        fixed (Vector3* positions = mesh.Positions)
        fixed (int* triangles = mesh.Triangles)
            return BuildFunction(positions, mesh.VertexCount, triangles, mesh.TriangleCount);
    }

    public static void Release(nint scene) => ReleaseFunction(scene);

    public static void Single(nint scene, Ray[] rays, RayHit[] hits, bool coherent)
    {
        fixed (Ray* first = rays)
        fixed (RayHit* firstHit = hits)
            SingleFunction(scene, first, firstHit, rays.Length, coherent ? 1 : 0);
    }

    public static void Packets(nint scene, Ray[] rays, RayHit[] hits, bool coherent)
    {
        fixed (Ray* first = rays)
        fixed (RayHit* firstHit = hits)
            PacketsFunction(scene, first, firstHit, rays.Length, coherent ? 1 : 0);
    }
}
