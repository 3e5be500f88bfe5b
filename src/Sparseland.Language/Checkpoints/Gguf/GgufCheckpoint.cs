using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>
/// A GGUF file as a checkpoint. In files of the architecture "llama" the rows of queries and keys have their rotary pairs side by side and are moved into halves;
/// GPT-2's fused attn_qkv is taken apart.
/// </summary>
internal static class GgufCheckpoint
{
    /// <summary>Opens a file.</summary>
    public static Checkpoint Open(MappedFile mapped)
    {
        var file = GgufFile.Open(mapped);
        var configuration = GgufConfiguration.Read(file);
        var interleaved = configuration.Family is "llama" or "mistral";
        if (interleaved && configuration.HeadWidth % 2 != 0)
            throw new InvalidFileException(mapped.Path, "attention.key_length", $"heads of {configuration.HeadWidth} cannot be rotated in pairs", "is it a language model, and is it whole?");
        var sources = new List<TensorSource>();
        foreach (var tensor in file.Tensors)
            AddSources(sources, file, tensor, configuration, interleaved);
        return new(mapped.Path, "gguf", configuration, sources) { TokenizerPath = mapped.Path };
    }

    private static void AddSources(List<TensorSource> sources, GgufFile file, GgufTensor tensor, TransformerConfiguration configuration, bool interleaved)
    {
        if (tensor.Name == GgufNames.RopeFactors)
            return;
        if (GgufNames.TryBlock(tensor.Name, out var block, out var part, out var suffix) && part == GgufNames.Fused)
        {
            AddFused(sources, file, tensor, configuration, block, suffix);
            return;
        }
        var name = GgufNames.ToCanonical(tensor.Name)
            ?? throw new UnsupportedException($"{file.File.Path}: the tensor {PrintableName.Of(tensor.Name)} has no place in a {configuration.Family} model");
        var paired = interleaved && part is "attn_q" or "attn_k";
        sources.Add(new DenseSource(file.File, tensor.Name, tensor.Offset, name, tensor.Shape, tensor.Element, tensor.ByteCount, paired ? new StoredRows.InterleavedPairs(configuration.HeadWidth) : null));
    }

    // Rows of queries, then of keys, then of values: whole blocks each, so they are used where they lie.
    private static void AddFused(List<TensorSource> sources, GgufFile file, GgufTensor tensor, TransformerConfiguration configuration, int block, string suffix)
    {
        var isBias = suffix == "bias";
        var blockShape = configuration.ShapeOf(Math.Clamp(block, 0, configuration.BlockCount - 1));
        int[] rows = [blockShape.HeadCount * configuration.HeadWidth, blockShape.KeyValueHeadCount * configuration.HeadWidth, blockShape.KeyValueHeadCount * configuration.HeadWidth];
        if (tensor.Shape.Rank != (isBias ? 1 : 2) || tensor.Shape[0] != rows.Sum())
            throw new InvalidFileException(file.File.Path, PrintableName.Of(tensor.Name), $"the tensor is {tensor.Shape} where {rows.Sum()} rows are expected", "weights and metadata are not of one model: fetch it again");
        var rowBytes = tensor.ByteCount / tensor.Shape[0];
        var offset = tensor.Offset;
        for (var third = 0; third < rows.Length; third++)
        {
            var name = isBias ? TensorNames.Bias(block, Gpt2Tensors.Fused[third]) : TensorNames.Weight(block, Gpt2Tensors.Fused[third]);
            var shape = isBias ? new Shape(rows[third]) : new Shape(rows[third], tensor.Shape[1]);
            sources.Add(new DenseSource(file.File, tensor.Name, offset, name, shape, tensor.Element, rows[third] * rowBytes));
            offset += rows[third] * rowBytes;
        }
    }
}
