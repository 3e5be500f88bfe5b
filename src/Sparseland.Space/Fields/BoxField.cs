namespace Sparseland.Space.Fields;

/// <summary>Unsigned distance to the faces of a box along the axes.</summary>
/// <param name="box">The box, not empty.</param>
public sealed class BoxField(Box3 box) : ClosestPointField
{
    private protected override Vector3Double Closest(Vector3Double point)
    {
        var nearest = new Vector3Double(
            Math.Clamp(point.X, box.Minimum.X, box.Maximum.X), Math.Clamp(point.Y, box.Minimum.Y, box.Maximum.Y), Math.Clamp(point.Z, box.Minimum.Z, box.Maximum.Z));
        if (nearest != point)
            return nearest;
        var least = double.PositiveInfinity;
        for (var axis = 0; axis < 3; axis++)
        {
            foreach (var face in (ReadOnlySpan<double>)[box.Minimum[axis], box.Maximum[axis]])
            {
                if (!(Math.Abs(point[axis] - face) < least))
                    continue;
                least = Math.Abs(point[axis] - face);
                nearest = point.With(axis, face);
            }
        }
        return nearest;
    }
}
