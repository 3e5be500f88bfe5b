using System.Numerics;

namespace Sparseland.Benchmarks.Peers;

/// <summary>nanoflann's KDTreeSingleIndexAdaptor in three dimensions, float, leaves of 16, on one thread.</summary>
internal static unsafe class Nanoflann
{
    private static readonly delegate* unmanaged<Vector3*, long, nint> BuildFunction = (delegate* unmanaged<Vector3*, long, nint>)NativePeer.Nanoflann.Function("peer_build");
    private static readonly delegate* unmanaged<nint, void> ReleaseFunction = (delegate* unmanaged<nint, void>)NativePeer.Nanoflann.Function("peer_release");
    private static readonly delegate* unmanaged<nint, Vector3*, long, int, int*, float*, void> NearestFunction = (delegate* unmanaged<nint, Vector3*, long, int, int*, float*, void>)NativePeer.Nanoflann.Function("peer_nearest");

    /// <summary>An index over points that stay where they are until it is released.</summary>
    public static nint Build(Vector3* points, long count) => BuildFunction(points, count);

    public static void Release(nint index) => ReleaseFunction(index);

    public static void Nearest(nint index, Vector3[] queries, int count, int[] numbers, float[] squared)
    {
        fixed (Vector3* first = queries)
        fixed (int* number = numbers)
        fixed (float* square = squared)
            NearestFunction(index, first, queries.Length, count, number, square);
    }
}
