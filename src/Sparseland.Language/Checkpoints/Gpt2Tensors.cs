using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>
/// GPT-2's tensors under canonical names. Its matrices are stored [inputs, outputs] (Conv1D) and are turned; c_attn holds queries, keys and values side by side and is split.
/// </summary>
internal static class Gpt2Tensors
{
    /// <summary>The file's part names in a block and the canonical ones; the fused c_attn is apart.</summary>
    internal static readonly (string Stored, string Canonical)[] Parts =
    [
        ("ln_1", TensorNames.AttentionNorm),
        ("attn.c_proj", "self_attn.o_proj"),
        ("ln_2", TensorNames.FeedForwardNorm),
        ("mlp.c_fc", "mlp.up_proj"),
        ("mlp.c_proj", "mlp.down_proj"),
    ];

    /// <summary>The three thirds of c_attn, in order.</summary>
    internal static readonly string[] Fused = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    /// <summary>Maps what a file holds; the causal masks that old files carry are left out.</summary>
    public static IEnumerable<TensorSource> Read(ITensorCollection tensors, TransformerConfiguration configuration)
    {
        var sources = new List<TensorSource>();
        foreach (var tensor in tensors.Tensors)
        {
            var name = tensor.Name.StartsWith("transformer.", StringComparison.Ordinal) ? tensor.Name["transformer.".Length..] : tensor.Name;
            if (name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal) || (name == TensorNames.Head && configuration.TiedEmbeddings))
                continue;
            if (TopLevel(name) is { } top)
                sources.Add(Plain(tensor, top));
            else
                AddBlockTensor(sources, tensor, name, configuration);
        }
        return sources;
    }

    private static string? TopLevel(string name) => name switch
    {
        "wte.weight" => TensorNames.Embedding,
        "wpe.weight" => TensorNames.PositionEmbedding,
        "ln_f.weight" => TensorNames.FinalNorm,
        "ln_f.bias" => TensorNames.FinalNormBias,
        TensorNames.Head => TensorNames.Head,
        _ => null,
    };

    private static void AddBlockTensor(List<TensorSource> sources, SafetensorsTensor tensor, string name, TransformerConfiguration configuration)
    {
        var pieces = name.Split('.', 3);
        if (pieces.Length < 3 || pieces[0] != "h" || !int.TryParse(pieces[1], System.Globalization.CultureInfo.InvariantCulture, out var block) || block < 0 || block >= configuration.BlockCount)
            throw Stray(tensor);
        var isBias = pieces[2].EndsWith(".bias", StringComparison.Ordinal);
        var part = pieces[2][..Math.Max(0, pieces[2].LastIndexOf('.'))];
        if (part == "attn.c_attn")
        {
            var width = configuration.ShapeOf(block).HeadCount * configuration.HeadWidth;
            for (var third = 0; third < Fused.Length; third++)
                sources.Add(isBias ? FusedBias(tensor, TensorNames.Bias(block, Fused[third]), third, width) : Turned(tensor, TensorNames.Weight(block, Fused[third]), width, (long)third * width, 3));
            return;
        }
        var canonical = Parts.FirstOrDefault(pair => pair.Stored == part).Canonical ?? throw Stray(tensor);
        var full = isBias ? TensorNames.Bias(block, canonical) : TensorNames.Weight(block, canonical);
        sources.Add(isBias || part.StartsWith("ln_", StringComparison.Ordinal) ? Plain(tensor, full) : Turned(tensor, full, null, 0, 1));
    }

    private static DenseSource Plain(SafetensorsTensor tensor, string name) =>
        new(tensor.File, tensor.Name, tensor.Offset, name, tensor.Shape, HuggingFaceReader.ElementOf(tensor), tensor.ByteCount);

    private static DenseSource FusedBias(SafetensorsTensor tensor, string name, int third, int width)
    {
        if (tensor.Extents.Count != 1 || tensor.Extents[0] != 3L * width)
            throw Misshapen(tensor, $"[{3L * width}]");
        var bytes = tensor.ByteCount / 3;
        return new(tensor.File, tensor.Name, tensor.Offset + third * bytes, name, new Shape(width), HuggingFaceReader.ElementOf(tensor), bytes);
    }

    private static DenseSource Turned(SafetensorsTensor tensor, string name, int? outputs, long firstColumn, int parts)
    {
        var element = HuggingFaceReader.ElementOf(tensor);
        if (tensor.Extents.Count != 2 || (outputs is { } width && tensor.Extents[1] != (long)parts * width))
            throw Misshapen(tensor, outputs is null ? "[inputs, outputs]" : $"[inputs, {(long)parts * outputs}]");
        var shape = tensor.Shape;
        var rows = outputs ?? shape[1];
        return new(tensor.File, tensor.Name, tensor.Offset, name, new Shape(rows, shape[0]), element, tensor.ByteCount / parts, new StoredRows.Transposed(shape[1], firstColumn, tensor.Type.ByteCount()));
    }

    private static InvalidFileException Misshapen(SafetensorsTensor tensor, string expected) =>
        new(tensor.File.Path, PrintableName.Of(tensor.Name), $"the tensor is [{string.Join(", ", tensor.Extents.Take(8))}] where {expected} is expected", "weights and configuration are not of one model: fetch them again");

    private static UnsupportedException Stray(SafetensorsTensor tensor) =>
        new($"{tensor.File.Path}: the tensor {PrintableName.Of(tensor.Name)} has no place in a gpt2 model of this configuration; is config.json of another model?");
}
