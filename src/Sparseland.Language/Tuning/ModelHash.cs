using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Sparseland.Language.Checkpoints;

namespace Sparseland.Language.Tuning;

/// <summary>A digest of a model's weights: what an adapter names the model it belongs to by. It depends on the values alone, not on the file's format or type.</summary>
public static class ModelHash
{
    /// <summary>The key under which a model with fused adapters names the model without them.</summary>
    public const string BaseKey = "sparseland.base";

    /// <summary>SHA-256 over names, extents and values (as float32) of all tensors in canonical order; of a model with fused adapters, that of the model without them, as its file names it.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="cancellation">Heeded between tensors.</param>
    public static string Of(ICheckpoint checkpoint, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint is Checkpoint { Metadata: { } metadata } && metadata.TryGetValue(BaseKey, out var known))
            return known;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in checkpoint.Tensors)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(Encoding.UTF8.GetBytes($"{tensor.Name} {tensor.Shape}\n"));
            var values = checkpoint.LoadTensor(tensor.Name);
            for (var row = 0; row < values.Shape.Rows; row++)
                hash.AppendData(MemoryMarshal.AsBytes<float>(values.Matrix.Row(row)));
            GC.KeepAlive(values);
            MemoryRelief.After(tensor.Shape.Length);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
