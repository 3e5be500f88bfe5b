using System.Numerics;
using Sparseland.Threads;

namespace Sparseland.Space.Fields;

/// <summary>The exact unsigned distance to a surface whose closest point has a formula; the gradient is the direction away from that point. In double precision inside, on all cores.</summary>
public abstract class ClosestPointField : IBatchField
{
    private const int Chunk = 4096;

    /// <summary>The point of the surface nearest to a point, or any of several as near.</summary>
    public Vector3 ClosestPoint(Vector3 point) => (Vector3)Closest(point);

    /// <inheritdoc/>
    public unsafe void Distances(ReadOnlySpan<Vector3> points, Span<float> distances)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, points.Length);
        fixed (Vector3* from = points)
        fixed (float* to = distances)
            WorkerPool.Run((points.Length + Chunk - 1) / Chunk, new Work(this, from, to, null, points.Length));
    }

    /// <inheritdoc/>
    public unsafe void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, points.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(gradients.Length, points.Length);
        fixed (Vector3* from = points, directions = gradients)
        fixed (float* to = distances)
            WorkerPool.Run((points.Length + Chunk - 1) / Chunk, new Work(this, from, to, directions, points.Length));
    }

    private protected abstract Vector3Double Closest(Vector3Double point);

    private readonly unsafe struct Work(ClosestPointField field, Vector3* points, float* distances, Vector3* gradients, int count) : IParallelWork
    {
        public void Run(int part)
        {
            for (var i = part * Chunk; i < Math.Min(count, (part + 1) * Chunk); i++)
            {
                var offset = points[i] - field.Closest(points[i]);
                distances[i] = (float)offset.Length;
                if (gradients != null)
                    gradients[i] = (Vector3)offset.Unit();
            }
        }
    }
}
