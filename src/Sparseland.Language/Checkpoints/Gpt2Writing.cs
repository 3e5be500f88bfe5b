using Sparseland.Files;
using Sparseland.Language.Models;

namespace Sparseland.Language.Checkpoints;

/// <summary>Writes GPT-2 under its own names: matrices turned back to [inputs, outputs], queries, keys and values side by side in c_attn.</summary>
internal static class Gpt2Writing
{
    /// <summary>The final tensors, each with what writes it.</summary>
    public static IEnumerable<(SafetensorsEntry Entry, Action<SafetensorsFolderWriter> Write)> Targets(TransformerConfiguration configuration, Dictionary<string, SafetensorsTensor> stored)
    {
        yield return Copy("wte.weight", TensorNames.Embedding);
        yield return Copy("wpe.weight", TensorNames.PositionEmbedding);
        for (var block = 0; block < configuration.BlockCount; block++)
        {
            yield return Turn($"h.{block}.attn.c_attn.weight", [.. Gpt2Tensors.Fused.Select(part => TensorNames.Weight(block, part))]);
            yield return Join($"h.{block}.attn.c_attn.bias", [.. Gpt2Tensors.Fused.Select(part => TensorNames.Bias(block, part))]);
            foreach (var (name, canonical) in Gpt2Tensors.Parts)
            {
                var weight = TensorNames.Weight(block, canonical);
                yield return name.StartsWith("ln_", StringComparison.Ordinal) ? Copy($"h.{block}.{name}.weight", weight) : Turn($"h.{block}.{name}.weight", [weight]);
                yield return Copy($"h.{block}.{name}.bias", TensorNames.Bias(block, canonical));
            }
        }
        yield return Copy("ln_f.weight", TensorNames.FinalNorm);
        yield return Copy("ln_f.bias", TensorNames.FinalNormBias);
        if (!configuration.TiedEmbeddings)
            yield return (new(TensorNames.Head, Find(TensorNames.Head).Type, Find(TensorNames.Head).Extents), writer => ByteStream.Append(writer, TensorNames.Head, Find(TensorNames.Head).Storage<byte>()));

        SafetensorsTensor Find(string name) => CheckpointAssembly.Require(stored, name);

        (SafetensorsEntry, Action<SafetensorsFolderWriter>) Copy(string name, string canonical) => Join(name, [canonical]);

        (SafetensorsEntry, Action<SafetensorsFolderWriter>) Join(string name, string[] canonical)
        {
            var sources = canonical.Select(Find).ToArray();
            long[] extents = [sources.Sum(source => source.Extents[0]), .. sources[0].Extents.Skip(1)];
            return (new($"transformer.{name}", sources[0].Type, extents), writer =>
            {
                foreach (var source in sources)
                    ByteStream.Append(writer, $"transformer.{name}", source.Storage<byte>());
            });
        }

        (SafetensorsEntry, Action<SafetensorsFolderWriter>) Turn(string name, string[] canonical)
        {
            var sources = canonical.Select(Find).ToArray();
            long[] extents = [sources[0].Extents[1], sources.Sum(source => source.Extents[0])];
            return (new($"transformer.{name}", sources[0].Type, extents), writer => WriteTurned(writer, $"transformer.{name}", sources));
        }
    }

    // Row i of the result is column i of every source, one source after the other.
    private static unsafe void WriteTurned(SafetensorsFolderWriter writer, string name, SafetensorsTensor[] sources)
    {
        var elementBytes = sources[0].Type.ByteCount();
        var inputs = sources[0].Extents[1];
        var row = new byte[sources.Sum(source => source.Extents[0]) * elementBytes];
        var storages = sources.Select(source => source.Storage<byte>()).ToArray();
        for (var input = 0L; input < inputs; input++)
        {
            var at = 0;
            for (var i = 0; i < sources.Length; i++)
            {
                var bytes = storages[i].Pointer + input * elementBytes;
                for (var output = 0L; output < sources[i].Extents[0]; output++, at += elementBytes)
                    new ReadOnlySpan<byte>(bytes + output * inputs * elementBytes, elementBytes).CopyTo(row.AsSpan(at));
            }
            writer.Append(name, row);
        }
        GC.KeepAlive(storages);
    }
}
