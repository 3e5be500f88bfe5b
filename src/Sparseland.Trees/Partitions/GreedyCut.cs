namespace Sparseland.Trees.Partitions;

/// <summary>
/// Tries many directions and keeps the one whose rounder-making is best: the least of the larger aspect ratio of both pieces. The middle of the widest gap is among them. With the guard a direction that
/// makes a smaller angle with an edge than the widest gap may ever leave is passed over, so that a good cut now cannot spoil a later one, and <see cref="AspectBounds"/> holds as for angular cuts.
/// </summary>
internal sealed class GreedyCut : CutRule
{
    private const double Rounding = 1e-9;

    private readonly bool _guarded;
    private readonly (double Angle, PlanePoint Direction)[] _candidates;
    private PlanePoint[] _piece = new PlanePoint[32];

    /// <param name="directions">How many directions over the full turn; a direction and its opposite put the first piece on different sides.</param>
    /// <param name="guarded">Whether small angles are refused.</param>
    public GreedyCut(int directions, bool guarded)
    {
        _guarded = guarded;
        _candidates = new (double, PlanePoint)[directions];
        for (var i = 0; i < directions; i++)
        {
            var angle = 2 * Math.PI * i / directions;
            var (sine, cosine) = Math.SinCos(angle);
            _candidates[i] = (EdgeDirections.Modulo(angle), new(cosine, sine));
        }
    }

    /// <inheritdoc/>
    public override PlanePoint Choose(ReadOnlySpan<PlanePoint> polygon, double area, double first, double second, int cuts)
    {
        if (_piece.Length < polygon.Length + 2)
            _piece = new PlanePoint[2 * polygon.Length + 2];
        var direction = FirstPieceFirst(WidestGap(polygon));
        var best = WorseAspect(polygon, direction, area, first, second, double.PositiveInfinity);
        var opposite = WorseAspect(polygon, -direction, area, first, second, best);
        if (opposite < best)
            (best, direction) = (opposite, -direction);
        var leastAngle = _guarded ? Math.PI / (2 * (cuts + 2)) * (1 - Rounding) : 0;
        foreach (var (angle, candidate) in _candidates)
        {
            if (_guarded && Edges.Distance(angle) < leastAngle)
                continue;
            var aspect = WorseAspect(polygon, candidate, area, first, second, best);
            if (aspect < best)
                (best, direction) = (aspect, candidate);
        }
        return direction;
    }

    // The larger of both aspect ratios, or infinity as soon as it is known to be no better than the limit.
    private double WorseAspect(ReadOnlySpan<PlanePoint> polygon, PlanePoint direction, double area, double first, double second, double limit)
    {
        var cut = Cutter.Find(polygon, direction, first, second, area);
        var (firstArea, secondArea) = (area * (first / (first + second)), area * (second / (first + second)));
        // Both pieces are at least as wide as the cut is long.
        if ((cut.Right - cut.Left).LengthSquared >= limit * Math.Min(firstArea, secondArea))
            return double.PositiveInfinity;
        var one = Aspect(polygon, cut, first: true, firstArea);
        return one >= limit ? double.PositiveInfinity : Math.Max(one, Aspect(polygon, cut, first: false, secondArea));
    }

    private double Aspect(ReadOnlySpan<PlanePoint> polygon, PolygonCut cut, bool first, double area) =>
        ConvexPolygon.DiameterSquared(_piece.AsSpan(0, PolygonCutter.Piece(polygon, cut, first, area, _piece))) / area;
}
