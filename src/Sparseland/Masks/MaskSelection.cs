using System.Buffers;
using System.Runtime.Intrinsics;
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
                PrunePanel(scores, mask, 0, sparsity, mode);
                break;
            default:
                for (var first = 0; first < scores.Columns; first += group.Width)
                    PrunePanel(scores.Slice(0, scores.Rows, first, Math.Min(group.Width, scores.Columns - first)), mask, first, sparsity, mode);
                break;
        }
        scores.KeepAlive();
        return mask;
    }

    /// <summary>Prunes the lowest scores of all rows of some columns, in a mask that keeps them so far.</summary>
    /// <param name="scores">One score per entry of these columns.</param>
    /// <param name="mask">The mask of all columns.</param>
    /// <param name="firstColumn">The first of these columns in the mask.</param>
    /// <param name="sparsity">The fraction to prune.</param>
    /// <param name="mode">How many go.</param>
    internal static void PrunePanel(MatrixView<float> scores, Mask mask, int firstColumn, double sparsity, SelectionMode mode)
    {
        var total = checked(scores.Rows * scores.Columns);
        var count = PrunedCount(total, sparsity);
        if (total == 0 || (count == 0 && mode == SelectionMode.Exact) || sparsity == 0)
            return;
        var scratch = ArrayPool<float>.Shared.Rent(total);
        for (var row = 0; row < scores.Rows; row++)
            scores.Row(row).CopyTo(scratch.AsSpan(row * scores.Columns));
        var cut = Cut(scratch.AsSpan(0, total), count, mode, out var ties);
        ArrayPool<float>.Shared.Return(scratch);
        if (ties == AllTies)
            WorkerPool.Run((scores.Rows + RowsPerPart - 1) / RowsPerPart, new PanelWork(scores, mask, firstColumn, cut));
        else
            for (var row = 0; row < scores.Rows; row++)
                ties -= PruneInOrder(scores.Row(row), cut, ties, mask.Row(row), firstColumn);
    }

    // The score of the rank where keeping begins, and how many entries that equal it still go.
    private static float Cut(Span<float> scratch, int count, SelectionMode mode, out int ties)
    {
        if (mode == SelectionMode.AtOrBelow)
        {
            ties = AllTies;
            return QuickSelect.Select(scratch, Math.Min(count, scratch.Length - 1));
        }
        var cut = QuickSelect.Select(scratch, count - 1);
        var (below, upTo) = Count(scratch, cut);
        ties = upTo == count ? AllTies : count - below;
        return cut;
    }

    private static (int Below, int UpTo) Count(ReadOnlySpan<float> values, float cut)
    {
        var (below, upTo, i) = (0, 0, 0);
        if (Vector256.IsHardwareAccelerated)
        {
            var (limit, belows, upTos) = (Vector256.Create(cut), Vector256<int>.Zero, Vector256<int>.Zero);
            for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                // A comparison that holds is minus one.
                var value = Vector256.Create(values[i..]);
                belows -= Vector256.LessThan(value, limit).AsInt32();
                upTos -= Vector256.LessThanOrEqual(value, limit).AsInt32();
            }
            (below, upTo) = (Vector256.Sum(belows), Vector256.Sum(upTos));
        }
        for (; i < values.Length; i++)
        {
            below += values[i] < cut ? 1 : 0;
            upTo += values[i] <= cut ? 1 : 0;
        }
        return (below, upTo);
    }

    private static void Prune(ReadOnlySpan<float> scores, float cut, int ties, Span<ulong> words, int firstColumn)
    {
        if (ties == AllTies)
            PruneUpTo(scores, cut, words, firstColumn);
        else
            PruneInOrder(scores, cut, ties, words, firstColumn);
    }

    // Everything up to the cut goes: the words of the mask from comparisons of whole vectors.
    private static void PruneUpTo(ReadOnlySpan<float> scores, float cut, Span<ulong> words, int firstColumn)
    {
        for (var i = 0; i < scores.Length;)
        {
            var bit = (firstColumn + i) & 63;
            var length = Math.Min(64 - bit, scores.Length - i);
            words[(firstColumn + i) >> 6] &= ~(UpTo(scores.Slice(i, length), cut) << bit);
            i += length;
        }
    }

    private static ulong UpTo(ReadOnlySpan<float> scores, float cut)
    {
        var (bits, i) = (0UL, 0);
        if (Vector256.IsHardwareAccelerated)
            for (; i <= scores.Length - Vector256<float>.Count; i += Vector256<float>.Count)
                bits |= (ulong)Vector256.LessThanOrEqual(Vector256.Create(scores[i..]), Vector256.Create(cut)).ExtractMostSignificantBits() << i;
        for (; i < scores.Length; i++)
            bits |= scores[i] <= cut ? 1UL << i : 0;
        return bits;
    }

    // Of the entries that equal the cut the first so many go; returns how many did.
    private static int PruneInOrder(ReadOnlySpan<float> scores, float cut, int ties, Span<ulong> words, int firstColumn)
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
        return used;
    }

    private static void CheckSparsity(double sparsity)
    {
        if (!(sparsity >= 0 && sparsity < 1))
            throw new InvalidSettingException($"sparsity {sparsity}: it is the fraction of weights to remove, from 0 to below 1");
    }

    /// <summary>Scores that are not numbers have no rank.</summary>
    /// <exception cref="NumericalException">A score is NaN.</exception>
    internal static void CheckScores(MatrixView<float> scores)
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
    private const int AllTies = int.MaxValue;

    private readonly struct PanelWork(MatrixView<float> scores, Mask mask, int firstColumn, float cut) : IParallelWork
    {
        public void Run(int part)
        {
            var last = Math.Min(scores.Rows, (part + 1) * RowsPerPart);
            for (var row = part * RowsPerPart; row < last; row++)
                PruneUpTo(scores.Row(row), cut, mask.Row(row), firstColumn);
        }
    }

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
