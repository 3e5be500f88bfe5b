using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Layouts;

namespace Sparseland.Language.Checkpoints;

/// <summary>Opens the Hugging Face layout: config.json with safetensors, dense under the family's own names or packed under canonical ones.</summary>
internal static class HuggingFaceReader
{
    /// <summary>Opens a folder by its index or its single file.</summary>
    public static Checkpoint OpenFolder(string folder)
    {
        var configuration = ConfigurationReader.ReadFolder(folder);
        return Open(folder, folder, configuration, SafetensorsFolder.Open(folder));
    }

    /// <summary>Opens a single file with the configuration beside it.</summary>
    public static Checkpoint OpenFile(MappedFile file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
        return Open(file.Path, folder, ConfigurationReader.ReadFolder(folder), SafetensorsFile.Open(file));
    }

    /// <summary>Puts configuration and tensors together.</summary>
    internal static Checkpoint Open(string path, string folder, TransformerConfiguration configuration, ITensorCollection tensors)
    {
        var packed = PackedWeights.Read(tensors);
        var sources = packed.Count > 0 ? Packed(path, tensors, packed)
            : configuration.Family == "gpt2" && tensors.Find(TensorNames.Embedding) is null ? Gpt2Tensors.Read(tensors, configuration)
            : Canonical(tensors, configuration);
        return new(path, packed.Count > 0 ? "packed safetensors" : "safetensors", configuration, sources) { Metadata = tensors.Metadata, TokenizerPath = folder };
    }

    // Llama's names are the canonical ones; a model saved without its head lacks the prefix. Rotary tables are computed, and a tied head is not read twice.
    private static IEnumerable<TensorSource> Canonical(ITensorCollection tensors, TransformerConfiguration configuration)
    {
        var bare = tensors.Find(TensorNames.Embedding) is null && tensors.Find("embed_tokens.weight") is not null;
        foreach (var tensor in tensors.Tensors)
        {
            var name = bare && tensor.Name != TensorNames.Head ? "model." + tensor.Name : tensor.Name;
            if (!name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) && !(configuration.TiedEmbeddings && name == TensorNames.Head))
                yield return Dense(tensor, name);
        }
    }

    // Parts belong to the weight that the header describes; all other tensors are dense, under canonical names.
    private static List<TensorSource> Packed(string path, ITensorCollection tensors, Dictionary<string, PackedWeight> packed)
    {
        var sources = new List<TensorSource>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, weight) in packed)
        {
            var parts = weight.Parts.Select(part => (Name: part, Tensor: tensors.Require(PackedWeights.PartName(weight.Shared.GetValueOrDefault(part, name), part)))).ToList();
            used.UnionWith(parts.Select(part => part.Tensor.Name));
            sources.Add(new PackedSource(path, name, weight, parts));
        }
        sources.AddRange(tensors.Tensors.Where(tensor => !used.Contains(tensor.Name)).Select(tensor => Dense(tensor, tensor.Name)));
        return sources;
    }

    private static DenseSource Dense(SafetensorsTensor tensor, string name) =>
        new(tensor.File, tensor.Name, tensor.Offset, name, tensor.Shape, ElementOf(tensor), tensor.ByteCount);

    /// <summary>The engine's element type of a tensor of weights.</summary>
    /// <exception cref="UnsupportedException">It holds integers or 8-bit floats.</exception>
    internal static ElementType ElementOf(SafetensorsTensor tensor) => tensor.Type.ToElement()
        ?? throw new UnsupportedException($"{tensor.File.Path}: the tensor {PrintableName.Of(tensor.Name)} holds {tensor.Type.Name()}; weights in F64, F32, F16 and BF16 are known");
}
