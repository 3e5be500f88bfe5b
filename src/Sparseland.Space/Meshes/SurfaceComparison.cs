using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Rays;
using Sparseland.Threads;

namespace Sparseland.Space.Meshes;

/// <summary>How near two surfaces are, from points drawn on both and the exact nearest points of the other.</summary>
/// <param name="Chamfer">The mean distance from the one to the other and the mean back, averaged, in metres.</param>
/// <param name="Forward">The mean distance from the first to the second, in metres: what is there and should not be.</param>
/// <param name="Backward">The mean distance from the second to the first, in metres: what should be there and is not.</param>
/// <param name="FScore">Harmonic mean of the shares of points that are nearer than the tolerance, 0 to 1.</param>
/// <param name="NormalConsistency">The mean absolute cosine between the normals of points and of their nearest points, 0 to 1.</param>
public sealed record SurfaceComparison(double Chamfer, double Forward, double Backward, double FScore, double NormalConsistency)
{
    private const int Chunk = 512;

    /// <summary>Compares two meshes.</summary>
    /// <param name="mesh">The one that is judged.</param>
    /// <param name="truth">What it should be.</param>
    /// <param name="tolerance">Of the F-score, in metres.</param>
    /// <param name="samples">Points on each.</param>
    /// <param name="seed">Of the points.</param>
    /// <exception cref="Errors.MismatchException">A mesh has no area.</exception>
    public static SurfaceComparison Of(TriangleMesh mesh, TriangleMesh truth, double tolerance, int samples = 100_000, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return Of(mesh, Bvh.Build(truth), tolerance, samples, seed);
    }

    /// <summary>Compares a mesh with one whose hierarchy is there already.</summary>
    /// <exception cref="Errors.MismatchException">A mesh has no area.</exception>
    public static SurfaceComparison Of(TriangleMesh mesh, Bvh truth, double tolerance, int samples = 100_000, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(truth);
        var forward = Way(MeshSamples.Draw(mesh, samples, new RandomStream(seed, "compare mesh")), truth, tolerance);
        var backward = Way(MeshSamples.Draw(truth.Mesh, samples, new RandomStream(seed, "compare truth")), Bvh.Build(mesh), tolerance);
        var near = forward.Near + backward.Near;
        return new(0.5 * (forward.Distance + backward.Distance), forward.Distance, backward.Distance, near > 0 ? 2 * forward.Near * backward.Near / near : 0, 0.5 * (forward.Cosine + backward.Cosine));
    }

    private static (double Distance, double Near, double Cosine) Way(MeshSamples samples, Bvh other, double tolerance)
    {
        var nearest = new SurfacePoint[samples.Points.Length];
        WorkerPool.Run((nearest.Length + Chunk - 1) / Chunk, new Work(samples.Points, other, nearest));
        var (distance, near, cosine) = (0.0, 0, 0.0);
        for (var i = 0; i < nearest.Length; i++)
        {
            var length = Math.Sqrt(nearest[i].DistanceSquared);
            distance += length;
            near += length <= tolerance ? 1 : 0;
            var normal = other.Mesh.AreaNormal(nearest[i].Triangle);
            cosine += normal.LengthSquared() > 0 ? Math.Abs(Vector3.Dot(Vector3.Normalize(normal), samples.Normals[i])) : 0;
        }
        return (distance / nearest.Length, (double)near / nearest.Length, cosine / nearest.Length);
    }

    private readonly struct Work(Vector3[] points, Bvh surface, SurfacePoint[] nearest) : IParallelWork
    {
        public void Run(int part)
        {
            for (var i = part * Chunk; i < Math.Min(points.Length, (part + 1) * Chunk); i++)
                nearest[i] = surface.Closest(points[i]);
        }
    }
}
