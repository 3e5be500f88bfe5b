using System.Numerics;
using Sparseland.Threads;

namespace Sparseland.Space.Fields;

/// <summary>A distance that answers for one point at a time; <see cref="FieldBatch"/> asks it for many, on all threads.</summary>
internal interface IPointwiseField
{
    /// <summary>The distance at a point.</summary>
    float DistanceAt(Vector3 point);

    /// <summary>The distance at a point and its gradient, of length one or zero.</summary>
    float DistanceAt(Vector3 point, out Vector3 gradient);
}

/// <summary>Batches of points over a field that answers for one at a time.</summary>
internal static unsafe class FieldBatch
{
    private const int PartPoints = 256;

    /// <summary>The distances at points.</summary>
    /// <exception cref="ArgumentException">There are fewer places than points.</exception>
    public static void Distances(IPointwiseField field, ReadOnlySpan<Vector3> points, Span<float> distances)
    {
        RequirePlaces(points.Length, distances.Length, nameof(distances));
        fixed (Vector3* first = points)
        fixed (float* firstDistance = distances)
            WorkerPool.Run((points.Length + PartPoints - 1) / PartPoints, new Work(field, first, firstDistance, null, points.Length));
    }

    /// <summary>The distances and gradients at points.</summary>
    /// <exception cref="ArgumentException">There are fewer places than points.</exception>
    public static void DistancesAndGradients(IPointwiseField field, ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
    {
        RequirePlaces(points.Length, distances.Length, nameof(distances));
        RequirePlaces(points.Length, gradients.Length, nameof(gradients));
        fixed (Vector3* first = points, firstGradient = gradients)
        fixed (float* firstDistance = distances)
            WorkerPool.Run((points.Length + PartPoints - 1) / PartPoints, new Work(field, first, firstDistance, firstGradient, points.Length));
    }

    private static void RequirePlaces(int points, int places, string name)
    {
        if (places < points)
            throw new ArgumentException($"{points} points have {places} places; give one for each", name);
    }

    private readonly struct Work(IPointwiseField field, Vector3* points, float* distances, Vector3* gradients, int count) : IParallelWork
    {
        public void Run(int part)
        {
            var end = Math.Min(count, (part + 1) * PartPoints);
            for (var i = part * PartPoints; i < end; i++)
                distances[i] = gradients is null ? field.DistanceAt(points[i]) : field.DistanceAt(points[i], out gradients[i]);
        }
    }
}
