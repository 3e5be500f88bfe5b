using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Masks;

public static partial class MaskSelection
{
    /// <summary>N:M: in every row, of every <paramref name="group"/> consecutive columns the <paramref name="keep"/> with the highest scores stay.</summary>
    /// <param name="scores">One score per entry.</param>
    /// <param name="keep">How many of a group stay (the papers' code counts those that go).</param>
    /// <param name="group">Columns in a group; divides the columns; 2 to 32.</param>
    /// <exception cref="InvalidSettingException">The group does not divide the columns.</exception>
    public static Mask NofM(MatrixView<float> scores, int keep, int group)
    {
        new NofMPattern(keep, group).Validate(scores.Rows, scores.Columns);
        CheckScores(scores);
        var mask = new Mask(scores.Rows, scores.Columns);
        for (var row = 0; row < scores.Rows; row++)
        {
            var values = scores.Row(row);
            for (var first = 0; first < values.Length; first += group)
                for (var kept = KeepHighest(values.Slice(first, group), keep); kept != 0; kept &= kept - 1)
                    mask[row, first + System.Numerics.BitOperations.TrailingZeroCount(kept)] = true;
        }
        scores.KeepAlive();
        return mask;
    }

    /// <summary>Blocks of rows by columns that stay or go as one; a block's score is the sum of its entries' scores.</summary>
    /// <param name="scores">One score per entry, none negative.</param>
    /// <param name="blockRows">Rows of a block; divides the rows.</param>
    /// <param name="blockColumns">Columns of a block; divides the columns.</param>
    /// <param name="sparsity">The fraction of blocks to prune.</param>
    /// <param name="group">Who competes: blocks of the same rows, of the matrix, or of a run of columns (rounded to whole blocks).</param>
    /// <param name="mode">How many of a group go.</param>
    /// <exception cref="InvalidSettingException">The block does not divide the matrix.</exception>
    public static Mask Blocks(MatrixView<float> scores, int blockRows, int blockColumns, double sparsity, ComparisonGroup group,
        SelectionMode mode = SelectionMode.Exact)
    {
        new BlockPattern(blockRows, blockColumns).Validate(scores.Rows, scores.Columns);
        CheckScores(scores);
        var sums = new Tensor<float>(new Shape(scores.Rows / blockRows, scores.Columns / blockColumns));
        var reduced = sums.Matrix;
        for (var row = 0; row < scores.Rows; row++)
            for (var block = 0; block < reduced.Columns; block++)
                reduced[row / blockRows, block] += TensorPrimitives.Sum<float>(scores.Row(row).Slice(block * blockColumns, blockColumns));
        var width = Math.Max(1, group.Width / blockColumns);
        var blocks = Unstructured(reduced, sparsity, group.Scope == ComparisonScope.Columns ? ComparisonGroup.Columns(width) : group, mode);
        var mask = new Mask(scores.Rows, scores.Columns);
        for (var row = 0; row < scores.Rows; row++)
            for (var column = 0; column < scores.Columns; column++)
                if (blocks[row / blockRows, column / blockColumns])
                    mask[row, column] = true;
        scores.KeepAlive();
        return mask;
    }

    /// <summary>The bits of the highest scores of a short group; of equal scores the later stays, as a stable ascending sort prunes the earlier.</summary>
    internal static ulong KeepHighest(ReadOnlySpan<float> scores, int keep)
    {
        var kept = 0UL;
        for (var i = 0; i < scores.Length; i++)
        {
            // Counted without branches: which score is higher cannot be guessed.
            var (score, above) = (scores[i], 0);
            for (var j = 0; j < i; j++)
                above += scores[j] > score ? 1 : 0;
            for (var j = i + 1; j < scores.Length; j++)
                above += scores[j] >= score ? 1 : 0;
            kept |= (above < keep ? 1UL : 0UL) << i;
        }
        return kept;
    }
}
