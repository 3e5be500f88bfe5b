using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class SparseGptTests
{
    [Fact]
    public void A_sparsity_of_zero_leaves_every_bit()
    {
        var layer = new SyntheticLayer();
        var weights = layer.Weights.Copy();
        SparseGpt.PruneLayer(weights.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Sparsity = 0, Mode = SelectionMode.AtOrBelow });
        Assert.Equal(layer.Weights.Span.ToArray(), weights.Span.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public void The_block_size_changes_nothing_for_a_given_mask(int blockSize)
    {
        var layer = new SyntheticLayer(rows: 20);
        var mask = RandomMask(20, 128, 0.5);
        var expected = layer.Weights.Copy();
        var actual = layer.Weights.Copy();
        var first = SparseGpt.PruneLayer(expected.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Mask = mask });
        var second = SparseGpt.PruneLayer(actual.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Mask = mask, BlockSize = blockSize });
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected.Span[i], actual.Span[i], 1e-10);
        Assert.Equal(first.Loss, second.Loss, 1e-8 * first.Loss);
    }

    [Fact]
    public void Pruning_the_first_column_alone_is_the_formula_of_optimal_brain_surgery()
    {
        var layer = new SyntheticLayer(rows: 6, columns: 24, rank: 8);
        var inverseRow = InverseRow(layer, 0, 0);
        var weights = layer.Weights.Copy();
        SparseGpt.PruneLayer(weights.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Mask = AllBut(6, 24, 0), BlockSize = 8 });
        for (var row = 0; row < 6; row++)
            for (var j = 0; j < 24; j++)
                Assert.Equal(layer.Weights.Matrix[row, j] - layer.Weights.Matrix[row, 0] * inverseRow[j] / inverseRow[0], weights.Matrix[row, j], 1e-10);
    }

    [Fact]
    public void Pruning_one_column_leaves_those_before_it_and_fits_those_behind_it_by_least_squares()
    {
        const int pruned = 10;
        var layer = new SyntheticLayer(rows: 5, columns: 24, rank: 8);
        var inverseRow = InverseRow(layer, pruned, pruned);
        var weights = layer.Weights.Copy();
        SparseGpt.PruneLayer(weights.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Mask = AllBut(5, 24, pruned) });
        for (var row = 0; row < 5; row++)
            for (var j = 0; j < 24; j++)
            {
                var expected = layer.Weights.Matrix[row, j];
                if (j >= pruned)
                    expected -= layer.Weights.Matrix[row, pruned] * inverseRow[j - pruned] / inverseRow[0];
                Assert.Equal(expected, weights.Matrix[row, j], 1e-10);
            }
    }

    [Fact]
    public void With_white_inputs_it_is_magnitude_pruning_without_an_update()
    {
        var layer = new SyntheticLayer(rows: 16, columns: 128);
        var identity = new Tensor<double>(new Shape(128, 128));
        for (var j = 0; j < 128; j++)
            identity.Matrix[j, j] = 1;
        var weights = layer.Weights.Copy();
        var result = SparseGpt.PruneLayer(weights.Matrix, identity.Matrix, new SparseGptOptions { Sparsity = 0.6 });
        var scores = SyntheticLayer.ToFloat(layer.Weights);
        TensorPrimitives.Abs<float>(scores.Span, scores.Span);
        var expected = MaskSelection.Unstructured(scores.Matrix, 0.6, ComparisonGroup.Layer);
        Assert.Equal(expected.Words.ToArray(), result.Mask.Words.ToArray());
        var masked = layer.Weights.Copy();
        expected.Apply(masked.Matrix);
        Assert.Equal(masked.Span.ToArray(), weights.Span.ToArray());
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(4, 8)]
    [InlineData(1, 4)]
    [InlineData(5, 16)]
    public void N_of_M_keeps_exactly_N_of_every_group(int keep, int group)
    {
        var layer = new SyntheticLayer(rows: 8);
        var weights = layer.Weights.Copy();
        var result = SparseGpt.PruneLayer(weights.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Keep = keep, Group = group });
        for (var row = 0; row < 8; row++)
            for (var first = 0; first < 128; first += group)
            {
                Assert.Equal(keep, Enumerable.Range(first, group).Count(j => result.Mask[row, j]));
                Assert.Equal(keep, Enumerable.Range(first, group).Count(j => weights.Matrix[row, j] != 0));
            }
    }

    [Fact]
    public void A_group_is_chosen_when_its_first_column_is_reached_with_the_weights_as_they_are_then()
    {
        // Two equal channels: pruning one makes the other twice as heavy, which original weights would not show.
        var hessian = new Tensor<double>(new Shape(4, 4), [1, 0, 0.999, 0, 0, 1, 0, 0, 0.999, 0, 1, 0, 0, 0, 0, 1]);
        var weights = new Tensor<double>(new Shape(1, 4), [1, 1.1, 0.5, 1.2]);
        var result = SparseGpt.PruneLayer(weights.Matrix, hessian.Matrix, new SparseGptOptions { Keep = 1, Group = 2, BlockSize = 4, Damping = 0 });
        Assert.False(result.Mask[0, 0]);
        Assert.True(result.Mask[0, 2]);
        Assert.Equal(1.499, weights.Matrix[0, 2], 1e-3);
    }

    [Fact]
    public void Least_squares_on_its_mask_is_a_lower_bound_of_its_error()
    {
        var layer = new SyntheticLayer(rows: 8, columns: 64, rank: 16);
        var weights = layer.Weights.Copy();
        var result = SparseGpt.PruneLayer(weights.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Sparsity = 0.5 });
        Assert.True(layer.RelativeError(LeastSquares(layer, result.Mask)) <= layer.RelativeError(weights));
    }

    [Fact]
    public void Joint_quantisation_puts_every_kept_weight_on_its_rows_grid_and_errs_less_than_rounding_afterwards()
    {
        var layer = new SyntheticLayer(rows: 16);
        var joint = layer.Weights.Copy();
        SparseGpt.PruneLayer(joint.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Sparsity = 0.5, QuantizationBits = 4 });
        for (var row = 0; row < 16; row++)
            Assert.InRange(joint.Matrix.Row(row).ToArray().Distinct().Count(), 2, 16);
        var after = layer.Weights.Copy();
        SparseGpt.PruneLayer(after.Matrix, layer.Hessian.Matrix, new SparseGptOptions { Sparsity = 0.5 });
        var grids = RowGrid<double>.Of(after.Matrix, 4);
        for (var row = 0; row < 16; row++)
            foreach (ref var value in after.Matrix.Row(row))
                value = grids[row].Round(value);
        Assert.True(layer.RelativeError(joint) < layer.RelativeError(after));
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        var layer = new SyntheticLayer(rows: 4);
        void Prune(SparseGptOptions options) => SparseGpt.PruneLayer(layer.Weights.Copy().Matrix, layer.Hessian.Matrix, options);
        Assert.Throws<InvalidSettingException>(() => Prune(new SparseGptOptions { Sparsity = 1 }));
        Assert.Throws<InvalidSettingException>(() => Prune(new SparseGptOptions { Keep = 1, Group = 3, BlockSize = 3 }));
        Assert.Throws<InvalidSettingException>(() => Prune(new SparseGptOptions { Keep = 2, Group = 4, BlockSize = 6 }));
        Assert.Throws<ArgumentException>(() => Prune(new SparseGptOptions { Mask = new Mask(3, 3) }));
    }

    private static Mask RandomMask(int rows, int columns, double density)
    {
        var chance = new RandomStream(3, "mask");
        var mask = new Mask(rows, columns);
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                mask[row, column] = chance.NextDouble() < density;
        return mask;
    }

    private static Mask AllBut(int rows, int columns, int pruned)
    {
        var mask = Mask.Full(rows, columns);
        for (var row = 0; row < rows; row++)
            mask[row, pruned] = false;
        return mask;
    }

    // Row `row` of the inverse of the damped Hessian of the columns from `first` on.
    private static double[] InverseRow(SyntheticLayer layer, int row, int first)
    {
        var columns = layer.Hessian.Shape.Columns;
        var mean = Enumerable.Range(0, columns).Average(j => layer.Hessian.Matrix[j, j]);
        var rest = new double[columns - first, columns - first];
        for (var i = first; i < columns; i++)
            for (var j = first; j < columns; j++)
                rest[i - first, j - first] = layer.Hessian.Matrix[i, j] + (i == j ? 0.01 * mean : 0);
        var unit = new double[columns - first];
        unit[row - first] = 1;
        return LinearSystem.Solve(rest, unit);
    }

    private static Tensor<double> LeastSquares(SyntheticLayer layer, Mask mask)
    {
        var fitted = new Tensor<double>(layer.Weights.Shape);
        for (var row = 0; row < mask.Rows; row++)
        {
            var kept = Enumerable.Range(0, mask.Columns).Where(column => mask[row, column]).ToArray();
            var matrix = new double[kept.Length, kept.Length];
            var right = new double[kept.Length];
            for (var i = 0; i < kept.Length; i++)
            {
                for (var j = 0; j < kept.Length; j++)
                    matrix[i, j] = layer.Hessian.Matrix[kept[i], kept[j]];
                for (var j = 0; j < mask.Columns; j++)
                    right[i] += layer.Hessian.Matrix[kept[i], j] * layer.Weights.Matrix[row, j];
            }
            var solution = LinearSystem.Solve(matrix, right);
            for (var i = 0; i < kept.Length; i++)
                fitted.Matrix[row, kept[i]] = solution[i];
        }
        return fitted;
    }
}
