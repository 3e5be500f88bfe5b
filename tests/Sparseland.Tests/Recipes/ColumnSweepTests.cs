using System.Numerics;
using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Recipes;

public class ColumnSweepTests
{
    // Rows that fill no vector, a vector and several; columns that end inside a kernel's step, a block and a group.
    [Theory]
    [InlineData(1, 4, 128)]
    [InlineData(3, 20, 128)]
    [InlineData(16, 130, 128)]
    [InlineData(33, 64, 13)]
    [InlineData(70, 97, 32)]
    [InlineData(130, 40, 6)]
    public void With_a_given_mask_it_is_the_loop_over_single_columns(int rows, int columns, int blockSize)
    {
        var chance = new RandomStream(2, "mask");
        var mask = new Mask(rows, columns);
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                mask[row, column] = chance.NextDouble() < 0.6;
        Check(rows, columns, new SparseGptOptions { Mask = mask, BlockSize = blockSize });
    }

    [Theory]
    [InlineData(2, 4, 48)]
    [InlineData(1, 2, 16)]
    [InlineData(2, 3, 21)]
    [InlineData(3, 5, 20)]
    [InlineData(4, 8, 128)]
    [InlineData(5, 16, 32)]
    [InlineData(9, 32, 64)]
    public void Groups_are_chosen_as_the_loop_over_single_columns_chooses_them(int keep, int group, int blockSize)
    {
        Check(37, group * 5, new SparseGptOptions { Keep = keep, Group = group, BlockSize = blockSize });
        Check(2, group * 2, new SparseGptOptions { Keep = keep, Group = group, BlockSize = blockSize, QuantizationBits = 4 });
    }

    [Theory]
    [InlineData(24, 64)]
    [InlineData(13, 100)]
    [InlineData(128, 130)]
    public void Single_weights_are_chosen_block_by_block_from_the_weights_as_they_are_then(int blockSize, int columns)
    {
        Check(45, columns, new SparseGptOptions { Sparsity = 0.55, BlockSize = blockSize });
        Check(45, columns, new SparseGptOptions { Sparsity = 0.5, BlockSize = blockSize, QuantizationBits = 5 });
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_threads()
    {
        var layer = new SyntheticLayer(rows: 200, columns: 192);
        var threads = WorkerPool.ThreadCount;
        var results = new List<(float[] Weights, ulong[] Mask, double Loss)>();
        try
        {
            for (var count = 1; count <= 3; count++)
            {
                WorkerPool.ThreadCount = count;
                var weights = SyntheticLayer.ToFloat(layer.Weights);
                var result = SparseGpt.PruneLayer(weights.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Sparsity = 0.5 });
                results.Add((weights.Span.ToArray(), result.Mask.Words.ToArray(), result.Loss));
            }
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
        Assert.All(results, result =>
        {
            Assert.Equal(results[0].Weights, result.Weights);
            Assert.Equal(results[0].Mask, result.Mask);
            Assert.Equal(results[0].Loss, result.Loss);
        });
    }

    private static void Check(int rows, int columns, SparseGptOptions options)
    {
        var layer = new SyntheticLayer(rows, columns, rank: 8, noise: 0.5);
        var factor = HessianFactor.Compute(layer.Hessian.Matrix);
        var (expected, mask, loss) = OneByOne(layer.Weights, factor, options);
        var actual = layer.Weights.Copy();
        var result = SparseGpt.PruneLayer(actual.Matrix, factor, options);
        Assert.Equal(mask, Enumerable.Range(0, rows * columns).Select(i => result.Mask[i / columns, i % columns]));
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected.Span[i], actual.Span[i], 1e-9);
        Assert.Equal(loss, result.Loss, 1e-9 * (1 + loss));
        if (options.Mask is null)
            return;
        // In float the choices may differ, not what a given mask leads to.
        var single = SyntheticLayer.ToFloat(layer.Weights);
        SparseGpt.PruneLayer(single.Matrix, factor, options);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected.Span[i], single.Span[i], 2e-4 * (1 + Math.Abs(expected.Span[i])));
    }

    // The authors' loop without blocks, for the choice of single weights with them.
    private static (Tensor<double> Weights, bool[] Mask, double Loss) OneByOne(Tensor<double> original, HessianFactor factor, SparseGptOptions options)
    {
        var (rows, columns) = (original.Shape.Rows, original.Shape.Columns);
        var (weights, upper) = (original.Copy(), factor.Upper.Matrix);
        var mask = Enumerable.Range(0, rows * columns).Select(i => options.Mask?[i / columns, i % columns] ?? true).ToArray();
        var grids = options.QuantizationBits > 0 ? RowGrid<double>.Of(original.Matrix, options.QuantizationBits) : [];
        var loss = 0.0;
        double Score(int row, int column) => Math.Pow(weights.Matrix[row, column] / upper[column, column], 2);
        for (var column = 0; column < columns; column++)
        {
            if (options is { Mask: null, Group: 0 } && column % options.BlockSize == 0)
                Prune(Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(column, Math.Min(options.BlockSize, columns - column)).Select(j => (row, j))), options.Sparsity);
            if (options is { Mask: null, Group: > 0 } && column % options.Group == 0)
                for (var row = 0; row < rows; row++)
                    Prune(Enumerable.Range(column, options.Group).Select(j => (row, j)), 1 - (double)options.Keep / options.Group);
            for (var row = 0; row < rows; row++)
            {
                var value = weights.Matrix[row, column];
                var target = !mask[row * columns + column] ? 0 : grids.Length > 0 ? grids[row].Round(value) : value;
                var error = (value - target) / upper[column, column];
                for (var j = column; j < columns; j++)
                    weights.Matrix[row, j] -= error * upper[column, j];
                weights.Matrix[row, column] = target;
                loss += error * error / 2;
            }
        }
        return (weights, mask, loss);

        void Prune(IEnumerable<(int Row, int Column)> cells, double sparsity)
        {
            var all = cells.ToArray();
            foreach (var (row, column) in all.OrderBy(cell => Score(cell.Row, cell.Column)).Take(MaskSelection.PrunedCount(all.Length, sparsity)))
                mask[row * columns + column] = false;
        }
    }
}
