using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;

namespace Sparseland.Language.Tuning;

/// <summary>What a model's file says of adapters that are fused into it: the model without them, and each adapter's digest in the order of fusing.</summary>
public sealed record FusedAdapters
{
    private const string AdaptersKey = "sparseland.adapters";

    /// <summary>Names adapters.</summary>
    /// <param name="baseHash">The hash of the model without them.</param>
    /// <param name="adapters">The adapters.</param>
    public FusedAdapters(string baseHash, IReadOnlyList<Adapter> adapters) : this(baseHash, [.. adapters.Select(adapter => adapter.Hash)], 0) { }

    private FusedAdapters(string baseHash, IReadOnlyList<string> hashes, int _) => (BaseHash, Hashes) = (baseHash, hashes);

    /// <summary>The hash of the model without adapters.</summary>
    public string BaseHash { get; }

    /// <summary>The adapters' digests.</summary>
    public IReadOnlyList<string> Hashes { get; }

    /// <summary>What a model's file says; a model without a word of adapters is its own base.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="cancellation">Heeded between tensors.</param>
    public static FusedAdapters Of(Checkpoint checkpoint, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var hash = ModelHash.Of(checkpoint, cancellation);
        if (!checkpoint.Metadata.TryGetValue(AdaptersKey, out var text))
            return new(hash, [], 0);
        try
        {
            return new(hash, JsonSerializer.Deserialize(text, FusedAdaptersJson.Default.StringArray) ?? [], 0);
        }
        catch (JsonException fault)
        {
            throw new InvalidFileException(checkpoint.Path, AdaptersKey, "the list of fused adapters is damaged", "fuse the adapters into the base model again", fault);
        }
    }

    /// <summary>With one adapter more.</summary>
    /// <exception cref="MismatchException">It belongs to another model, or is fused in already.</exception>
    public FusedAdapters With(Adapter adapter)
    {
        Check(adapter);
        return Hashes.Contains(adapter.Hash) ? throw new MismatchException($"the adapter {Adapter.Short(adapter.Hash)} is fused into the model already") : new(BaseHash, [.. Hashes, adapter.Hash], 0);
    }

    /// <summary>With one adapter less.</summary>
    /// <exception cref="MismatchException">It belongs to another model, or is not fused in.</exception>
    public FusedAdapters Without(Adapter adapter)
    {
        Check(adapter);
        return Hashes.Contains(adapter.Hash) ? new(BaseHash, [.. Hashes.Where(hash => hash != adapter.Hash)], 0)
            : throw new MismatchException($"the adapter {Adapter.Short(adapter.Hash)} is not fused into the model; {(Hashes.Count == 0 ? "none is" : $"these are: {string.Join(", ", Hashes.Select(Adapter.Short))}")}");
    }

    /// <summary>What the file of such a model says, beside what it says anyway.</summary>
    internal Dictionary<string, string> ToMetadata() => Hashes.Count == 0 ? [] : new()
    {
        [ModelHash.BaseKey] = BaseHash,
        [AdaptersKey] = JsonSerializer.Serialize([.. Hashes], FusedAdaptersJson.Default.StringArray),
    };

    /// <summary>Whether a key of a file's metadata is about adapters.</summary>
    internal static bool Owns(string key) => key is ModelHash.BaseKey or AdaptersKey;

    private void Check(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (adapter.BaseHash != BaseHash)
            throw new MismatchException($"the adapter was made for the model {Adapter.Short(adapter.BaseHash)}, this is {Adapter.Short(BaseHash)}: an adapter fits only the model it was trained on");
    }
}

[JsonSerializable(typeof(string[]))]
internal sealed partial class FusedAdaptersJson : JsonSerializerContext;
