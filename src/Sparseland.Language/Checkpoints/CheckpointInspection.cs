using Sparseland.Language.Models;
using Sparseland.Layouts;

namespace Sparseland.Language.Checkpoints;

/// <summary>Figures of some tensors, from headers alone.</summary>
/// <param name="Name">What they are: "embedding", "block 3", "head", or an element type and layout.</param>
/// <param name="Tensors">How many tensors.</param>
/// <param name="Parameters">How many weights, removed ones included.</param>
/// <param name="Bytes">Bytes in the files, indexes included.</param>
public sealed record InspectedGroup(string Name, int Tensors, long Parameters, long Bytes);

/// <summary>What a checkpoint is, read from headers alone: no weight is touched, whatever the model's size.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Format">"safetensors", "packed safetensors", "llama2.c" or "gguf".</param>
/// <param name="Parameters">All weights, removed ones included.</param>
/// <param name="Bytes">Bytes of all tensors in the files, indexes included.</param>
/// <param name="ByPlace">Embedding, each block, the last norm, the head.</param>
/// <param name="ByStorage">By layout and element type, largest first.</param>
/// <param name="Memory">What running it takes.</param>
public sealed record CheckpointInspection(
    string Path, string Format, long Parameters, long Bytes, IReadOnlyList<InspectedGroup> ByPlace, IReadOnlyList<InspectedGroup> ByStorage, MemoryEstimate Memory)
{
    /// <summary>Inspects an open checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="contextLength">The context the memory is estimated for; null for the one the model was made for.</param>
    /// <param name="cacheElement">How keys and values would be stored.</param>
    public static CheckpointInspection Of(Checkpoint checkpoint, int? contextLength = null, ElementType cacheElement = ElementType.Float32)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var tensors = checkpoint.Tensors;
        return new(
            checkpoint.Path,
            checkpoint.Format,
            tensors.Sum(tensor => tensor.Shape.Length),
            tensors.Sum(tensor => tensor.ByteCount),
            Groups(tensors, Place),
            [.. Groups(tensors, tensor => $"{tensor.Layout} {tensor.Element}").OrderByDescending(group => group.Bytes)],
            MemoryEstimate.For(checkpoint, contextLength ?? checkpoint.Configuration.ContextLength, cacheElement));
    }

    private static List<InspectedGroup> Groups(IEnumerable<CheckpointTensor> tensors, Func<CheckpointTensor, string> key) =>
        [.. tensors.GroupBy(key).Select(group => new InspectedGroup(group.Key, group.Count(), group.Sum(tensor => tensor.Shape.Length), group.Sum(tensor => tensor.ByteCount)))];

    private static string Place(CheckpointTensor tensor)
    {
        const string prefix = "model.layers.";
        if (tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            return $"block {tensor.Name[prefix.Length..tensor.Name.IndexOf('.', prefix.Length)]}";
        return tensor.Name switch
        {
            TensorNames.Embedding => "embedding",
            TensorNames.PositionEmbedding => "positions",
            TensorNames.Head => "head",
            _ => "last norm",
        };
    }
}
