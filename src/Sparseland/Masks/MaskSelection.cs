using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Masks;

/// <summary>
/// From scores to a mask: in every comparison group the entries with the lowest scores are pruned. Deterministic; independent of the number of threads.
/// The number pruned in a group of n is floor(n · sparsity), so a matrix never gets sparser than asked for (except by <see cref="SelectionMode.AtOrBelow"/>).
/// </summary>
public static partial class MaskSelection
{
    /// <summary>How many of n entries a sparsity prunes: floor(n · s), forgiving the last bits of a decimal fraction (0.29 of 100 is 29).</summary>
    public static int PrunedCount(long count, double sparsity) => checked((int)Math.Min(count, (long)Math.Floor(count * sparsity + 1e-9 * Math.Max(1, count * 1e-3))));

    /// <summary>A mask of any pattern.</summary>
    /// <param name="scores">One score per entry, none negative.</param>
    /// <param name="pattern">Which zeros are allowed.</param>
    /// <param name="sparsity">The fraction to prune; an N:M pattern has its own.</param>
    /// <param name="group">Who competes with whom; in an N:M pattern always the M columns.</param>
    /// <param name="mode">How many of a group go.</param>
    /// <exception cref="InvalidSettingException">The pattern does not divide the matrix.</exception>
    public static Mask Select(MatrixView<float> scores, Pattern pattern, double sparsity, ComparisonGroup group, SelectionMode mode = SelectionMode.Exact) => pattern switch
    {
        UnstructuredPattern => Unstructured(scores, sparsity, group, mode),
        NofMPattern nofm => NofM(scores, nofm.Keep, nofm.Group),
        BlockPattern block => Blocks(scores, block.Rows, block.Columns, sparsity, group, mode),
        _ => throw new UnsupportedException($"no selection for the pattern {pattern}"),
    };

    /// <summary>Single weights, wherever they are.</summary>
    /// <param name="scores">One score per entry; a higher one is kept longer.</param>
    /// <param name="sparsity">The fraction to prune, 0 to below 1.</param>
    /// <param name="group">Who competes with whom.</param>
    /// <param name="mode">How many of a group go.</param>
    /// <exception cref="NumericalException">A score is NaN.</exception>
    public static Mask Unstructured(MatrixView<float> scores, double sparsity, ComparisonGroup group, SelectionMode mode = SelectionMode.Exact)
    {
        CheckSparsity(sparsity);
        CheckScores(scores);
        if (mode == SelectionMode.Cumulative)
            return CumulativeSelection.Select(scores, sparsity);
        var mask = Mask.Full(scores.Rows, scores.Columns);
        if (sparsity == 0)
            return mask;
        switch (group.Scope)
        {
            case ComparisonScope.Row:
                WorkerPool.Run((scores.Rows + RowsPerPart - 1) / RowsPerPart, new RowWork(scores, mask, sparsity, mode));
                break;
            case ComparisonScope.Layer:
                PrunePanel(scores, 0, scores.Columns, mask, sparsity, mode);
                break;
            default:
                for (var first = 0; first < scores.Columns; first += group.Width)
                    PrunePanel(scores, first, Math.Min(group.Width, scores.Columns - first), mask, sparsity, mode);
                break;
        }
        scores.KeepAlive();
        return mask;
    }

    /// <summary>Prunes the lowest scores of all rows of some columns, in a mask that keeps them so far.</summary>
    internal static void PrunePanel(MatrixView<float> scores, int firstColumn, int columnCount, Mask mask, double sparsity, SelectionMode mode)
    {
        var panel = scores.Slice(0, scores.Rows, firstColumn, columnCount);
        var total = checked(panel.Rows * columnCount);
        var count = PrunedCount(total, sparsity);
        if (total == 0 || (count == 0 && mode == SelectionMode.Exact) || sparsity == 0)
            return;
        var scratch = new float[total];
        for (var row = 0; row < panel.Rows; row++)
            panel.Row(row).CopyTo(scratch.AsSpan(row * columnCount));
        var cut = Cut(scratch, count, mode, out var ties);
        for (var row = 0; row < panel.Rows; row++)
            ties -= Prune(panel.Row(row), cut, ties, mask.Row(row), firstColumn);
    }

    // The score of the rank where keeping begins, and how many entries that equal it still go.
    private static float Cut(Span<float> scratch, int count, SelectionMode mode, out int ties)
    {
        if (mode == SelectionMode.AtOrBelow)
        {
            ties = int.MaxValue;
            return QuickSelect.Select(scratch, Math.Min(count, scratch.Length - 1));
        }
        var cut = QuickSelect.Select(scratch, count - 1);
        var below = 0;
        foreach (var value in scratch)
            below += value < cut ? 1 : 0;
        ties = count - below;
        return cut;
    }

    // Returns how many ties were used up.
    private static int Prune(ReadOnlySpan<float> scores, float cut, int ties, Span<ulong> words, int firstColumn)
    {
        var used = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > cut || (scores[i] == cut && used >= ties))
                continue;
            if (scores[i] == cut)
                used++;
            var column = firstColumn + i;
            words[column >> 6] &= ~(1UL << (column & 63));
        }
        return ties == int.MaxValue ? 0 : used;
    }

    private static void CheckSparsity(double sparsity)
    {
        if (!(sparsity >= 0 && sparsity < 1))
            throw new InvalidSettingException($"sparsity {sparsity}: it is the fraction of weights to remove, from 0 to below 1");
    }

    private static void CheckScores(MatrixView<float> scores)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var values = scores.Row(row);
            // A sum of numbers that are not negative is NaN only if one of them is.
            if (!float.IsNaN(TensorPrimitives.Sum<float>(values)))
                continue;
            for (var i = 0; i < values.Length; i++)
                if (float.IsNaN(values[i]))
                    throw new NumericalException($"the score of row {row}, column {i} is not a number: the weights or the calibration activations hold NaN");
        }
    }

    private const int RowsPerPart = 16;

    private readonly struct RowWork(MatrixView<float> scores, Mask mask, double sparsity, SelectionMode mode) : IParallelWork
    {
        public void Run(int part)
        {
            var count = PrunedCount(scores.Columns, sparsity);
            if (count == 0 && mode == SelectionMode.Exact)
                return;
            var scratch = new float[scores.Columns];
            var last = Math.Min(scores.Rows, (part + 1) * RowsPerPart);
            for (var row = part * RowsPerPart; row < last; row++)
            {
                var values = scores.Row(row);
                values.CopyTo(scratch);
                var cut = Cut(scratch, count, mode, out var ties);
                Prune(values, cut, ties, mask.Row(row), 0);
            }
        }
    }
}
