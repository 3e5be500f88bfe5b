using Sparseland.Chance;
using Sparseland.Errors;

namespace Sparseland.Language.Generation;

/// <summary>
/// Chooses the next token from logits by the settings. Equal logits, settings and seed give equal tokens; ties go to the smaller id.
/// Makes no garbage. Not thread-safe: one per text.
/// </summary>
public sealed class Sampler
{
    private readonly GenerationSettings _settings;
    private readonly RandomStream _random;
    private readonly ulong[] _seen;
    private readonly int[] _seenTokens;
    private readonly float[] _weights;
    private readonly ulong[] _candidates;
    private int _seenCount;

    /// <summary>A sampler that has seen nothing.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="vocabularySize">Number of logits.</param>
    /// <exception cref="InvalidSettingException">A value outside its range.</exception>
    public Sampler(GenerationSettings settings, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        settings.Validate();
        _settings = settings;
        _random = new RandomStream(settings.Seed, "sampling");
        var penalises = settings.RepetitionPenalty != 1;
        _seen = new ulong[penalises ? (vocabularySize + 63) / 64 : 0];
        _seenTokens = new int[penalises ? vocabularySize : 0];
        var draws = settings.Temperature > 0;
        _weights = new float[draws ? vocabularySize : 0];
        _candidates = new ulong[draws ? vocabularySize : 0];
        VocabularySize = vocabularySize;
    }

    /// <summary>Number of logits.</summary>
    public int VocabularySize { get; }

    /// <summary>Counts tokens as seen, for the repetition penalty: the prompt's, and each one that was taken.</summary>
    public void Accept(ReadOnlySpan<int> tokens)
    {
        if (_seen.Length == 0)
            return;
        foreach (var token in tokens)
        {
            if ((_seen[token >> 6] >> (token & 63) & 1) != 0)
                continue;
            _seen[token >> 6] |= 1UL << (token & 63);
            _seenTokens[_seenCount++] = token;
        }
    }

    /// <summary>The next token. The caller passes it to <see cref="Accept"/> if it is taken.</summary>
    /// <param name="logits">[vocabulary]; overwritten where the penalty applies.</param>
    /// <exception cref="NumericalException">The logits hold NaN, or nothing but minus infinity.</exception>
    public int Next(Span<float> logits)
    {
        if (logits.Length != VocabularySize)
            throw new ArgumentException($"{logits.Length} logits for a vocabulary of {VocabularySize}", nameof(logits));
        Penalise(logits);
        var best = TensorPrimitives.IndexOfMax<float>(logits);
        var maximum = logits[best];
        if (!float.IsFinite(maximum))
            throw new NumericalException($"the largest logit is {maximum} (token {best}): the weights or an activation overflowed");
        return _settings.Temperature == 0 ? best : Draw(logits, maximum);
    }

    private void Penalise(Span<float> logits)
    {
        var penalty = (float)_settings.RepetitionPenalty;
        for (var i = 0; i < _seenCount; i++)
        {
            ref var logit = ref logits[_seenTokens[i]];
            logit = logit > 0 ? logit / penalty : logit * penalty;
        }
    }

    private int Draw(ReadOnlySpan<float> logits, float maximum)
    {
        // Weights relative to the most probable token, whose weight is one.
        var weights = _weights.AsSpan();
        TensorPrimitives.Subtract(logits, maximum, weights);
        TensorPrimitives.Multiply(weights, (float)(1 / _settings.Temperature), weights);
        TensorPrimitives.Exp<float>(weights, weights);
        var hasTopK = _settings.TopK > 0 && _settings.TopK < weights.Length;
        if (!hasTopK && _settings.TopP >= 1)
            return DrawInOrder(weights);
        var candidates = hasTopK ? SelectLargest(weights, _settings.TopK) : SelectNucleus(weights);
        candidates.Sort();
        var count = hasTopK ? NucleusLength(candidates, Total(candidates)) : NucleusLength(candidates, Sum(weights));
        return DrawFrom(candidates[..count]);
    }

    // No filter but min-p: the cumulative sum runs over ids.
    private int DrawInOrder(ReadOnlySpan<float> weights)
    {
        var cut = (float)_settings.MinP;
        var total = 0.0;
        foreach (var weight in weights)
            total += weight >= cut ? weight : 0;
        var rest = _random.NextDouble() * total;
        var last = 0;
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] < cut || weights[id] == 0)
                continue;
            last = id;
            rest -= weights[id];
            if (rest < 0)
                break;
        }
        return last;
    }

    private int DrawFrom(ReadOnlySpan<ulong> candidates)
    {
        var kept = 0;
        var total = 0.0;
        while (kept < candidates.Length && (kept == 0 || WeightOf(candidates[kept]) >= _settings.MinP))
            total += WeightOf(candidates[kept++]);
        var rest = _random.NextDouble() * total;
        for (var i = 0; i < kept; i++)
        {
            rest -= WeightOf(candidates[i]);
            if (rest < 0)
                return IdOf(candidates[i]);
        }
        return IdOf(candidates[kept - 1]);
    }

    // Tokens below (1 − p)/vocabulary hold less than 1 − p together, so none of them is in the nucleus: only the others are sorted.
    private Span<ulong> SelectNucleus(ReadOnlySpan<float> weights)
    {
        var cut = Math.Min(1f, (float)((1 - _settings.TopP) * Sum(weights) / weights.Length));
        var count = 0;
        for (var id = 0; id < weights.Length; id++)
            if (weights[id] >= cut)
                _candidates[count++] = KeyOf(weights[id], id);
        return _candidates.AsSpan(0, count);
    }

    // A heap of the k smallest keys, largest at the root: most tokens fail one comparison.
    private Span<ulong> SelectLargest(ReadOnlySpan<float> weights, int k)
    {
        var heap = _candidates.AsSpan(0, k);
        for (var id = 0; id < k; id++)
            heap[id] = KeyOf(weights[id], id);
        for (var root = k / 2 - 1; root >= 0; root--)
            SiftDown(heap, root);
        for (var id = k; id < weights.Length; id++)
        {
            var key = KeyOf(weights[id], id);
            if (key >= heap[0])
                continue;
            heap[0] = key;
            SiftDown(heap, 0);
        }
        return heap;
    }

    private static void SiftDown(Span<ulong> heap, int root)
    {
        while (2 * root + 1 < heap.Length)
        {
            var child = 2 * root + 1;
            if (child + 1 < heap.Length && heap[child + 1] > heap[child])
                child++;
            if (heap[root] >= heap[child])
                return;
            (heap[root], heap[child]) = (heap[child], heap[root]);
            root = child;
        }
    }

    // How many of the sorted candidates reach the share p of the whole.
    private int NucleusLength(ReadOnlySpan<ulong> candidates, double whole)
    {
        if (_settings.TopP >= 1)
            return candidates.Length;
        var sum = 0.0;
        for (var i = 0; i < candidates.Length; i++)
        {
            sum += WeightOf(candidates[i]);
            if (sum >= _settings.TopP * whole)
                return i + 1;
        }
        return candidates.Length;
    }

    private static double Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights)
            sum += weight;
        return sum;
    }

    private static double Total(ReadOnlySpan<ulong> candidates)
    {
        var sum = 0.0;
        foreach (var candidate in candidates)
            sum += WeightOf(candidate);
        return sum;
    }

    // Ascending keys are descending weights, then ascending ids; non-negative floats order like their bits.
    private static ulong KeyOf(float weight, int id) => (ulong)~BitConverter.SingleToUInt32Bits(weight) << 32 | (uint)id;

    private static float WeightOf(ulong key) => BitConverter.UInt32BitsToSingle(~(uint)(key >> 32));

    private static int IdOf(ulong key) => (int)(uint)key;
}
