using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Recipes;

public class DsnotRefinerTests
{
    private static readonly DsnotOptions WithoutSignCheck = new() { SameSign = false };

    [Theory]
    [InlineData("wanda", 0.5, true)]
    [InlineData("wanda", 0.7, false)]
    [InlineData("magnitude", 0.7, true)]
    [InlineData("sparsegpt", 0.6, false)]
    public void Every_row_keeps_its_count_and_the_error_kept_up_to_date_is_the_error_of_the_mask(string score, double sparsity, bool sameSign)
    {
        var layer = new ShiftedLayer();
        var inputs = DsnotInputs.From(layer.Statistics);
        var first = layer.First(score, sparsity);
        var result = DsnotRefiner.Refine(layer.Weights.Matrix, first, inputs, new DsnotOptions { SameSign = sameSign });
        Assert.True(result.MeanSwaps > 0.5, $"{result.MeanSwaps} swaps per row");
        for (var row = 0; row < first.Rows; row++)
        {
            var (before, after) = (PlainDsnot.Row(first, row), PlainDsnot.Row(result.Mask, row));
            Assert.Equal(before.Count(kept => kept), after.Count(kept => kept));
            Assert.Equal(result.Swaps[row], before.Zip(after).Count(pair => pair.Second && !pair.First));
            var scale = Math.Max(1, Math.Abs(result.ErrorsBefore[row]));
            Assert.Equal(PlainDsnot.Error(layer.Weights, first, inputs, row), result.ErrorsBefore[row], 1e-4 * scale);
            Assert.Equal(PlainDsnot.Error(layer.Weights, result.Mask, inputs, row), result.ErrorsAfter[row], 1e-4 * scale);
        }
    }

    [Fact]
    public void With_the_sign_check_no_exchange_of_any_row_raises_its_error_or_turns_it()
    {
        var layer = new ShiftedLayer();
        var inputs = DsnotInputs.From(layer.Statistics);
        var first = layer.First("wanda", 0.7);
        var last = DsnotRefiner.Refine(layer.Weights.Matrix, first, inputs, new DsnotOptions { Cycles = 0 }).ErrorsAfter;
        for (var cycles = 1; cycles <= 30; cycles++)
        {
            // A run of fewer cycles is the beginning of a longer one.
            var now = DsnotRefiner.Refine(layer.Weights.Matrix, first, inputs, new DsnotOptions { Cycles = cycles, Threshold = 0 }).ErrorsAfter;
            for (var row = 0; row < now.Length; row++)
                Assert.True(Math.Abs(now[row]) <= Math.Abs(last[row]) && now[row] * last[row] >= 0, $"row {row}, cycle {cycles}: {last[row]} to {now[row]}");
            last = now;
        }
    }

    [Fact]
    public void No_cycles_or_an_endless_threshold_leave_the_mask()
    {
        var layer = new ShiftedLayer(rows: 8);
        var first = layer.First("wanda", 0.5);
        foreach (var options in new[] { new DsnotOptions { Cycles = 0 }, new DsnotOptions { Threshold = double.MaxValue }, new DsnotOptions { Threshold = double.PositiveInfinity, RelativeThreshold = false } })
        {
            var result = DsnotRefiner.Refine(layer.Weights.Matrix, first, DsnotInputs.From(layer.Statistics), options);
            Assert.Equal(first.Words.ToArray(), result.Mask.Words.ToArray());
            Assert.Equal(result.ErrorsBefore, result.ErrorsAfter);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_first_exchange_is_the_best_of_all_single_ones(double power)
    {
        var exchanged = 0;
        for (var seed = 0UL; seed < 100; seed++)
        {
            var (weights, inputs, first) = SmallRow(seed);
            var result = DsnotRefiner.Refine(weights.Matrix, first, inputs, new DsnotOptions { Cycles = 1, Threshold = 0, VariancePower = power, SameSign = false });
            var contributions = Enumerable.Range(0, first.Columns).Select(j => weights.Matrix[0, j] * inputs.Sums[j]).ToArray();
            var sign = Math.Sign(result.ErrorsBefore[0]);
            var best = (Grow: -1, Prune: -1, Gain: double.NegativeInfinity, Cost: 0.0);
            for (var g = 0; g < first.Columns; g++)
                for (var q = 0; q < first.Columns; q++)
                {
                    if (first[0, g] || !first[0, q] || sign * contributions[g] <= 0 || sign * contributions[q] >= 0)
                        continue;
                    var (gain, cost) = (sign * contributions[g] / Math.Pow(inputs.Variances[g], power), Math.Abs(weights.Matrix[0, q]) * inputs.Norms[q]);
                    if (gain > best.Gain || (gain == best.Gain && cost < best.Cost))
                        best = (g, q, gain, cost);
                }
            var expected = first.Copy();
            if (best.Grow >= 0)
                (expected[0, best.Grow], expected[0, best.Prune]) = (true, false);
            Assert.Equal(expected.Words.ToArray(), result.Mask.Words.ToArray());
            exchanged += result.Swaps[0];
        }
        Assert.True(exchanged > 50, $"{exchanged} of 100 rows had an exchange to judge");
    }

    [Theory]
    [InlineData(true, 50)]
    [InlineData(false, 50)]
    [InlineData(false, 3)]
    [InlineData(false, 1000)]
    public void All_exchanges_are_those_of_whole_sorted_lists(bool sameSign, int cycles)
    {
        var layer = new ShiftedLayer(columns: 200);
        var inputs = DsnotInputs.From(layer.Statistics);
        var options = new DsnotOptions { SameSign = sameSign, Cycles = cycles, Threshold = 0.5, RelativeThreshold = false };
        foreach (var score in new[] { "wanda", "magnitude" })
        {
            var first = layer.First(score, 0.6);
            var result = DsnotRefiner.Refine(layer.Weights.Matrix, first, inputs, options);
            for (var row = 0; row < first.Rows; row++)
                Assert.Equal(PlainDsnot.Refine(layer.Weights.Matrix.Row(row), PlainDsnot.Row(first, row), inputs, options, 0.5), PlainDsnot.Row(result.Mask, row));
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_mask()
    {
        var layer = new ShiftedLayer(rows: 100);
        var first = layer.First("wanda", 0.7);
        var threads = WorkerPool.ThreadCount;
        try
        {
            ulong[] Words(int count)
            {
                WorkerPool.ThreadCount = count;
                return DsnotRefiner.Refine(layer.Weights.Matrix, first, DsnotInputs.From(layer.Statistics), WithoutSignCheck).Mask.Words.ToArray();
            }
            Assert.Equal(Words(1), Words(2));
            Assert.Equal(Words(1), Words(7));
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.7)]
    public void Where_channels_have_means_the_mean_error_falls_to_half_and_the_squared_error_falls_too(double sparsity)
    {
        var layer = new ShiftedLayer();
        var first = layer.First("wanda", sparsity);
        var refined = DsnotRefiner.Refine(layer.Weights.Matrix, first, DsnotInputs.From(layer.Statistics), new DsnotOptions()).Mask;
        Assert.True(layer.MeanError(refined) < layer.MeanError(first) / 2, $"{layer.MeanError(first)} to {layer.MeanError(refined)}");
        Assert.True(layer.SquaredError(refined) < layer.SquaredError(first), $"{layer.SquaredError(first)} to {layer.SquaredError(refined)}");
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.7)]
    public void Without_the_sign_check_the_mean_error_falls_but_the_squared_error_rises(double sparsity)
    {
        var layer = new ShiftedLayer();
        var first = layer.First("wanda", sparsity);
        var refined = DsnotRefiner.Refine(layer.Weights.Matrix, first, DsnotInputs.From(layer.Statistics), WithoutSignCheck with { Threshold = 0.1, RelativeThreshold = false }).Mask;
        Assert.True(layer.MeanError(refined) < layer.MeanError(first), $"{layer.MeanError(first)} to {layer.MeanError(refined)}");
        Assert.True(layer.SquaredError(refined) > 1.5 * layer.SquaredError(first), $"{layer.SquaredError(first)} to {layer.SquaredError(refined)}");
    }

    [Fact]
    public void Where_means_are_near_zero_it_cannot_help()
    {
        var layer = new ShiftedLayer(shift: 0);
        var first = layer.First("wanda", 0.5);
        var refined = DsnotRefiner.Refine(layer.Weights.Matrix, first, DsnotInputs.From(layer.Statistics), new DsnotOptions()).Mask;
        Assert.True(layer.SquaredError(refined) >= 0.99 * layer.SquaredError(first), $"{layer.SquaredError(first)} to {layer.SquaredError(refined)}");
    }

    [Fact]
    public void Rows_without_anything_to_exchange_are_counted_and_left()
    {
        var layer = new ShiftedLayer(rows: 6);
        var first = layer.First("wanda", 0.5);
        first.Row(1).Clear();
        first.FillRow(4);
        var result = DsnotRefiner.Refine(layer.Weights.Matrix, first, DsnotInputs.From(layer.Statistics), new DsnotOptions());
        Assert.Equal(2, result.SkippedRows);
        Assert.Equal((0, 0), (result.Swaps[1], result.Swaps[4]));
        Assert.Equal(first.Row(1).ToArray(), result.Mask.Row(1).ToArray());
        Assert.Equal(first.Row(4).ToArray(), result.Mask.Row(4).ToArray());
    }

    [Fact]
    public void A_channel_that_never_varies_is_revived_before_all_others()
    {
        var weights = new Tensor<float>(new Shape(1, 4), [1, 1, 1, -1]);
        var first = new Mask(1, 4);
        (first[0, 2], first[0, 3]) = (true, true);
        var result = DsnotRefiner.Refine(weights.Matrix, first, new DsnotInputs([5, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]), new DsnotOptions { Cycles = 1 });
        Assert.Equal([false, true, true, false], PlainDsnot.Row(result.Mask, 0));
    }

    [Fact]
    public void What_is_not_finite_or_does_not_fit_is_refused()
    {
        var layer = new ShiftedLayer(rows: 4);
        var first = layer.First("wanda", 0.5);
        var inputs = DsnotInputs.From(layer.Statistics);
        Assert.Throws<ArgumentException>(() => DsnotRefiner.Refine(layer.Weights.Matrix, new Mask(4, 9), inputs, new DsnotOptions()));
        Assert.Throws<ArgumentException>(() => DsnotRefiner.Refine(layer.Weights.Matrix, first, inputs, new DsnotOptions(), new NofMPattern(2, 4)));
        var pruned = Array.IndexOf(PlainDsnot.Row(first, 2), false);
        layer.Weights.Matrix[2, pruned] = float.NaN;
        Assert.Contains("row 2", Assert.Throws<NumericalException>(() => DsnotRefiner.Refine(layer.Weights.Matrix, first, inputs, new DsnotOptions())).Message);
        Assert.Throws<NumericalException>(() => DsnotInputs.From(new LayerStatistics(3, StatisticsKind.Moments)));
    }

    private static (Tensor<float> Weights, DsnotInputs Inputs, Mask First) SmallRow(ulong seed)
    {
        const int columns = 10;
        var chance = new RandomStream(seed, "small row");
        var weights = new Tensor<float>(new Shape(1, columns));
        chance.FillNormal(weights.Span);
        var inputs = new DsnotInputs([.. Enumerable.Range(0, columns).Select(_ => chance.NextNormal())], [.. Enumerable.Range(0, columns).Select(_ => 0.1 + chance.NextDouble())],
            [.. Enumerable.Range(0, columns).Select(_ => 0.1 + chance.NextDouble())]);
        var first = new Mask(1, columns);
        for (var column = 0; column < columns; column++)
            first[0, column] = chance.NextInt(2) == 0;
        return (weights, inputs, first);
    }
}
