using CsCheck;
using Sparseland.Chance;
using Sparseland.Trees.Partitions;

namespace Sparseland.Trees.Tests.Partitions;

public class PolygonCutterTests
{
    private static readonly PlanePoint[] Square = [new(0, 0), new(1, 0), new(1, 1), new(0, 1)];

    [Fact]
    public void Pieces_of_any_polygon_have_their_areas_are_convex_and_lie_on_their_sides() =>
        Gen.Select(Gen.Int[3, 40], Gen.Double[0, 2 * Math.PI], Gen.Double[-8, 8], Gen.ULong).Sample((corners, angle, odds, seed) =>
        {
            var polygon = Polygon(corners, seed);
            var area = ConvexPolygon.Area(polygon);
            var (first, second) = (Math.Pow(10, odds), 1.0);
            var direction = Direction(angle);
            var cut = new PolygonCutter().Find(polygon, direction, first, second, area);
            foreach (var isFirst in new[] { true, false })
            {
                var expected = area * (isFirst ? first : second) / (first + second);
                var piece = Piece(polygon, cut, isFirst, expected);
                Assert.Equal(expected, ConvexPolygon.Area(piece), 1e-10 * expected + 1e-15 * area);
                AssertConvex(piece);
                // The first piece lies to the right of the direction.
                var side = PlanePoint.Cross(direction, ConvexPolygon.Centroid(piece) - cut.Left);
                Assert.True(isFirst ? side <= 1e-12 : side >= -1e-12);
            }
        }, iter: 2000, seed: "0000KDc4Hx31");

    [Fact]
    public void A_cut_of_a_square_has_the_area_that_random_points_say()
    {
        var chance = new RandomStream(3, "points");
        for (var trial = 0; trial < 20; trial++)
        {
            var (direction, share) = (Direction(2 * Math.PI * chance.NextDouble()), chance.NextDouble());
            var cut = new PolygonCutter().Find(Square, direction, share, 1 - share, 1);
            var below = 0;
            const int points = 20000;
            for (var i = 0; i < points; i++)
                if (PlanePoint.Cross(direction, new PlanePoint(chance.NextDouble(), chance.NextDouble()) - cut.Anchor - cut.Left) < 0)
                    below++;
            Assert.Equal(share, below / (double)points, 4 * Math.Sqrt(share * (1 - share) / points) + 1e-4);
        }
    }

    [Fact]
    public void The_place_in_a_slab_is_what_bisection_finds() => Gen.Select(Gen.Double[0, 3], Gen.Double[0, 3], Gen.Double[0, 1]).Sample((below, above, part) =>
    {
        var target = part * (below + above) / 2;
        if (target <= 0)
            return;
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (below * middle + (above - below) * middle * middle / 2 < target)
                low = middle;
            else
                high = middle;
        }
        Assert.Equal(low, PolygonCutter.Share(below, above, target), 1e-7);
    }, iter: 2000, seed: "0000KDc4Hx31");

    [Fact]
    public void Cuts_along_edges_work_at_every_side_and_share()
    {
        foreach (var (quarter, share) in from quarter in Enumerable.Range(0, 4) from share in new[] { 1e-12, 0.25, 0.5, 0.75, 1 - 1e-9 } select (quarter, share))
        {
            var direction = Direction(quarter * Math.PI / 2);
            var cut = new PolygonCutter().Find(Square, direction, share, 1 - share, 1);
            Assert.Equal(4, Piece(Square, cut, true, share).Length);
            Assert.Equal(share, ConvexPolygon.Area(Piece(Square, cut, true, share)), 1e-15);
            Assert.Equal(1 - share, ConvexPolygon.Area(Piece(Square, cut, false, 1 - share)), 1e-15);
        }
    }

    [Fact]
    public void The_diameter_by_calipers_is_that_of_all_pairs() => Gen.Select(Gen.Int[3, 60], Gen.ULong).Sample((corners, seed) =>
    {
        var polygon = Polygon(corners, seed);
        var (first, second) = ConvexPolygon.DiameterByCalipers(polygon);
        Assert.Equal(ConvexPolygon.DiameterSquared(polygon), (polygon[first] - polygon[second]).LengthSquared, 1e-12);
    }, iter: 500, seed: "0000KDc4Hx31");

    [Fact]
    public void Measures_of_a_square_are_the_known_ones()
    {
        Assert.Equal((1, 2, 2), (ConvexPolygon.Area(Square), ConvexPolygon.DiameterSquared(Square), ConvexPolygon.Aspect(Square)));
        Assert.Equal(new PlanePoint(0.5, 0.5), ConvexPolygon.Centroid(Square));
        Assert.True(ConvexPolygon.Contains(Square, new(1, 0.5)));
        Assert.False(ConvexPolygon.Contains(Square, new(1.001, 0.5)));
        Assert.Equal((0, 0, double.PositiveInfinity), (ConvexPolygon.Area([]), ConvexPolygon.DiameterSquared([]), ConvexPolygon.Aspect([new(0, 0), new(1, 1)])));
    }

    internal static void AssertConvex(ReadOnlySpan<PlanePoint> polygon)
    {
        var scale = ConvexPolygon.DiameterSquared(polygon);
        for (var i = 0; i < polygon.Length; i++)
        {
            var (a, b, c) = (polygon[i], polygon[(i + 1) % polygon.Length], polygon[(i + 2) % polygon.Length]);
            Assert.True(PlanePoint.Cross(b - a, c - b) >= -1e-12 * scale, $"the corner {b} of {polygon.Length} turns the wrong way");
        }
    }

    private static PlanePoint[] Piece(PlanePoint[] polygon, PolygonCut cut, bool first, double area)
    {
        var piece = new PlanePoint[polygon.Length + 2];
        return piece[..PolygonCutter.Piece(polygon, cut, first, area, piece)];
    }

    private static PlanePoint Direction(double angle) => new(Math.Cos(angle), Math.Sin(angle));

    // Points of an ellipse in the order of their angles.
    private static PlanePoint[] Polygon(int corners, ulong seed)
    {
        var chance = new RandomStream(seed, "polygon");
        var (width, height) = (0.1 + chance.NextDouble(), 0.1 + chance.NextDouble());
        return [.. Enumerable.Range(0, corners).Select(i => 2 * Math.PI * (i + 0.9 * chance.NextDouble()) / corners).Select(angle => new PlanePoint(width * Math.Cos(angle), height * Math.Sin(angle)))];
    }
}
