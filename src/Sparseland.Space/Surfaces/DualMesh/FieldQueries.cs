using System.Globalization;
using System.Numerics;
using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Fields;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>Asks a field in batches, refuses answers that are no unsigned distances, and heeds cancellation between batches.</summary>
internal sealed class FieldQueries(IBatchField field, int batch, IProgress<ProgressReport>? progress, CancellationToken cancellation)
{
    /// <summary>Distances at points.</summary>
    public void Distances(string stage, ReadOnlySpan<Vector3> points, Span<float> distances)
    {
        for (var start = 0; start < points.Length; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(batch, points.Length - start);
            field.Distances(points.Slice(start, count), distances.Slice(start, count));
            Check(points.Slice(start, count), distances.Slice(start, count));
            progress?.Report(new ProgressReport(stage, start + count, points.Length));
        }
    }

    /// <summary>Distances and directions at points.</summary>
    public void DistancesAndGradients(string stage, ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
    {
        for (var start = 0; start < points.Length; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(batch, points.Length - start);
            field.DistancesAndGradients(points.Slice(start, count), distances.Slice(start, count), gradients.Slice(start, count));
            Check(points.Slice(start, count), distances.Slice(start, count));
            for (var i = start; i < start + count; i++)
            {
                if (!float.IsFinite(gradients[i].X + gradients[i].Y + gradients[i].Z))
                    throw new NumericalException($"the field's gradient at {Text(points[i])} is {Text(gradients[i])}, and it must be finite; look at the field there");
            }
            progress?.Report(new ProgressReport(stage, start + count, points.Length));
        }
    }

    private static void Check(ReadOnlySpan<Vector3> points, ReadOnlySpan<float> distances)
    {
        for (var i = 0; i < points.Length; i++)
        {
            if (distances[i] >= 0 && distances[i] < float.PositiveInfinity)
                continue;
            var value = distances[i].ToString("R", CultureInfo.InvariantCulture);
            throw new NumericalException(distances[i] < 0
                ? $"the field's distance at {Text(points[i])} is {value}, and an unsigned distance is never negative; give the absolute value, or contour a signed field with marching cubes or dual contouring"
                : $"the field's distance at {Text(points[i])} is {value}, and it must be finite; look at the field there");
        }
    }

    private static string Text(Vector3 point) => string.Create(CultureInfo.InvariantCulture, $"({point.X:R}, {point.Y:R}, {point.Z:R})");
}
