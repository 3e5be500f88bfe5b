using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Masks;

public class MaskSelectionTests
{
    [Theory]
    [InlineData(100, 0.29, 29)]
    [InlineData(10, 0.7, 7)]
    [InlineData(5, 0.5, 2)]
    [InlineData(1000000, 0.6, 600000)]
    [InlineData(7, 0, 0)]
    public void A_sparsity_prunes_the_floor_of_its_share(int count, double sparsity, int pruned) =>
        Assert.Equal(pruned, MaskSelection.PrunedCount(count, sparsity));

    [Fact]
    public void Every_group_loses_exactly_its_share_and_only_its_lowest_scores()
    {
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 150], Gen.Double[0, 0.99], Gen.Int[0, 2]).Sample((rows, columns, sparsity, scope) =>
        {
            var scores = Scores(rows, columns, distinct: 20);
            var group = scope switch { 0 => ComparisonGroup.Layer, 1 => ComparisonGroup.Row, _ => ComparisonGroup.Columns(16) };
            var mask = MaskSelection.Unstructured(scores.Matrix, sparsity, group);
            foreach (var cells in Groups(rows, columns, group))
            {
                var pruned = cells.Where(cell => !mask[cell.Row, cell.Column]).ToArray();
                var expected = cells.OrderBy(cell => scores.Matrix[cell.Row, cell.Column]).Take(MaskSelection.PrunedCount(cells.Length, sparsity));
                Assert.Equal(expected.Order(), pruned.Order());
            }
        }, seed: "0N0XIzNsQ0O2", iter: 200);
    }

    [Theory]
    [InlineData(0.5, 1 << 20)]
    [InlineData(0.9, 1 << 20)]
    [InlineData(0.5, 20)]
    public void A_layer_of_many_weights_loses_exactly_its_share_and_only_its_lowest_scores(double sparsity, int distinct)
    {
        var scores = Scores(150, 203, distinct);
        var mask = MaskSelection.Unstructured(scores.Matrix, sparsity, ComparisonGroup.Layer);
        var cells = Enumerable.Range(0, 150 * 203).ToArray();
        var expected = cells.OrderBy(cell => scores.Span[cell]).Take(MaskSelection.PrunedCount(cells.Length, sparsity));
        Assert.Equal(expected.Order(), cells.Where(cell => !mask[cell / 203, cell % 203]));
    }

    [Fact]
    public void At_or_below_takes_all_ties_and_a_sparsity_of_zero_takes_nothing()
    {
        var scores = new Tensor<float>(new Shape(1, 6), [1, 1, 1, 2, 3, 4]);
        Assert.Equal(3, MaskSelection.Unstructured(scores.Matrix, 0.2, ComparisonGroup.Row, SelectionMode.AtOrBelow).KeptCount);
        Assert.Equal(5, MaskSelection.Unstructured(scores.Matrix, 0.2, ComparisonGroup.Row).KeptCount);
        Assert.Equal(6, MaskSelection.Unstructured(scores.Matrix, 0, ComparisonGroup.Row, SelectionMode.AtOrBelow).KeptCount);
    }

    [Fact]
    public void The_cumulative_mode_prunes_rows_with_a_long_tail_more()
    {
        var scores = new Tensor<float>(new Shape(2, 1000));
        for (var j = 0; j < 1000; j++)
        {
            scores.Matrix[0, j] = 1;
            scores.Matrix[1, j] = j < 900 ? 0.01f : 10;
        }
        var mask = MaskSelection.Unstructured(scores.Matrix, 0.6, ComparisonGroup.Row, SelectionMode.Cumulative);
        Assert.InRange(mask.Sparsity, 0.597, 0.603);
        Assert.True(Kept(mask, 1) < Kept(mask, 0));
    }

    [Fact]
    public void N_of_M_keeps_the_N_highest_of_every_group()
    {
        Gen.Select(Gen.Int[1, 8], Gen.Int[2, 32]).Sample((rows, group) =>
        {
            var keep = 1 + group / 3;
            var scores = Scores(rows, group * 5, distinct: 6);
            var mask = MaskSelection.NofM(scores.Matrix, keep, group);
            for (var row = 0; row < rows; row++)
                for (var first = 0; first < group * 5; first += group)
                {
                    var columns = Enumerable.Range(first, group).ToArray();
                    var kept = columns.Where(column => mask[row, column]).ToArray();
                    Assert.Equal(keep, kept.Length);
                    Assert.True(kept.Min(column => scores.Matrix[row, column]) >= columns.Except(kept).Select(column => scores.Matrix[row, column]).DefaultIfEmpty(float.MinValue).Max());
                }
        }, seed: "0N0XIzNsQ0O2", iter: 100);
    }

    [Fact]
    public void Blocks_go_as_one_and_those_with_the_lowest_sums_go()
    {
        var scores = Scores(8, 32, distinct: 1000);
        var mask = MaskSelection.Blocks(scores.Matrix, 2, 8, 0.5, ComparisonGroup.Layer);
        var sums = new List<(float Sum, bool Kept)>();
        for (var row = 0; row < 8; row += 2)
            for (var column = 0; column < 32; column += 8)
            {
                var sum = 0f;
                for (var i = 0; i < 16; i++)
                {
                    sum += scores.Matrix[row + i / 8, column + i % 8];
                    Assert.Equal(mask[row, column], mask[row + i / 8, column + i % 8]);
                }
                sums.Add((sum, mask[row, column]));
            }
        Assert.Equal(8, sums.Count(block => block.Kept));
        Assert.True(sums.Where(block => block.Kept).Min(block => block.Sum) >= sums.Where(block => !block.Kept).Max(block => block.Sum));
    }

    [Fact]
    public void Bad_settings_are_named()
    {
        var scores = Scores(4, 10, distinct: 100);
        Assert.Contains("1.2", Assert.Throws<InvalidSettingException>(() => MaskSelection.Unstructured(scores.Matrix, 1.2, ComparisonGroup.Row)).Message);
        Assert.Contains("has 10", Assert.Throws<InvalidSettingException>(() => MaskSelection.NofM(scores.Matrix, 2, 4)).Message);
        Assert.Contains("4 x 10", Assert.Throws<InvalidSettingException>(() => MaskSelection.Blocks(scores.Matrix, 3, 5, 0.5, ComparisonGroup.Row)).Message);
        scores.Matrix[2, 7] = float.NaN;
        Assert.Contains("row 2, column 7", Assert.Throws<NumericalException>(() => MaskSelection.Unstructured(scores.Matrix, 0.5, ComparisonGroup.Row)).Message);
        Assert.Throws<InvalidSettingException>(() => ComparisonGroup.Parse("columns 0"));
        Assert.Equal(ComparisonGroup.Columns(128), ComparisonGroup.Parse("columns 128"));
    }

    private static int Kept(Mask mask, int row) => Enumerable.Range(0, mask.Columns).Count(column => mask[row, column]);

    private static Tensor<float> Scores(int rows, int columns, int distinct)
    {
        var chance = new RandomStream(1, "scores");
        var scores = new Tensor<float>(new Shape(rows, columns));
        foreach (ref var score in scores.Span)
            score = chance.NextInt(distinct);
        return scores;
    }

    private static IEnumerable<(int Row, int Column)[]> Groups(int rows, int columns, ComparisonGroup group)
    {
        var cells = Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, columns).Select(column => (Row: row, Column: column)));
        return cells.GroupBy(cell => group.Scope switch { ComparisonScope.Layer => 0, ComparisonScope.Row => cell.Row, _ => cell.Column / group.Width }).Select(cells => cells.ToArray());
    }
}
