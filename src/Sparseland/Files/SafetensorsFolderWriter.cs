using System.Text.Json;

namespace Sparseland.Files;

/// <summary>
/// Writes a folder's weights: one model.safetensors, or shards of bounded size with their index, which is written last.
/// Tensors are announced first and may then be written in any order. The folder itself is made whole or not at all by <see cref="AtomicFolder"/>.
/// </summary>
public sealed class SafetensorsFolderWriter : IDisposable
{
    /// <summary>The usual size of a shard: 5 GB.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    private readonly string _folder;
    private readonly List<(string FileName, SafetensorsWriter Writer)> _shards = [];
    private readonly List<KeyValuePair<string, int>> _shardOf = [];
    private readonly Dictionary<string, SafetensorsWriter> _byName = new(StringComparer.Ordinal);
    private readonly long _totalBytes;

    /// <summary>Begins the files.</summary>
    /// <param name="folder">Where; it is made when missing.</param>
    /// <param name="entries">All tensors, in the order in which they fill the shards.</param>
    /// <param name="metadata">Text about the model, written into every shard.</param>
    /// <param name="maxShardBytes">The most bytes of tensors in a file; a single larger tensor has a file of its own.</param>
    /// <exception cref="Errors.ResourceLimitException">The disk is full or the place may not be written.</exception>
    public SafetensorsFolderWriter(string folder, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null, long maxShardBytes = DefaultShardBytes)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShardBytes);
        _folder = folder;
        _totalBytes = entries.Sum(entry => entry.ByteCount);
        var groups = Groups(entries, maxShardBytes);
        try
        {
            for (var i = 0; i < groups.Count; i++)
            {
                var name = groups.Count == 1 ? SafetensorsFolder.SingleFile : $"model-{i + 1:00000}-of-{groups.Count:00000}.safetensors";
                var writer = new SafetensorsWriter(Path.Combine(folder, name), groups[i], metadata);
                _shards.Add((name, writer));
                foreach (var entry in groups[i])
                {
                    _byName.Add(entry.Name, writer);
                    _shardOf.Add(new(entry.Name, i));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writes the next bytes of a tensor; see <see cref="TensorFileWriter.Append(string, ReadOnlySpan{byte})"/>.</summary>
    public void Append(string name, ReadOnlySpan<byte> bytes) => Writer(name).Append(name, bytes);

    /// <summary>Writes the next elements of a tensor.</summary>
    public void Append<T>(string name, ReadOnlySpan<T> elements) where T : unmanaged => Writer(name).Append(name, elements);

    /// <summary>Puts all files in their place, the index last.</summary>
    /// <exception cref="InvalidOperationException">A tensor was not written whole.</exception>
    public void Complete()
    {
        foreach (var (_, writer) in _shards)
            writer.Complete();
        var index = Path.Combine(_folder, SafetensorsFolder.IndexFile);
        if (_shards.Count == 1)
            File.Delete(index);
        else
            AtomicFile.Write(index, WriteIndex);
    }

    /// <summary>Gives up files that were not completed.</summary>
    public void Dispose()
    {
        foreach (var (_, writer) in _shards)
            writer.Dispose();
    }

    private SafetensorsWriter Writer(string name) =>
        _byName.TryGetValue(name, out var writer) ? writer : throw new ArgumentException($"the tensor {PrintableName.Of(name)} was not announced", nameof(name));

    private void WriteIndex(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", _totalBytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (name, shard) in _shardOf)
            json.WriteString(name, _shards[shard].FileName);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<List<SafetensorsEntry>> Groups(IReadOnlyList<SafetensorsEntry> entries, long maxShardBytes)
    {
        var groups = new List<List<SafetensorsEntry>> { new() };
        var bytes = 0L;
        foreach (var entry in entries)
        {
            if (groups[^1].Count > 0 && entry.ByteCount > maxShardBytes - bytes)
            {
                groups.Add([]);
                bytes = 0;
            }
            groups[^1].Add(entry);
            bytes += entry.ByteCount;
        }
        return groups;
    }
}
