using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class LayerStatisticsTests
{
    private const StatisticsKind All = StatisticsKind.SumOfSquares | StatisticsKind.Moments | StatisticsKind.Gram;

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(300)]
    public void Sums_equal_direct_computation_whatever_the_batches(int columns)
    {
        var inputs = Inputs(90, columns);
        var statistics = new LayerStatistics(columns, All);
        statistics.Add(inputs.Matrix.SliceRows(0, 30), 1);
        statistics.Add(inputs.Matrix.SliceRows(30, 0), 0);
        statistics.Add(inputs.Matrix.SliceRows(30, 60), 2);
        Assert.Equal((90, 3), (statistics.TokenCount, statistics.SequenceCount));
        for (var j = 0; j < columns; j++)
        {
            var column = Enumerable.Range(0, 90).Select(t => (double)inputs.Matrix[t, j]).ToArray();
            Assert.Equal(column.Sum(x => x * x), statistics.SumOfSquares[j], 1e-3);
            Assert.Equal(column.Average(), statistics.Mean[j], 1e-9);
            Assert.Equal(column.Sum(x => (x - column.Average()) * (x - column.Average())), statistics.SquaredDeviation[j], 1e-6);
            for (var i = 0; i < columns; i += 37)
            {
                var expected = Enumerable.Range(0, 90).Sum(t => (double)inputs.Matrix[t, i] * inputs.Matrix[t, j]);
                Assert.Equal(expected, statistics.Gram[i, j], 1e-3);
                Assert.Equal(statistics.Gram[i, j], statistics.Gram[j, i]);
            }
        }
    }

    [Fact]
    public void The_norms_divide_by_sequences_and_can_be_read_from_the_Gram_matrix()
    {
        var inputs = Inputs(40, 5);
        var squares = new LayerStatistics(5, StatisticsKind.SumOfSquares);
        var gram = new LayerStatistics(5, StatisticsKind.Gram);
        squares.Add(inputs.Matrix, 4);
        gram.Add(inputs.Matrix, 4);
        var norms = new double[5];
        var other = new double[5];
        squares.ChannelNorms(norms);
        gram.ChannelNorms(other);
        for (var j = 0; j < 5; j++)
        {
            Assert.Equal(Math.Sqrt(Enumerable.Range(0, 40).Sum(t => (double)inputs.Matrix[t, j] * inputs.Matrix[t, j]) / 4), norms[j], 1e-5);
            Assert.Equal(norms[j], other[j], 1e-5);
        }
        Assert.Throws<InvalidOperationException>(() => squares.Gram);
    }

    [Fact]
    public void What_was_saved_reads_back_bit_for_bit()
    {
        var statistics = new LayerStatistics(33, All);
        statistics.Add(Inputs(20, 33).Matrix, 2);
        var stream = new MemoryStream();
        statistics.Save(stream);
        stream.Position = 0;
        var read = LayerStatistics.Load(stream, "memory");
        Assert.Equal((statistics.Columns, statistics.Kinds, statistics.TokenCount, statistics.SequenceCount), (read.Columns, read.Kinds, read.TokenCount, read.SequenceCount));
        Assert.Equal(statistics.SumOfSquares.ToArray(), read.SumOfSquares.ToArray());
        Assert.Equal(statistics.Mean.ToArray(), read.Mean.ToArray());
        Assert.Equal(statistics.Gram.Row(7).ToArray(), read.Gram.Row(7).ToArray());
        Assert.Throws<InvalidFileException>(() => LayerStatistics.Load(new MemoryStream(stream.ToArray()[..^1]), "memory"));
        Assert.Throws<InvalidFileException>(() => LayerStatistics.Load(new MemoryStream([1, 2, 3]), "memory"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1300)]
    public void Every_fourth_run_of_tokens_is_held_out_wherever_batches_end(int batch)
    {
        const int tokens = 1300;
        var inputs = Inputs(tokens, 3);
        var statistics = new LayerStatistics(3, All | StatisticsKind.HeldOut);
        for (var first = 0; first < tokens; first += batch)
            statistics.Add(inputs.Matrix.SliceRows(first, Math.Min(batch, tokens - first)), 1);
        var heldOut = Enumerable.Range(0, tokens).Where(t => t % 512 >= 384).ToArray();
        var rest = Enumerable.Range(0, tokens).Except(heldOut).ToArray();
        Assert.Equal(heldOut.Length, statistics.HeldOut.TokenCount);
        var remaining = statistics.RemainingMoments();
        Assert.Equal((tokens, rest.Length), (statistics.TokenCount, remaining.TokenCount));
        for (var j = 0; j < 3; j++)
        {
            var mean = rest.Average(t => (double)inputs.Matrix[t, j]);
            Assert.Equal(mean, remaining.Mean[j], 1e-9);
            Assert.Equal(rest.Sum(t => (inputs.Matrix[t, j] - mean) * (inputs.Matrix[t, j] - mean)), remaining.SquaredDeviation[j], 1e-6);
            for (var i = 0; i < 3; i++)
                Assert.Equal(heldOut.Sum(t => (double)inputs.Matrix[t, i] * inputs.Matrix[t, j]), statistics.HeldOut.Gram[i, j], 1e-3);
        }
        Assert.Throws<InvalidOperationException>(() => new LayerStatistics(3, All).HeldOut);
    }

    [Fact]
    public void Held_out_statistics_are_saved_with_the_others()
    {
        var statistics = new LayerStatistics(5, StatisticsKind.Moments | StatisticsKind.HeldOut);
        statistics.Add(Inputs(600, 5).Matrix, 6);
        var stream = new MemoryStream();
        statistics.Save(stream);
        stream.Position = 0;
        var read = LayerStatistics.Load(stream, "memory");
        Assert.Equal(statistics.RemainingMoments().Mean, read.RemainingMoments().Mean);
        Assert.Equal(128, read.HeldOut.TokenCount);
        Assert.Equal(statistics.HeldOut.Gram.Row(3).ToArray(), read.HeldOut.Gram.Row(3).ToArray());
        var other = stream.ToArray();
        // The number of channels in the inner header: after the outer header, mean and deviation, and the inner mark.
        other[32 + 80 + 8] = 4;
        Assert.Throws<InvalidFileException>(() => LayerStatistics.Load(new MemoryStream(other), "memory"));
    }

    [Fact]
    public void An_input_that_is_not_a_number_is_refused()
    {
        var inputs = Inputs(8, 3);
        inputs.Matrix[5, 1] = float.NaN;
        Assert.Contains("token 5", Assert.Throws<NumericalException>(() => new LayerStatistics(3, StatisticsKind.SumOfSquares).Add(inputs.Matrix, 1)).Message);
    }

    private static Tensor<float> Inputs(int tokens, int columns)
    {
        var inputs = new Tensor<float>(new Shape(tokens, columns));
        new RandomStream(2, "inputs").FillNormal(inputs.Span);
        foreach (ref var value in inputs.Span)
            value += 0.5f;
        return inputs;
    }
}
