using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>
/// A model on disk, opened by <see cref="Open(string)"/> whatever its format. Disposing lets the files go; matrices that were loaded stay valid, because each keeps its mapping alive.
/// </summary>
public sealed class Checkpoint : ICheckpoint
{
    private readonly Dictionary<string, TensorSource> _sources = new(StringComparer.Ordinal);
    private bool _disposed;

    internal Checkpoint(string path, string format, TransformerConfiguration configuration, IEnumerable<TensorSource> sources)
    {
        Path = path;
        Format = format;
        Configuration = configuration;
        foreach (var source in sources)
            if (!_sources.TryAdd(source.Description.Name, source))
                throw new InvalidFileException(path, PrintableName.Of(source.Description.Name), "the tensor is there twice under different names", "fetch or write the model again");
        Tensors = Order();
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>What the files are: "safetensors", "packed safetensors", "llama2.c" or "gguf".</summary>
    public string Format { get; }

    /// <inheritdoc/>
    public TransformerConfiguration Configuration { get; }

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>What the weights' header says about the model: safetensors metadata, such as the recipe that pruned it. Empty for other formats.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; internal init; } = new Dictionary<string, string>();

    /// <summary>The folder or file the tokenizer is read from, or null when none was found: the model's folder, tok*.bin beside a llama2.c file, the GGUF file itself.</summary>
    public string? TokenizerPath { get; internal init; }

    /// <summary>Opens a model: a folder in the Hugging Face layout (dense or packed), a .safetensors file with config.json beside it, a llama2.c .bin (v0, v1) or a .gguf file.</summary>
    /// <exception cref="InvalidFileException">It is missing, damaged, or a tensor is missing or has another shape than the configuration says.</exception>
    /// <exception cref="UnsupportedException">It is of a format, architecture or element type that is not known.</exception>
    public static Checkpoint Open(string path) => CheckpointFormats.Open(path);

    /// <inheritdoc/>
    public bool Contains(string name) => _sources.ContainsKey(name);

    /// <inheritdoc/>
    public MatrixLayout LoadMatrix(string name) => Source(name).LoadMatrix();

    /// <inheritdoc/>
    public Tensor<float> LoadTensor(string name) => Source(name).LoadTensor();

    /// <summary>Lets the files go once nothing that was loaded uses them.</summary>
    public void Dispose()
    {
        _disposed = true;
        _sources.Clear();
    }

    private TensorSource Source(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _sources.TryGetValue(name, out var source)
            ? source
            : throw new InvalidFileException(Path, PrintableName.Of(name), "there is no such tensor", "is it the right model, and is it whole?");
    }

    // Canonical order, and the check that nothing is missing, misshapen or left over: a tensor without a place would mean that the configuration describes another model.
    private List<CheckpointTensor> Order()
    {
        // A configuration that claims more blocks than there are tensors is not listed out first.
        if (Configuration.BlockCount > _sources.Count)
            throw new InvalidFileException(Path, "", $"the configuration has {Configuration.BlockCount} blocks and there are {_sources.Count} tensors", "the model is not whole, or its configuration is of another: fetch it again");
        var ordered = new List<CheckpointTensor>();
        var missing = new List<string>();
        foreach (var expected in TensorCatalog.For(Configuration))
        {
            if (!_sources.TryGetValue(expected.Name, out var source))
                missing.Add(expected.Name);
            else if (source.Description.Shape != expected.Shape)
                throw new InvalidFileException(Path, PrintableName.Of(expected.Name), $"the tensor is {source.Description.Shape} where the configuration needs {expected.Shape}", "weights and configuration are not of one model: fetch them again");
            else
                ordered.Add(source.Description);
        }
        if (missing.Count > 0)
            throw new InvalidFileException(Path, missing[0], missing.Count == 1 ? "the tensor is missing" : $"this tensor and {missing.Count - 1} others are missing", "the model is not whole, or its configuration is of another: fetch it again");
        if (ordered.Count < _sources.Count)
        {
            var known = ordered.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
            var stray = _sources.Keys.First(name => !known.Contains(name));
            throw new UnsupportedException($"{Path}: the tensor {PrintableName.Of(stray)} has no place in a {Configuration.Family} model of this configuration ({_sources.Count - ordered.Count} such); is config.json of another model?");
        }
        return ordered;
    }
}
