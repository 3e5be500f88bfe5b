using System.Numerics;
using CsCheck;
using Sparseland.Errors;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Tests.Octrees;

namespace Sparseland.Trees.Tests.Keys;

public class PointBoundsTests
{
    [Fact]
    public void Corners_are_those_of_one_point_after_the_other_for_any_number_of_points() => Gen.Select(Gen.Int[1, 70], Gen.ULong).Sample((count, seed) =>
    {
        var points = Scenes.Points(count, seed);
        Assert.True(PointBounds.TryFind(points, out var lower, out var upper));
        Assert.Equal((points.Aggregate(Vector3.Min), points.Aggregate(Vector3.Max)), (lower, upper));
    }, iter: 300, seed: "0000KDc4Hx31");

    [Fact]
    public void Many_points_are_bounded_alike_by_any_number_of_threads()
    {
        var points = Scenes.Points(200_003, 3);
        points[^1] = new(-5, 7, 0.5f);
        ThreadCounts.Each(() =>
        {
            Assert.True(PointBounds.TryFind(points, out var lower, out var upper));
            Assert.Equal((points.Aggregate(Vector3.Min), points.Aggregate(Vector3.Max)), (lower, upper));
        });
    }

    [Fact]
    public void A_coordinate_that_is_not_finite_is_noticed_and_named_wherever_it_stands() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[0, 89], Gen.Int[0, 2]).Sample((count, place, kind) =>
        {
            var points = Scenes.Points(count, 4);
            var bad = place / 3 % count;
            points[bad][place % 3] = kind switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
            Assert.False(PointBounds.TryFind(points, out _, out _));
            Assert.Contains($"point {bad} of {count}", Assert.Throws<NumericalException>(() => Cube.Around(points)).Message, StringComparison.Ordinal);
        }, iter: 300, seed: "0000KDc4Hx31");
}
