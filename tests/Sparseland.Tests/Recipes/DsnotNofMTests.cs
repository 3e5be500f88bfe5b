using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class DsnotNofMTests
{
    [Theory]
    [InlineData(2, 4, true, false)]
    [InlineData(2, 4, false, false)]
    [InlineData(4, 8, true, true)]
    [InlineData(1, 16, true, false)]
    public void Every_group_keeps_its_count_and_the_error_is_that_of_the_mask(int keep, int group, bool sameSign, bool mustFall)
    {
        var layer = new ShiftedLayer();
        var pattern = new NofMPattern(keep, group);
        var scores = layer.Scores("wanda");
        var inputs = DsnotInputs.From(layer.Statistics);
        var first = MaskSelection.NofM(scores.Matrix, keep, group);
        var result = DsnotRefiner.Refine(layer.Weights.Matrix, first, inputs, new DsnotOptions { SameSign = sameSign, MustFall = mustFall }, pattern, scores);
        Assert.Null(pattern.FirstViolation(result.Mask));
        Assert.True(result.MeanSwaps > 0.5, $"{result.MeanSwaps} swaps per row");
        for (var row = 0; row < first.Rows; row++)
        {
            Assert.Equal(result.Swaps[row], PlainDsnot.Row(first, row).Zip(PlainDsnot.Row(result.Mask, row)).Count(pair => pair.Second && !pair.First));
            Assert.Equal(PlainDsnot.Error(layer.Weights, result.Mask, inputs, row), result.ErrorsAfter[row], 1e-4 * Math.Max(1, Math.Abs(result.ErrorsBefore[row])));
            if (mustFall)
                Assert.True(Math.Abs(result.ErrorsAfter[row]) <= Math.Abs(result.ErrorsBefore[row]));
            if (sameSign)
                Assert.True(result.ErrorsAfter[row] * result.ErrorsBefore[row] >= 0);
        }
    }

    [Fact]
    public void As_published_an_exchange_may_raise_the_error_and_the_option_passes_over_it()
    {
        // E = 1 from columns 1 and 3. The variances make column 1 (C = 0.1) the first to be revived, and its group gives up column 0 (C = 0.5): E becomes 1.4.
        var weights = new Tensor<float>(new Shape(1, 4), [0.5f, 0.1f, 0.2f, 0.9f]);
        var inputs = new DsnotInputs([1, 1, 1, 1], [1, 0.01, 1, 1], [1, 1, 1, 1]);
        var scores = new Tensor<float>(new Shape(1, 4), [9, 1, 9, 1]);
        var first = MaskSelection.NofM(scores.Matrix, 1, 2);
        DsnotResult Refine(bool mustFall, int cycles) =>
            DsnotRefiner.Refine(weights.Matrix, first, inputs, new DsnotOptions { MustFall = mustFall, Cycles = cycles }, new NofMPattern(1, 2), scores);
        var published = Refine(mustFall: false, cycles: 1);
        Assert.Equal([false, true, true, false], PlainDsnot.Row(published.Mask, 0));
        Assert.Equal(1.4, published.ErrorsAfter[0], 1e-6);
        // The next candidate, column 3 for column 2, lowers E to 0.3.
        var falling = Refine(mustFall: true, cycles: 2);
        Assert.Equal([true, false, false, true], PlainDsnot.Row(falling.Mask, 0));
        Assert.Equal(0.3, falling.ErrorsAfter[0], 1e-6);
    }

    [Fact]
    public void The_weight_that_goes_has_the_lowest_first_score_of_the_group_whatever_its_sign_and_a_revived_one_stays()
    {
        var weights = new Tensor<float>(new Shape(1, 4), [2, 1, 0.1f, -0.1f]);
        var inputs = new DsnotInputs([1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]);
        var scores = new Tensor<float>(new Shape(1, 4), [1, 2, 3, 4]);
        var first = MaskSelection.NofM(scores.Matrix, 2, 4);
        var result = DsnotRefiner.Refine(weights.Matrix, first, inputs, new DsnotOptions { Threshold = 0 }, new NofMPattern(2, 4), scores);
        // Column 0 comes for column 2, then column 1 for column 3: never for column 0 again.
        Assert.Equal([true, true, false, false], PlainDsnot.Row(result.Mask, 0));
        Assert.Equal(2, result.Swaps[0]);
    }
}
