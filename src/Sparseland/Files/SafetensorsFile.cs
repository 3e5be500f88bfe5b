using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>
/// A safetensors file, mapped: opening reads and checks the header alone, a tensor's bytes are touched when somebody uses them. Thread-safe; nobody disposes it.
/// </summary>
public sealed class SafetensorsFile : ITensorCollection
{
    private readonly Dictionary<string, SafetensorsTensor> _byName = new(StringComparer.Ordinal);

    private SafetensorsFile(MappedFile file)
    {
        File = file;
        var tensors = new List<SafetensorsTensor>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        SafetensorsHeader.Read(file, tensors, metadata);
        foreach (var tensor in tensors)
            _byName.Add(tensor.Name, tensor);
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The mapped file.</summary>
    public MappedFile File { get; }

    /// <inheritdoc/>
    public string Path => File.Path;

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidFileException">It is missing, truncated or not safetensors.</exception>
    /// <exception cref="UnsupportedException">It holds an element type that is not known.</exception>
    public static SafetensorsFile Open(string path) => new(MappedFile.Open(path));

    /// <summary>Reads a file that is mapped already, or bytes in memory.</summary>
    /// <exception cref="InvalidFileException">It is truncated or not safetensors.</exception>
    public static SafetensorsFile Open(MappedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(file);
    }

    /// <inheritdoc/>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);
}
