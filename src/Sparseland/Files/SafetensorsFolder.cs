using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>
/// The weights of a folder: model.safetensors.index.json and the shards it names, and only those (a stray file changes nothing), or else the single model.safetensors.
/// Where both are there the index decides. Thread-safe; nobody disposes it.
/// </summary>
public sealed class SafetensorsFolder : ITensorCollection
{
    /// <summary>The name of a file that holds all weights.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The name of the file that says which shard holds which tensor.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    private const int LargestIndex = 100_000_000;
    private readonly Dictionary<string, SafetensorsTensor> _byName = new(StringComparer.Ordinal);

    private SafetensorsFolder(string path, List<SafetensorsTensor> tensors, Dictionary<string, string> metadata, IReadOnlyList<string> files)
    {
        Path = path;
        Tensors = tensors;
        Metadata = metadata;
        Files = files;
        foreach (var tensor in tensors)
            _byName.Add(tensor.Name, tensor);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the files that hold tensors, index not included.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="InvalidFileException">There are none, the index names something outside the folder, or a shard is missing, damaged or lacks a tensor.</exception>
    public static SafetensorsFolder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var index = System.IO.Path.Combine(folder, IndexFile);
        if (File.Exists(index))
            return OpenShards(folder, index);
        var single = System.IO.Path.Combine(folder, SingleFile);
        if (!File.Exists(single))
            throw new InvalidFileException(folder, "", $"it holds neither {SingleFile} nor {IndexFile}", "give a folder with safetensors weights (other formats must be converted first)");
        var file = SafetensorsFile.Open(single);
        return new(folder, [.. file.Tensors], new(file.Metadata, StringComparer.Ordinal), [SingleFile]);
    }

    /// <inheritdoc/>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    private static SafetensorsFolder OpenShards(string folder, string index)
    {
        var map = ReadIndex(index, JsonFile.ReadBytes(index, LargestIndex));
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<SafetensorsTensor>(map.Count);
        foreach (var (name, shardName) in map)
        {
            if (!shards.TryGetValue(shardName, out var shard))
            {
                shards.Add(shardName, shard = SafetensorsFile.Open(System.IO.Path.Combine(folder, shardName)));
                foreach (var (key, value) in shard.Metadata)
                    metadata.TryAdd(key, value);
            }
            tensors.Add(shard.Find(name)
                ?? throw new InvalidFileException(index, PrintableName.Of(name), $"it should be in {shardName}, and is not", "index and shards are not of one model: fetch them again"));
        }
        return new(folder, tensors, metadata, [.. shards.Keys.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Reads an index: which shard holds which tensor, in its order.</summary>
    /// <param name="path">The index's name, for messages.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="InvalidFileException">It is damaged, or names something outside the folder.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> ReadIndex(string path, ReadOnlyMemory<byte> content)
    {
        using var document = JsonFile.Parse(path, content);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out var weights) || weights.ValueKind != JsonValueKind.Object)
            throw new InvalidFileException(path, "weight_map", "an object from tensor names to file names is expected", "fetch or write the index again");
        var map = new List<KeyValuePair<string, string>>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in weights.EnumerateObject())
        {
            var shard = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : "";
            if (!IsPlainName(shard))
                throw new InvalidFileException(path, PrintableName.Of(property.Name), $"{PrintableName.Of(shard)} is not the name of a file in this folder", "a shard must lie beside its index: do not use this model if you do not trust where it is from");
            if (!names.Add(property.Name))
                throw new InvalidFileException(path, PrintableName.Of(property.Name), "the index has this tensor twice", "fetch or write the index again");
            map.Add(new(property.Name, shard));
        }
        return map;
    }

    /// <summary>Whether a name stays in its folder: no separator of any system, no drive, no "." or "..".</summary>
    internal static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0 && !System.IO.Path.IsPathRooted(name);
}
