namespace Sparseland.Language.Training;

/// <summary>Sequences of equal length for one micro-batch.</summary>
/// <param name="Ids">Token ids, sequence after sequence: count x length.</param>
/// <param name="Targets">The token that follows each id, or −100 where nothing is asked.</param>
/// <param name="Count">Number of sequences.</param>
/// <param name="Length">Tokens of each, padding included.</param>
public sealed record TokenBatch(int[] Ids, int[] Targets, int Count, int Length)
{
    /// <summary>The target that asks nothing.</summary>
    public const int Ignore = -100;

    /// <summary>Lays sequences side by side; shorter ones are padded at the end.</summary>
    /// <param name="sequences">Token ids, each with its begin and end token; the last token is only a target.</param>
    /// <param name="context">Longest sequence of inputs; what is beyond is cut off.</param>
    public static TokenBatch FromSequences(IReadOnlyList<int[]> sequences, int context)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var length = Math.Min(context, sequences.Max(sequence => sequence.Length - 1));
        var ids = new int[sequences.Count * length];
        var targets = new int[ids.Length];
        targets.AsSpan().Fill(Ignore);
        for (var s = 0; s < sequences.Count; s++)
        {
            var count = Math.Min(length, sequences[s].Length - 1);
            sequences[s].AsSpan(0, count).CopyTo(ids.AsSpan(s * length));
            sequences[s].AsSpan(1, count).CopyTo(targets.AsSpan(s * length));
        }
        return new TokenBatch(ids, targets, sequences.Count, length);
    }
}
