using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Pruning;
using Sparseland.Language.Training;

namespace Sparseland.Language.Tuning;

/// <summary>The token sequences that fine-tuning learns from. Of each, the tokens that are marked as answers are learned, the others only read.</summary>
public sealed class TuningData
{
    // Windows over the data for statistics of activations.
    private const int StatisticsLength = 128;
    private const int StatisticsWindows = 64;

    private int[] _order = [];
    private long _orderEpoch = -1;
    private ulong _orderSeed;

    /// <summary>Wraps sequences.</summary>
    /// <param name="sequences">At least one, each of two tokens or more with an answer after its first token.</param>
    /// <param name="source">Where they come from, for reports.</param>
    /// <exception cref="InvalidSettingException">There is none, or one has nothing to learn.</exception>
    public TuningData(IReadOnlyList<TokenSequence> sequences, string source)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(source);
        if (sequences.Count == 0)
            throw new InvalidSettingException($"tuning data from {source}: there is nothing in it");
        for (var i = 0; i < sequences.Count; i++)
            if (sequences[i].Ids.Length != sequences[i].InAnswer.Length || !sequences[i].InAnswer.AsSpan(Math.Min(1, sequences[i].Ids.Length)).Contains(true))
                throw new InvalidSettingException($"tuning data from {source}: example {i + 1} has no answer to learn");
        (Sequences, Source) = (sequences, source);
        Hash = HashOf(sequences);
    }

    /// <summary>The sequences.</summary>
    public IReadOnlyList<TokenSequence> Sequences { get; }

    /// <summary>Where they come from.</summary>
    public string Source { get; }

    /// <summary>Hexadecimal digest of all tokens and marks.</summary>
    public string Hash { get; }

    /// <summary>Batch number <paramref name="index"/>: every epoch goes through all sequences once, in an order of its own.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="size">Sequences in it; the data may begin again inside a batch.</param>
    /// <param name="seed">Seeds the orders.</param>
    /// <param name="context">The longest sequence of inputs; what is beyond is cut off.</param>
    public TokenBatch Batch(long index, int size, ulong seed, int context)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var chosen = new TokenSequence[size];
        for (var i = 0; i < size; i++)
        {
            var place = index * size + i;
            chosen[i] = Sequences[Order(place / Sequences.Count, seed)[place % Sequences.Count]];
        }
        return TokenBatch.FromSequences(chosen, context);
    }

    /// <summary>The data without a share held out for validation, and that share; null when it would be less than one sequence.</summary>
    /// <param name="share">0 to below 1.</param>
    /// <param name="seed">Seeds the choice.</param>
    public (TuningData Trained, TuningData? HeldOut) Split(double share, ulong seed)
    {
        var count = (int)(Sequences.Count * share);
        if (count == 0)
            return (this, null);
        var order = Enumerable.Range(0, Sequences.Count).ToArray();
        new RandomStream(seed, "tuning held out").Shuffle<int>(order);
        return (new TuningData([.. order.Skip(count).Order().Select(i => Sequences[i])], Source), new TuningData([.. order.Take(count).Order().Select(i => Sequences[i])], Source));
    }

    /// <summary>Windows of equal length over all sequences end to end, to look at activations.</summary>
    internal CalibrationSet ToCalibration(int context)
    {
        var ids = Sequences.SelectMany(sequence => sequence.Ids).Take(StatisticsLength * StatisticsWindows).ToArray();
        var length = Math.Min(Math.Min(StatisticsLength, context), ids.Length);
        return new CalibrationSet([.. Enumerable.Range(0, ids.Length / length).Select(i => ids.AsSpan(i * length, length).ToArray())], Source);
    }

    private int[] Order(long epoch, ulong seed)
    {
        if (epoch == _orderEpoch && seed == _orderSeed)
            return _order;
        _order = [.. Enumerable.Range(0, Sequences.Count)];
        new RandomStream(seed, "tuning order", (ulong)epoch).Shuffle<int>(_order);
        (_orderEpoch, _orderSeed) = (epoch, seed);
        return _order;
    }

    private static string HashOf(IReadOnlyList<TokenSequence> sequences)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var sequence in sequences)
        {
            hash.AppendData(BitConverter.GetBytes(sequence.Ids.Length));
            hash.AppendData(MemoryMarshal.AsBytes<int>(sequence.Ids));
            hash.AppendData(MemoryMarshal.AsBytes<bool>(sequence.InAnswer));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
