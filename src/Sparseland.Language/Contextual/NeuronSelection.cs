using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Language.Models;

namespace Sparseland.Language.Contextual;

/// <summary>Picks the neurons with the largest scores.</summary>
public static class NeuronSelection
{
    /// <summary>How many of some neurons a share stands for when it is the kept one that is rounded down (at least one).</summary>
    public static int KeptCount(int neurons, double keep) => Math.Clamp((int)(keep * neurons), 1, neurons);

    /// <summary>How many of some neurons stay when the dropped share is rounded down.</summary>
    public static int KeptCountAfterDropping(int neurons, double keep) => neurons - Math.Clamp((int)((1 - keep) * neurons), 0, neurons - 1);

    /// <summary>The numbers of the largest scores, ascending; of equal scores the first.</summary>
    /// <param name="scores">Scores of 0 or more.</param>
    /// <param name="selected">As many as shall be picked, at most one per score.</param>
    public static void Largest(ReadOnlySpan<float> scores, Span<int> selected)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(selected.Length, scores.Length, nameof(selected));
        if (selected.IsEmpty)
            return;
        var bits = MemoryMarshal.Cast<float, int>(scores);
        // Floats of one sign order as their bits do: the threshold is found bit by bit, each with one pass of counting, which vectors do faster than any exchange of elements.
        var threshold = 0;
        for (var bit = 1 << 30; bit > 0; bit >>= 1)
            if (CountAtLeast(bits, threshold | bit) >= selected.Length)
                threshold |= bit;
        var ties = selected.Length - (threshold == int.MaxValue ? 0 : CountAtLeast(bits, threshold + 1));
        var count = 0;
        for (var i = 0; i < bits.Length && count < selected.Length; i++)
            if (bits[i] > threshold || (bits[i] == threshold && ties-- > 0))
                selected[count++] = i;
    }

    /// <summary>The numbers of the largest scores as an array.</summary>
    public static int[] Largest(ReadOnlySpan<float> scores, int count)
    {
        var selected = new int[count];
        Largest(scores, selected);
        return selected;
    }

    /// <summary>A fixed choice for every block, made of scores, as a path with compact layers.</summary>
    internal static CompactFeedForward ByScore(ContextualRequest request, Func<int, float[]> scores) => new(request.Model,
        [.. Enumerable.Range(0, request.Model.Blocks.Count).Select(block => Largest(scores(block), KeptCount(request.Model.Configuration.ShapeOf(block).FeedForwardWidth, request.Keep)))]);

    /// <summary>The share of parameters that a fixed choice leaves.</summary>
    internal static double CompactShare(TransformerConfiguration configuration, int block, double keep)
    {
        var neurons = configuration.ShapeOf(block).FeedForwardWidth;
        return KeptCount(neurons, keep) / (double)neurons;
    }

    private static int CountAtLeast(ReadOnlySpan<int> values, int least)
    {
        var count = 0;
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var sums = Vector<int>.Zero;
            var bound = new Vector<int>(least);
            for (; i <= values.Length - Vector<int>.Count; i += Vector<int>.Count)
                sums -= Vector.GreaterThanOrEqual(new Vector<int>(values[i..]), bound);
            count = Vector.Sum(sums);
        }
        for (; i < values.Length; i++)
            count += values[i] >= least ? 1 : 0;
        return count;
    }
}
