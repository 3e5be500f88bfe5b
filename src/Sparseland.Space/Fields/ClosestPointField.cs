using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>The exact unsigned distance to a surface whose closest point has a formula; the gradient is the direction away from that point. In double precision inside, on all cores.</summary>
public abstract class ClosestPointField : IBatchField, IPointwiseField
{
    /// <summary>The point of the surface nearest to a point, or any of several as near.</summary>
    public Vector3 ClosestPoint(Vector3 point) => (Vector3)Closest(point);

    /// <inheritdoc/>
    public void Distances(ReadOnlySpan<Vector3> points, Span<float> distances) => FieldBatch.Distances(this, points, distances);

    /// <inheritdoc/>
    public void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients) => FieldBatch.DistancesAndGradients(this, points, distances, gradients);

    float IPointwiseField.DistanceAt(Vector3 point) => (float)(point - Closest(point)).Length;

    float IPointwiseField.DistanceAt(Vector3 point, out Vector3 gradient)
    {
        var offset = point - Closest(point);
        gradient = (Vector3)offset.Unit();
        return (float)offset.Length;
    }

    private protected abstract Vector3Double Closest(Vector3Double point);
}
