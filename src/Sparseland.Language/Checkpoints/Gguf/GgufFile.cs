using System.Buffers.Binary;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>A tensor in a GGUF file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">The extents, outermost first (the file has them innermost first).</param>
/// <param name="Element">How it is stored.</param>
/// <param name="Offset">Its first byte, counted from the start of the file.</param>
/// <param name="ByteCount">Its bytes.</param>
public sealed record GgufTensor(string Name, Shape Shape, ElementType Element, long Offset, long ByteCount);

/// <summary>
/// A GGUF file, versions 2 and 3, little-endian, mapped: metadata and the tensors' places are read and checked at once, tensors when they are used
/// (format: github.com/ggml-org/ggml, docs/gguf.md). Thread-safe; nobody disposes it.
/// </summary>
public sealed class GgufFile
{
    /// <summary>The first four bytes, "GGUF".</summary>
    internal const uint Magic = 0x46554747;

    /// <summary>Where tensors are aligned when general.alignment does not say otherwise, in bytes.</summary>
    internal const int DefaultAlignment = 32;

    private const int MaxRank = 4;
    private readonly Dictionary<string, GgufTensor> _byName = new(StringComparer.Ordinal);

    private GgufFile(MappedFile file)
    {
        File = file;
        var reader = new GgufReader(file);
        reader.RequireMagic();
        Version = reader.ReadVersion();
        var tensorCount = reader.ReadCount("tensors", 24);
        var valueCount = reader.ReadCount("metadata values", 13);
        var metadata = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (var i = 0L; i < valueCount; i++)
        {
            var key = reader.ReadText("a key");
            if (!metadata.TryAdd(key, reader.ReadValue(key)))
                throw reader.Fault($"the key {PrintableName.Of(key)} is there twice");
        }
        Metadata = metadata;
        var tensors = new List<GgufTensor>();
        for (var i = 0L; i < tensorCount; i++)
            tensors.Add(ReadTensor(ref reader));
        Tensors = Place(tensors, reader.Position);
    }

    /// <summary>The mapped file.</summary>
    public MappedFile File { get; }

    /// <summary>2 or 3.</summary>
    public int Version { get; }

    /// <summary>All metadata, the tokenizer's (tokenizer.ggml.*) included.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>All tensors, in the file's order.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Whether a file begins like GGUF.</summary>
    public static bool IsGguf(MappedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(0, 4)) == Magic;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidFileException">It is missing, truncated or not GGUF.</exception>
    /// <exception cref="UnsupportedException">Its version or a tensor's type is not known.</exception>
    public static GgufFile Open(string path) => new(MappedFile.Open(path));

    /// <summary>Reads a file that is mapped already, or bytes in memory.</summary>
    public static GgufFile Open(MappedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(file);
    }

    /// <summary>The tensor of a name, or null.</summary>
    public GgufTensor? Find(string name) => _byName.GetValueOrDefault(name);

    private static GgufTensor ReadTensor(ref GgufReader reader)
    {
        var name = reader.ReadText("a tensor's name");
        var rank = reader.ReadUInt32();
        if (rank > MaxRank)
            throw reader.Fault($"the tensor {PrintableName.Of(name)} has {rank} dimensions; at most {MaxRank} are possible");
        var extents = new int[rank];
        var elements = 1L;
        for (var i = (int)rank - 1; i >= 0; i--)
        {
            var extent = reader.ReadUInt64();
            if (extent > int.MaxValue || (extent != 0 && elements > long.MaxValue / 8 / (long)extent))
                throw reader.Fault($"the tensor {PrintableName.Of(name)} has an extent of {extent}, which no file can hold");
            extents[i] = (int)extent;
            elements *= (long)extent;
        }
        var type = reader.ReadUInt32();
        var offset = reader.ReadUInt64();
        var (element, blockElements, blockBytes) = GgufTensorTypes.Find(type)
            ?? throw new UnsupportedException($"{reader.Path}: the tensor {PrintableName.Of(name)} is stored as {GgufTensorTypes.NameOf(type)}; known are {GgufTensorTypes.KnownNames}");
        if (blockElements > 1 && (rank == 0 || extents[^1] % blockElements != 0))
            throw reader.Fault($"the rows of the tensor {PrintableName.Of(name)} are not whole blocks of {blockElements}");
        if (offset > long.MaxValue / 2)
            throw reader.Fault($"the tensor {PrintableName.Of(name)} begins at byte {offset}");
        return new(name, new Shape(extents), element, (long)offset, elements / blockElements * blockBytes);
    }

    // Offsets in the file count from the end of the header, rounded up to the alignment; tensors must lie inside the file and not in each other.
    private List<GgufTensor> Place(List<GgufTensor> tensors, long headerEnd)
    {
        var alignment = Metadata.TryGetValue("general.alignment", out var value) ? value.AsInt64() ?? 0 : DefaultAlignment;
        if (alignment is < 1 or > 1 << 20 || (alignment & (alignment - 1)) != 0)
            throw new InvalidFileException(File.Path, "general.alignment", $"{alignment} is not a power of two up to {1 << 20}", "fetch or write the file again");
        var start = (headerEnd + alignment - 1) / alignment * alignment;
        var placed = tensors.ConvertAll(tensor => tensor with { Offset = start + tensor.Offset });
        var end = start;
        foreach (var tensor in placed.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.ByteCount))
        {
            var place = PrintableName.Of(tensor.Name);
            if (tensor.Offset > File.Length || tensor.ByteCount > File.Length - tensor.Offset)
                throw new InvalidFileException(File.Path, place, $"its {tensor.ByteCount} bytes from byte {tensor.Offset} on are beyond the file's {File.Length}", "the file is truncated: fetch it again");
            if (tensor.Offset < end)
                throw new InvalidFileException(File.Path, place, "it overlaps another tensor", "the file is damaged: fetch it again");
            if (!_byName.TryAdd(tensor.Name, tensor))
                throw new InvalidFileException(File.Path, place, "the name is there twice", "the file is damaged: fetch it again");
            end = tensor.Offset + tensor.ByteCount;
        }
        return placed;
    }
}
