using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Rays;

/// <summary>Every triangle in turn.</summary>
internal static class BruteForce
{
    public static RayHit FirstHit(TriangleMesh mesh, in Ray ray)
    {
        var setup = new RaySetup(ray, 0);
        var best = new BestHit(ray.Maximum);
        for (var triangle = 0; triangle < mesh.TriangleCount; triangle++)
        {
            var (a, b, c) = mesh.Corners(triangle);
            if (RayTriangle.Meets(setup, a, b, c, out var distance, out var shareB, out var shareC, out var determinant) && distance >= ray.Minimum)
                best.Offer(distance, triangle, shareB, shareC, determinant);
        }
        return best.Hit();
    }

    public static SurfacePoint Closest(TriangleMesh mesh, Vector3 point)
    {
        var best = new BestPoint(point, float.PositiveInfinity, 0);
        for (var triangle = 0; triangle < mesh.TriangleCount; triangle++)
        {
            var (a, b, c) = mesh.Corners(triangle);
            var offset = TriangleDistance.Nearest(point, a, b, c, out var squared, out var u, out var v);
            best.Offer(squared, triangle, offset, u, v);
        }
        return best.Nearest();
    }

    public readonly struct Work(TriangleMesh mesh, Ray[] rays, RayHit[] hits) : IParallelWork
    {
        public void Run(int part)
        {
            for (var i = 250 * part; i < 250 * (part + 1); i++)
                hits[i] = FirstHit(mesh, rays[i]);
        }
    }
}
