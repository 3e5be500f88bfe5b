using Sparseland.Chance;

namespace Sparseland.Language.Training;

/// <summary>
/// The endless sequence of micro-batches that a seed makes out of stories. Stories come in pools; a pool is sorted by length and cut into batches of whole stories
/// that waste little padding, or laid end to end in windows of the whole context. Batch n is always the same batch, wherever one starts.
/// </summary>
/// <param name="story">The tokens of story number n, begin and end tokens included. Called in ascending order of n from one thread at a time.</param>
/// <param name="context">The model's context.</param>
/// <param name="batchTokens">Tokens of a batch, padding included.</param>
/// <param name="packedShare">The fraction of pools that are laid end to end.</param>
/// <param name="seed">Seed of the order.</param>
public sealed class StoryBatches(Func<long, TokenSequence> story, int context, int batchTokens, double packedShare, ulong seed)
{
    private const int PoolStories = 512;

    private readonly List<TokenBatch> _pool = [];
    private long _poolStart;
    private long _nextPool;

    /// <summary>Batch number <paramref name="index"/>. Ascending indexes are cheap; going back starts again from the first.</summary>
    public TokenBatch this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            if (index < _poolStart)
                (_poolStart, _nextPool) = (0, Clear());
            while (index >= _poolStart + _pool.Count)
            {
                _poolStart += _pool.Count;
                Fill(_nextPool++);
            }
            return _pool[(int)(index - _poolStart)];
        }
    }

    private long Clear()
    {
        _pool.Clear();
        return 0;
    }

    private void Fill(long pool)
    {
        _pool.Clear();
        var sequences = new TokenSequence[PoolStories];
        for (var i = 0; i < PoolStories; i++)
            sequences[i] = story(pool * PoolStories + i);
        var chance = new RandomStream(seed, "story batches", (ulong)pool);
        if (chance.NextDouble() < packedShare)
            AddPacked(sequences);
        else
            AddWhole(sequences);
        chance.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pool));
    }

    private void AddWhole(TokenSequence[] sequences)
    {
        var batch = new List<TokenSequence>();
        foreach (var sequence in sequences.OrderBy(sequence => sequence.Ids.Length))
        {
            // Sorted by length, so this sequence sets the batch's length.
            if (batch.Count > 0 && (batch.Count + 1) * Math.Min(context, sequence.Ids.Length - 1) > batchTokens)
                Flush(batch);
            batch.Add(sequence);
        }
        Flush(batch);
    }

    // A window begins with a story and is filled up with the next ones; the last is cut off at the end, and the next window begins with the one after it.
    private void AddPacked(TokenSequence[] sequences)
    {
        var windows = new List<TokenSequence>();
        var (window, inAnswer) = (new List<int>(), new List<bool>());
        foreach (var sequence in sequences)
        {
            window.AddRange(sequence.Ids);
            inAnswer.AddRange(sequence.InAnswer);
            if (window.Count <= context)
                continue;
            windows.Add(new TokenSequence([.. window.Take(context + 1)], [.. inAnswer.Take(context + 1)]));
            window.Clear();
            inAnswer.Clear();
            if (windows.Count * context + context > batchTokens)
                Flush(windows);
        }
        Flush(windows);
    }

    private void Flush(List<TokenSequence> sequences)
    {
        if (sequences.Count > 0)
            _pool.Add(TokenBatch.FromSequences(sequences, context));
        sequences.Clear();
    }
}
