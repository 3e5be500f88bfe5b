using System.Numerics;
using Sparseland.Errors;
using Sparseland.Threads;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.Fields;

/// <summary>A distance asked point by point as one asked in batches: all threads ask, and gradients are central differences.</summary>
public sealed class PointwiseField : IBatchField
{
    private const int PointsPerPart = 1024;

    private readonly IDistanceField _field;
    private readonly float _step;

    /// <summary>The field in batches.</summary>
    /// <param name="field">The field.</param>
    /// <param name="step">Half the distance of the two points of a difference, in metres: large against the field's rounding, small against its details.</param>
    /// <exception cref="InvalidSettingException">The step is not above zero.</exception>
    public PointwiseField(IDistanceField field, float step = 1e-3f)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (!(step > 0 && float.IsFinite(step)))
            throw new InvalidSettingException($"the step of differences is {step}; it must be above 0 and finite");
        (_field, _step) = (field, step);
    }

    /// <inheritdoc/>
    public unsafe void Distances(ReadOnlySpan<Vector3> points, Span<float> distances)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, points.Length);
        fixed (Vector3* point = points)
        fixed (float* distance = distances)
            WorkerPool.Run((points.Length + PointsPerPart - 1) / PointsPerPart, new Work(this, point, distance, null, points.Length));
    }

    /// <inheritdoc/>
    public unsafe void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, points.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(gradients.Length, points.Length);
        fixed (Vector3* point = points)
        fixed (float* distance = distances)
        fixed (Vector3* gradient = gradients)
            WorkerPool.Run((points.Length + PointsPerPart - 1) / PointsPerPart, new Work(this, point, distance, gradient, points.Length));
    }

    private Vector3 Gradient(Vector3 point)
    {
        var difference = new Vector3(
            _field.Distance(point + new Vector3(_step, 0, 0)) - _field.Distance(point - new Vector3(_step, 0, 0)),
            _field.Distance(point + new Vector3(0, _step, 0)) - _field.Distance(point - new Vector3(0, _step, 0)),
            _field.Distance(point + new Vector3(0, 0, _step)) - _field.Distance(point - new Vector3(0, 0, _step)));
        var length = difference.Length();
        return length > 0 ? difference / length : Vector3.Zero;
    }

    private readonly unsafe struct Work(PointwiseField owner, Vector3* points, float* distances, Vector3* gradients, int count) : IParallelWork
    {
        public void Run(int part)
        {
            for (var i = part * PointsPerPart; i < Math.Min(count, (part + 1) * PointsPerPart); i++)
            {
                distances[i] = owner._field.Distance(points[i]);
                if (gradients is not null)
                    gradients[i] = owner.Gradient(points[i]);
            }
        }
    }
}
