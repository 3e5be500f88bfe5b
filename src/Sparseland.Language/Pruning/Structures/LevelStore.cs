using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>A layer pruned to one level.</summary>
/// <param name="Kept">The structures that stay.</param>
/// <param name="Weights">[outputs, kept columns], new weights of the consumer, not to be written to; null where its kept columns are the dense model's.</param>
/// <param name="AddedBias">[outputs], or null.</param>
public sealed record PrunedLevel(KeptStructures Kept, Tensor<float>? Weights, float[]? AddedBias);

/// <summary>
/// Pruned levels of layers, by layer and number of structures kept: in memory, or a file each, which is mapped when it is read. A file is, little-endian: 8 bytes "SPLLEVL1",
/// 32 bytes of what it was made from, int32 structures, int32 kept, int32 outputs, int32 parts (1 weights, 2 bias), the kept numbers as int32, the bias and the weights as float32.
/// Levels of different layers may be saved and read side by side.
/// </summary>
/// <param name="folder">Where the files are; null keeps everything in memory.</param>
/// <param name="identity">SHA-256 of model, calibration and settings, hexadecimal.</param>
internal sealed class LevelStore(string? folder, string identity)
{
    private const int HeaderBytes = 56;
    private const int HasWeights = 1;
    private const int HasBias = 2;
    private static readonly byte[] Magic = "SPLLEVL1"u8.ToArray();

    private readonly Dictionary<string, PrunedLevel> _inMemory = new(StringComparer.Ordinal);

    /// <summary>Whether a level was saved, by this run or by one that was ended.</summary>
    /// <exception cref="MismatchException">It is of another model, calibration or settings.</exception>
    public bool Contains(StructureSet set, int kept)
    {
        if (folder is null)
            return _inMemory.ContainsKey(Key(set, kept));
        var path = PathOf(set, kept);
        if (!File.Exists(path))
            return false;
        CheckHeader(MappedFile.Open(path), set, kept);
        return true;
    }

    public void Save(KeptStructures kept, StructureOutcome outcome)
    {
        if (folder is null)
        {
            lock (_inMemory)
                _inMemory[Key(kept.Set, kept.Indices.Count)] = new PrunedLevel(kept, outcome.Weights, outcome.AddedBias);
            return;
        }
        AtomicFile.Write(PathOf(kept.Set, kept.Indices.Count), stream => Write(stream, kept, outcome));
    }

    /// <exception cref="MismatchException">It is of another model, calibration or settings.</exception>
    /// <exception cref="InvalidFileException">It is missing or damaged.</exception>
    public PrunedLevel Load(StructureSet set, int kept)
    {
        if (folder is null)
            return _inMemory[Key(set, kept)];
        var file = MappedFile.Open(PathOf(set, kept));
        var (outputs, parts) = CheckHeader(file, set, kept);
        var indices = MemoryMarshal.Cast<byte, int>(file.Slice(HeaderBytes, sizeof(int) * kept)).ToArray();
        var position = HeaderBytes + sizeof(int) * (long)kept;
        var bias = (parts & HasBias) != 0 ? MemoryMarshal.Cast<byte, float>(file.Slice(position, sizeof(float) * outputs)).ToArray() : null;
        position += sizeof(float) * (bias?.Length ?? 0);
        var shape = new Shape(outputs, kept * set.Consumer.Extent);
        var weights = (parts & HasWeights) != 0 ? new Tensor<float>(file.Storage<float>(position, shape.Length), 0, shape) : null;
        try
        {
            return new PrunedLevel(new KeptStructures(set, indices), weights, bias);
        }
        catch (ArgumentException fault)
        {
            throw Damaged(file.Path, fault.Message);
        }
    }

    private void Write(Stream stream, KeptStructures kept, StructureOutcome outcome)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        Convert.FromHexString(identity).CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], kept.Set.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[44..], kept.Indices.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[48..], outcome.Weights?.Shape.Rows ?? outcome.AddedBias?.Length ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(header[52..], (outcome.Weights is null ? 0 : HasWeights) | (outcome.AddedBias is null ? 0 : HasBias));
        stream.Write(header);
        stream.Write(MemoryMarshal.AsBytes<int>(kept.Indices.ToArray()));
        stream.Write(MemoryMarshal.AsBytes<float>(outcome.AddedBias ?? []));
        for (var row = 0; row < (outcome.Weights?.Shape.Rows ?? 0); row++)
            stream.Write(MemoryMarshal.AsBytes(outcome.Weights!.Matrix.Row(row)));
    }

    private (int Outputs, int Parts) CheckHeader(MappedFile file, StructureSet set, int kept)
    {
        if (file.Length < HeaderBytes || !file.Slice(0, 8).SequenceEqual(Magic))
            throw Damaged(file.Path, "no pruned level of this version");
        if (!file.Slice(8, 32).SequenceEqual(Convert.FromHexString(identity)))
            throw new MismatchException($"{file.Path}: a level of another model, calibration or recipe: choose another folder, or delete this one");
        var numbers = MemoryMarshal.Cast<byte, int>(file.Slice(40, 16));
        var (count, stays, outputs, parts) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        if (count != set.Count || stays != kept || outputs is < 0 or > 1 << 24 || parts is < 0 or > 3)
            throw Damaged(file.Path, $"{stays} of {count} structures and {outputs} outputs, expected {kept} of {set.Count}");
        var floats = ((parts & HasWeights) != 0 ? (long)outputs * kept * set.Consumer.Extent : 0) + ((parts & HasBias) != 0 ? outputs : 0);
        if (file.Length != HeaderBytes + sizeof(int) * (long)kept + sizeof(float) * floats)
            throw Damaged(file.Path, $"{file.Length} bytes do not fit {kept} structures and {outputs} outputs");
        return (outputs, parts);
    }

    private string PathOf(StructureSet set, int kept) => Path.Combine(folder!, set.Name, string.Create(CultureInfo.InvariantCulture, $"keep-{kept:d5}.level"));

    private static string Key(StructureSet set, int kept) => string.Create(CultureInfo.InvariantCulture, $"{set.Name} {kept}");

    private static InvalidFileException Damaged(string path, string problem) => new(path, "", problem, "delete the unfinished output folder and start again");
}
