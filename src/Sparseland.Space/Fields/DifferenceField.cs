using System.Numerics;
using Sparseland.Errors;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.Fields;

/// <summary>A distance that is known point by point, with gradients by central differences: six more questions a point.</summary>
public sealed class DifferenceField : IBatchField, IPointwiseField
{
    private readonly IDistanceField _field;
    private readonly float _step;

    /// <summary>Wraps a field.</summary>
    /// <param name="field">The distance.</param>
    /// <param name="step">Half of the difference, in metres: large against the field's errors, small against its features. 0.001 suits a surface of size 2.</param>
    /// <exception cref="InvalidSettingException">The step is not above 0.</exception>
    public DifferenceField(IDistanceField field, float step = 1e-3f)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (!(step > 0 && float.IsFinite(step)))
            throw new InvalidSettingException($"a difference over {step} m; it must be above 0");
        (_field, _step) = (field, step);
    }

    /// <inheritdoc/>
    public void Distances(ReadOnlySpan<Vector3> points, Span<float> distances) => FieldBatch.Distances(this, points, distances);

    /// <inheritdoc/>
    public void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients) => FieldBatch.DistancesAndGradients(this, points, distances, gradients);

    float IPointwiseField.DistanceAt(Vector3 point) => _field.Distance(point);

    float IPointwiseField.DistanceAt(Vector3 point, out Vector3 gradient)
    {
        gradient = Gradient(point);
        return _field.Distance(point);
    }

    private Vector3 Gradient(Vector3 point)
    {
        float Along(Vector3 step) => _field.Distance(point + step) - _field.Distance(point - step);
        var slope = new Vector3(Along(new(_step, 0, 0)), Along(new(0, _step, 0)), Along(new(0, 0, _step)));
        return slope == Vector3.Zero ? slope : Vector3.Normalize(slope);
    }
}
