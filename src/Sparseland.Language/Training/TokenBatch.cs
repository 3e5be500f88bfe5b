namespace Sparseland.Language.Training;

/// <summary>Tokens of a story or of a window over several.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="InAnswer">For each, whether it belongs to an answer.</param>
public readonly record struct TokenSequence(int[] Ids, bool[] InAnswer);

/// <summary>Sequences of equal length for one micro-batch.</summary>
/// <param name="Ids">Token ids, sequence after sequence: count x length.</param>
/// <param name="Targets">The token that follows each id, or −100 where nothing is asked.</param>
/// <param name="AnswerTargets">The same where the token that follows belongs to an answer, −100 elsewhere.</param>
/// <param name="Count">Number of sequences.</param>
/// <param name="Length">Tokens of each, padding included.</param>
public sealed record TokenBatch(int[] Ids, int[] Targets, int[] AnswerTargets, int Count, int Length)
{
    /// <summary>The target that asks nothing.</summary>
    public const int Ignore = -100;

    /// <summary>Lays sequences side by side; shorter ones are padded at the end.</summary>
    /// <param name="sequences">Tokens, each sequence with its begin and end token; the last token is only a target.</param>
    /// <param name="context">Longest sequence of inputs; what is beyond is cut off.</param>
    public static TokenBatch FromSequences(IReadOnlyList<TokenSequence> sequences, int context)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var length = Math.Min(context, sequences.Max(sequence => sequence.Ids.Length - 1));
        var ids = new int[sequences.Count * length];
        var targets = new int[ids.Length];
        var answers = new int[ids.Length];
        targets.AsSpan().Fill(Ignore);
        answers.AsSpan().Fill(Ignore);
        for (var s = 0; s < sequences.Count; s++)
        {
            var sequence = sequences[s];
            var count = Math.Min(length, sequence.Ids.Length - 1);
            sequence.Ids.AsSpan(0, count).CopyTo(ids.AsSpan(s * length));
            sequence.Ids.AsSpan(1, count).CopyTo(targets.AsSpan(s * length));
            for (var t = 0; t < count; t++)
                if (sequence.InAnswer[t + 1])
                    answers[s * length + t] = sequence.Ids[t + 1];
        }
        return new TokenBatch(ids, targets, answers, sequences.Count, length);
    }
}
