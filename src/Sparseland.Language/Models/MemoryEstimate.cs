using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Layouts;

namespace Sparseland.Language.Models;

/// <summary>What running a model will take, computed from headers alone, before anything is loaded.</summary>
/// <param name="ContextLength">Tokens of the context.</param>
/// <param name="WeightBytes">All weights, as they are stored; mapped weights take this as page cache.</param>
/// <param name="CacheBytes">Keys and values of a full context.</param>
/// <param name="WorkBytes">Work buffers of a session, logits included.</param>
public sealed record MemoryEstimate(int ContextLength, long WeightBytes, long CacheBytes, long WorkBytes)
{
    /// <summary>All three together.</summary>
    public long TotalBytes => WeightBytes + CacheBytes + WorkBytes;

    /// <summary>Memory this process may use: the machine's or the container's.</summary>
    public static long AvailableBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Estimates for a context.</summary>
    /// <param name="checkpoint">The model; only its headers are read.</param>
    /// <param name="contextLength">Tokens of the context.</param>
    /// <param name="cacheElement">How keys and values are stored.</param>
    public static MemoryEstimate For(ICheckpoint checkpoint, int contextLength, ElementType cacheElement = ElementType.Float32)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(contextLength);
        var configuration = checkpoint.Configuration;
        return new(contextLength, checkpoint.Tensors.Sum(tensor => tensor.ByteCount), KeyValueCache.BytesFor(configuration, contextLength, cacheElement),
            InferenceSession.WorkBytesFor(configuration, contextLength));
    }

    /// <summary>The longest context that fits, up to the one the model was made for; 0 when not even a page of 256 tokens fits.</summary>
    /// <param name="checkpoint">The model; only its headers are read.</param>
    /// <param name="availableBytes">Memory there is.</param>
    /// <param name="cacheElement">How keys and values are stored.</param>
    public static int LargestContext(ICheckpoint checkpoint, long availableBytes, ElementType cacheElement = ElementType.Float32)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var limit = checkpoint.Configuration.ContextLength;
        if (For(checkpoint, limit, cacheElement).TotalBytes <= availableBytes)
            return limit;
        // The cache grows by whole pages, everything else is as for the longest prompt batch.
        var (low, high) = (0, limit / KeyValueCache.PageLength);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = For(checkpoint, middle * KeyValueCache.PageLength, cacheElement).TotalBytes <= availableBytes ? (middle, high) : (low, middle - 1);
        }
        return low * KeyValueCache.PageLength;
    }

    /// <summary>Refuses a context that does not fit, naming the largest one that does.</summary>
    /// <param name="checkpoint">The model; only its headers are read.</param>
    /// <param name="contextLength">Tokens of the wanted context.</param>
    /// <param name="availableBytes">Memory there is; <see cref="AvailableBytes"/> for this process.</param>
    /// <param name="cacheElement">How keys and values are stored.</param>
    /// <returns>The estimate, when it fits.</returns>
    /// <exception cref="ResourceLimitException">It does not fit.</exception>
    public static MemoryEstimate Require(ICheckpoint checkpoint, int contextLength, long availableBytes, ElementType cacheElement = ElementType.Float32)
    {
        var estimate = For(checkpoint, contextLength, cacheElement);
        if (estimate.TotalBytes <= availableBytes)
            return estimate;
        var largest = LargestContext(checkpoint, availableBytes, cacheElement);
        var remedy = largest > 0 ? $"the largest context that fits is {largest} tokens" : "not even the shortest context fits: use a smaller or pruned model";
        throw new ResourceLimitException($"{checkpoint.Path}: {estimate}, but {Megabytes(availableBytes)} are available; {remedy}");
    }

    /// <summary>The parts in megabytes.</summary>
    public override string ToString() =>
        $"a context of {ContextLength} tokens takes {Megabytes(TotalBytes)} (weights {Megabytes(WeightBytes)}, keys and values {Megabytes(CacheBytes)}, work buffers {Megabytes(WorkBytes)})";

    private static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:0.0} MB");
}
