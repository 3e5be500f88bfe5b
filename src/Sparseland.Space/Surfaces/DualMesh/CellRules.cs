namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// Where a plane or a line passes through a leaf: the mean of its meetings with the leaf's edges or faces, those inside the leaf if there are any, else those inside the leaf widened by a factor.
/// </summary>
internal static class CellRules
{
    /// <summary>Slack of "inside the leaf", in edges.</summary>
    public const double Slack = 1e-5;

    private const double Parallel = 1e-4;

    /// <summary>The meetings of a line with the six planes of the faces.</summary>
    public static bool TryLine(Vector3Double point, Vector3Double direction, Vector3Double minimum, double edge, double factor, out Vector3Double mean)
    {
        var tally = new Tally(minimum, edge, factor);
        for (var axis = 0; axis < 3; axis++)
        {
            if (Math.Abs(direction[axis]) < Parallel)
                continue;
            for (var side = 0; side < 2; side++)
            {
                var coordinate = minimum[axis] + side * edge;
                var hit = point + (coordinate - point[axis]) / direction[axis] * direction;
                tally.Add(hit.With(axis, coordinate));
            }
        }
        return tally.TryMean(out mean);
    }

    /// <summary>The meetings of a plane with the twelve edges, taken as lines without end.</summary>
    public static bool TryPlane(Vector3Double point, Vector3Double normal, Vector3Double minimum, double edge, double factor, out Vector3Double mean)
    {
        var tally = new Tally(minimum, edge, factor);
        var offset = Vector3Double.Dot(normal, point);
        for (var axis = 0; axis < 3; axis++)
        {
            if (Math.Abs(normal[axis]) < Parallel)
                continue;
            for (var corner = 0; corner < 4; corner++)
            {
                var (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
                var hit = minimum.With(next, minimum[next] + (corner & 1) * edge).With(last, minimum[last] + (corner >> 1) * edge);
                tally.Add(hit.With(axis, (offset - normal[next] * hit[next] - normal[last] * hit[last]) / normal[axis]));
            }
        }
        return tally.TryMean(out mean);
    }

    private struct Tally(Vector3Double minimum, double edge, double factor)
    {
        private Vector3Double _inner, _outer;
        private int _innerCount, _outerCount;

        public void Add(Vector3Double hit)
        {
            if (hit.IsWithin(minimum, edge, Slack * edge))
            {
                _inner += hit;
                _innerCount++;
            }
            else if (hit.IsWithin(minimum, edge, factor * edge))
            {
                _outer += hit;
                _outerCount++;
            }
        }

        public readonly bool TryMean(out Vector3Double mean)
        {
            mean = _innerCount > 0 ? 1.0 / _innerCount * _inner : _outerCount > 0 ? 1.0 / _outerCount * _outer : default;
            return _innerCount + _outerCount > 0;
        }
    }
}
