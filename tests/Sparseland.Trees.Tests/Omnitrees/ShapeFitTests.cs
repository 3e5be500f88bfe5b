using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Trees.Tests.Omnitrees;

public class ShapeFitTests
{
    private static readonly ShapeFitOptions Small = new() { BaseSize = 64, ErrorSamples = 1 << 14 };

    // Bisected along x alone, l times at the bound: boxes grow by one with each level, and the box at x = 1/3 has a third of it on the smaller side.
    [Fact]
    public void A_slab_is_approached_by_one_box_a_level_with_the_error_of_its_last_box()
    {
        var slab = new PredicateShape(3, x => x[0] < 1 / 3.0);
        var fit = ShapeFit.Grow(slab, Small with { Boxes = 9, BaseSize = 512, ErrorSamples = 1 << 18 });
        Assert.Equal(9, fit.Shape.Tree.BoxCount);
        Assert.Equal(8, Enumerable.Range(0, 9).Max(box => fit.Shape.Tree.LocationOf(fit.Shape.Tree.NodeOf(box)).Level(0)));
        Assert.All(fit.Shape.Tree.Boxes(), box => Assert.Equal((0, 0), (box.Level(1), box.Level(2))));
        Assert.Equal(1 / 3.0 / 256, fit.Curve[^1].Error, 0.0004);
        var octree = ShapeFit.Grow(slab, Small with { Boxes = 600, Criterion = ShapeCriterion.Octree });
        Assert.All(octree.Shape.Tree.Boxes(), box => Assert.Equal((box.Level(0), box.Level(0)), (box.Level(1), box.Level(2))));
        Assert.True(octree.Shape.Tree.IsUniform);
        Assert.Equal(8 * ((octree.Shape.Tree.BoxCount - 1) / 7) + 1, octree.Shape.Tree.NodeCount);
        Assert.InRange(octree.BoxesAt(1 / 48.0 + 0.002) / fit.BoxesAt(1 / 48.0 + 0.002), 10, 100);
    }

    // Bounds on eighths: exact once all eight bounds are there.
    [Theory]
    [InlineData(ShapeCriterion.Omni1)]
    [InlineData(ShapeCriterion.TwoTier)]
    [InlineData(ShapeCriterion.OmniFull)]
    [InlineData(ShapeCriterion.Octree)]
    public void A_cuboid_on_eighths_is_found_exactly(ShapeCriterion criterion)
    {
        var cuboid = new PredicateShape(3, x => x[0] >= 0.25 && x[0] < 0.625 && x[1] >= 0.5 && x[1] < 0.875 && x[2] < 0.125);
        var fit = ShapeFit.Grow(cuboid, Small with { Boxes = 600, Criterion = criterion });
        Assert.Equal(0, fit.Curve[^1].Error);
        Assert.Equal(0.375 * 0.375 * 0.125, fit.Shape.Tree.Boxes().Where((_, box) => fit.Shape.IsOccupied(box)).Sum(box => box.Volume));
    }

    [Fact]
    public void Boxes_that_no_single_dimension_explains_are_bisected_all_the_same()
    {
        var checkers = new PredicateShape(3, x => (x[0] < 0.5) != (x[1] < 0.5) != (x[2] < 0.5));
        foreach (var criterion in new[] { ShapeCriterion.Omni1, ShapeCriterion.TwoTier, ShapeCriterion.OmniFull })
            Assert.Equal("111 000 000 000 000 000 000 000 000", ShapeFit.Grow(checkers, Small with { Boxes = 8, Criterion = criterion }).Shape.Tree.ToString());
    }

    [Fact]
    public void Growth_is_the_same_for_any_number_of_threads()
    {
        var ball = new PredicateShape(3, x => (x[0] - 0.4) * (x[0] - 0.4) + (x[1] - 0.5) * (x[1] - 0.5) + (x[2] - 0.6) * (x[2] - 0.6) < 0.1);
        ShapeFitResult? first = null;
        ThreadCounts.Each(() =>
        {
            var fit = ShapeFit.Grow(ball, Small with { Boxes = 200 });
            first ??= fit;
            Assert.Equal(first.Shape.Tree, fit.Shape.Tree);
            Assert.Equal(first.Shape.Occupancy, fit.Shape.Occupancy);
            Assert.Equal(first.Curve, fit.Curve);
        });
    }

    [Fact]
    public void The_curve_stops_at_every_doubling_and_its_error_is_that_of_the_body()
    {
        var ball = new PredicateShape(2, x => (x[0] - 0.4) * (x[0] - 0.4) + (x[1] - 0.5) * (x[1] - 0.5) < 0.1);
        var fit = ShapeFit.Grow(ball, Small with { Boxes = 100 });
        Assert.Equal([8, 16, 32, 64, 100], fit.Curve.Select(step => step.Boxes));
        Assert.InRange(fit.Slope, -1.2, -0.7);
        Assert.Equal(fit.Curve[^1].Error, new ShapeError(ball, Small.ErrorSamples, Small.Seed).Measure(fit.Shape));
        Assert.Equal(fit.Shape.Bits, fit.Curve[^1].Bits);
        Assert.Equal(2 * fit.Shape.Tree.NodeCount + 100, fit.Shape.Bits);
        Assert.Equal(32, fit.BoxesAt(fit.Curve[2].Error), 6);
        Assert.InRange(fit.BoxesAt((fit.Curve[2].Error + fit.Curve[3].Error) / 2), 33, 63);
        Assert.Equal(double.PositiveInfinity, fit.BoxesAt(1e-9));
        // Both sides of the circle's bound, and never more on one than on the other by much.
        Assert.InRange(fit.Shape.InformationDensity, 0.8, 1);
    }

    [Fact]
    public void What_is_empty_or_full_stays_one_box()
    {
        foreach (var full in new[] { false, true })
        {
            var fit = ShapeFit.Grow(new PredicateShape(4, _ => full), Small with { Boxes = 50 });
            Assert.Equal(("0000", full, 0.0), (fit.Shape.Tree.ToString(), fit.Shape.IsOccupied(0), fit.Curve[^1].Error));
            Assert.Equal(double.NaN, fit.Slope);
        }
    }

    [Fact]
    public void No_box_is_finer_than_the_deepest_level()
    {
        var slab = new PredicateShape(2, x => x[0] < 1 / 3.0);
        var fit = ShapeFit.Grow(slab, Small with { Boxes = 50, MaximumLevel = 3, Criterion = ShapeCriterion.Octree });
        Assert.Equal(3, fit.Shape.Tree.Boxes().Max(box => box.Level(0)));
        fit = ShapeFit.Grow(slab, Small with { Boxes = 50, MaximumLevel = 3 });
        Assert.True(fit.Shape.Tree.Boxes().All(box => box.Level(0) <= 3 && box.Level(1) <= 3));
    }

    [Fact]
    public void A_slice_of_a_body_answers_as_the_body_does()
    {
        var fit = ShapeFit.Grow(new PredicateShape(3, x => x[0] + x[1] < x[2] + 0.5), Small with { Boxes = 60 });
        var slice = fit.Shape.Slice(2, 0.4);
        var (answers, expected) = (new bool[1], new bool[1]);
        foreach (var (x, y) in from i in Enumerable.Range(0, 16) from j in Enumerable.Range(0, 16) select ((i + 0.5) / 16, (j + 0.5) / 16))
        {
            slice.Inside([x, y], answers);
            fit.Shape.Inside([x, y, 0.4], expected);
            Assert.Equal(expected, answers);
        }
    }

    [Fact]
    public void Growth_tells_how_far_it_is_and_can_be_stopped()
    {
        var reports = new List<ProgressReport>();
        var ball = new PredicateShape(2, x => (x[0] - 0.4) * (x[0] - 0.4) + (x[1] - 0.5) * (x[1] - 0.5) < 0.1);
        ShapeFit.Grow(ball, Small with { Boxes = 300, Curve = false }, new Listener(reports.Add));
        var growing = reports.Where(report => report.Stage == "growing").Select(report => report.Done).ToArray();
        Assert.Equal(growing.Order(), growing);
        Assert.Equal((300, 300), (growing[^1], reports[^1].Done));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ShapeFit.Grow(ball, Small with { Boxes = 300 }, new Listener(_ => stop.Cancel()), stop.Token));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var body = new PredicateShape(3, _ => true);
        foreach (var options in new[] { Small with { Boxes = 0 }, Small with { BaseSize = 100 }, Small with { Bins = 1 }, Small with { Floor = 2 }, Small with { MaximumLevel = 63 }, Small with { ErrorSamples = -1 } })
            Assert.Throws<InvalidSettingException>(() => ShapeFit.Grow(body, options));
        Assert.Throws<InvalidSettingException>(() => ShapeFit.Grow(new PredicateShape(9, _ => true), Small));
        Assert.Throws<InvalidSettingException>(() => ShapeFit.Grow(new PredicateShape(7, _ => true), Small with { Criterion = ShapeCriterion.OmniFull }));
        Assert.Throws<OperationCanceledException>(() => ShapeFit.Grow(body, Small, null, new(canceled: true)));
    }

    [Fact]
    public void Entropy_is_one_bit_at_a_half_and_none_at_the_ends()
    {
        Assert.Equal((0.0, 1.0, 0.0), (OmnitreeShape.Entropy(0), OmnitreeShape.Entropy(0.5), OmnitreeShape.Entropy(1)));
        Assert.Equal(0.811278, OmnitreeShape.Entropy(0.25), 6);
        Assert.Throws<MismatchException>(() => new OmnitreeShape(Omnitree.Regular(1, 1), [true]));
    }

    private sealed class Listener(Action<ProgressReport> heard) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => heard(value);
    }
}
