using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>What a written model carries beside its weights.</summary>
public sealed record CheckpointWriterOptions
{
    /// <summary>The most bytes of tensors in one file; a larger model is cut into shards with an index.</summary>
    public long MaxShardBytes { get; init; } = SafetensorsFolderWriter.DefaultShardBytes;

    /// <summary>Text stored in the weights' header, such as the recipe that pruned the model.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The config.json the model came with; its unknown fields are kept. Empty when there is none.</summary>
    public ReadOnlyMemory<byte> OriginalConfiguration { get; init; }
}

/// <summary>
/// Writes a model in the Hugging Face layout: config.json and model.safetensors (or shards with an index), dense, packed or mixed. Weights arrive in parts (a block at a time);
/// each part is a file of its own until the model is assembled, so nothing but a part is in memory and an interrupted run goes on with the parts it has.
/// Give it the work folder of an <see cref="AtomicFolder"/>, so that the output appears whole.
/// </summary>
public sealed class CheckpointWriter
{
    private const string PartPrefix = "part-";
    private readonly string _folder;
    private readonly TransformerConfiguration _configuration;
    private readonly CheckpointWriterOptions _options;

    /// <summary>Begins, or goes on with, a model in a folder.</summary>
    /// <param name="folder">The folder; it is made when missing.</param>
    /// <param name="configuration">What the model looks like.</param>
    /// <param name="options">What else is written; null for the usual.</param>
    public CheckpointWriter(string folder, TransformerConfiguration configuration, CheckpointWriterOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(configuration);
        _folder = folder;
        _configuration = configuration;
        _options = options ?? new CheckpointWriterOptions();
    }

    /// <summary>Writes a whole model whose numbers are in memory.</summary>
    /// <param name="folder">The folder; existing files of the same names are replaced one by one, each atomically.</param>
    /// <param name="configuration">What the model looks like.</param>
    /// <param name="tensorOf">Gives every tensor of the catalogue by its canonical name.</param>
    /// <param name="element">Float32, BFloat16 or Float16, for all of them.</param>
    /// <param name="options">What else is written; null for the usual.</param>
    /// <exception cref="NumericalException">A weight is NaN, infinite or beyond the element type's range.</exception>
    public static void WriteDense(string folder, TransformerConfiguration configuration, Func<string, Tensor<float>> tensorOf, ElementType element, CheckpointWriterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tensorOf);
        var writer = new CheckpointWriter(folder, configuration, options);
        writer.WritePart("model", [.. TensorCatalog.For(configuration).Select(tensor => CheckpointWeight.Dense(tensor.Name, tensorOf(tensor.Name), element))]);
        writer.Complete();
    }

    /// <summary>Whether a part was written whole, by this run or an interrupted one.</summary>
    public bool HasPart(string part) => File.Exists(PartPath(part));

    /// <summary>Writes some weights as one part, atomically. A part that exists is replaced.</summary>
    /// <param name="part">The part's name, such as "block-003".</param>
    /// <param name="weights">The weights.</param>
    /// <exception cref="NumericalException">A weight is NaN, infinite or beyond the element type's range.</exception>
    /// <exception cref="ResourceLimitException">The disk is full.</exception>
    public void WritePart(string part, IReadOnlyList<CheckpointWeight> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        CheckpointWeight.Share(weights);
        using var writer = new SafetensorsWriter(PartPath(part), [.. weights.SelectMany(weight => weight.Entries())], PackedWeights.Metadata(weights));
        foreach (var weight in weights)
            weight.WriteTo(writer);
        writer.Complete();
    }

    /// <summary>Assembles all parts into the model, writes config.json and deletes the parts.</summary>
    /// <exception cref="InvalidOperationException">A tensor of the model was in no part.</exception>
    public void Complete()
    {
        var paths = Directory.GetFiles(_folder, PartPrefix + "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        var parts = paths.Select(SafetensorsFile.Open).ToArray();
        CheckpointAssembly.Write(_folder, _configuration, _options, parts);
        foreach (var path in paths)
            File.Delete(path);
    }

    private string PartPath(string part) => part.Length > 0 && part.All(unit => char.IsAsciiLetterOrDigit(unit) || unit is '-' or '_')
        ? Path.Combine(_folder, $"{PartPrefix}{part}.safetensors")
        : throw new ArgumentException($"{PrintableName.Of(part)} is not a plain name", nameof(part));
}
