using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>Puts the parts of a model together: final names and order, shards, header text, config.json. Streams from the mapped parts.</summary>
internal static class CheckpointAssembly
{
    /// <summary>A tensor of the final file: its entry and the pieces it is copied from.</summary>
    private sealed record Target(SafetensorsEntry Entry, Action<SafetensorsFolderWriter> Write);

    /// <summary>Writes weights and configuration.</summary>
    public static void Write(string folder, TransformerConfiguration configuration, CheckpointWriterOptions options, IReadOnlyList<SafetensorsFile> parts)
    {
        var layouts = PackedWeights.Merge(parts);
        var stored = parts.SelectMany(part => part.Tensors).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var native = configuration.Family == "gpt2" && layouts.Count == 0;
        var targets = native ? Gpt2Writing.Targets(configuration, stored).Select(pair => new Target(pair.Entry, pair.Write)).ToList() : Targets(configuration, stored, layouts);
        var metadata = new Dictionary<string, string>(options.Metadata) { ["format"] = "pt" };
        if (layouts.Count > 0)
            metadata[PackedWeights.MetadataKey] = PackedWeights.Describe(layouts);
        using (var writer = new SafetensorsFolderWriter(folder, [.. targets.Select(target => target.Entry)], metadata, options.MaxShardBytes))
        {
            foreach (var target in targets)
            {
                target.Write(writer);
                MemoryRelief.After(target.Entry.ByteCount);
            }
            writer.Complete();
        }
        var json = ConfigurationWriter.Write(configuration, options.OriginalConfiguration, StoredType(stored.Values), layouts.Count > 0);
        AtomicFile.Write(Path.Combine(folder, ConfigurationReader.FileName), stream => stream.Write(json));
    }

    private static List<Target> Targets(TransformerConfiguration configuration, Dictionary<string, SafetensorsTensor> stored, Dictionary<string, PackedWeight> layouts)
    {
        var targets = new List<Target>();
        foreach (var tensor in TensorCatalog.For(configuration))
        {
            var names = layouts.TryGetValue(tensor.Name, out var packed) ? packed.OwnTensors(tensor.Name) : [tensor.Name];
            foreach (var name in names)
            {
                var source = Require(stored, name);
                targets.Add(new(new(name, source.Type, source.Extents), writer => ByteStream.Append(writer, name, source.Storage<byte>())));
            }
        }
        return targets;
    }

    /// <summary>The tensor of a part, which must be there by now.</summary>
    internal static SafetensorsTensor Require(Dictionary<string, SafetensorsTensor> stored, string name) =>
        stored.TryGetValue(name, out var tensor) ? tensor : throw new InvalidOperationException($"the tensor {PrintableName.Of(name)} was written in no part");

    // What most bytes are, in the words of config.json.
    private static string StoredType(IEnumerable<SafetensorsTensor> tensors)
    {
        var most = tensors.Where(tensor => tensor.Type.ToElement() is not null).GroupBy(tensor => tensor.Type).OrderByDescending(group => group.Sum(tensor => tensor.ByteCount)).Select(group => group.Key).FirstOrDefault(SafetensorsType.F32);
        return most switch
        {
            SafetensorsType.BF16 => "bfloat16",
            SafetensorsType.F16 => "float16",
            SafetensorsType.F64 => "float64",
            _ => "float32",
        };
    }
}
