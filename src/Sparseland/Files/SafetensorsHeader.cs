using System.Buffers.Binary;
using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>
/// Reads and checks a safetensors header: 8 bytes of little-endian length N, N bytes of JSON, then the tensors' bytes without holes.
/// Every length and offset is checked here, before anything is allocated or touched because of it (format: github.com/huggingface/safetensors, "Format").
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The key that holds text about the file instead of a tensor.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>The longest header, in bytes; the reference implementation's limit.</summary>
    public const long LongestHeader = 100_000_000;

    private const int MaxRank = 32;
    private const string Again = "the file is damaged: fetch or write it again";

    /// <summary>Reads the header of a mapped file.</summary>
    /// <exception cref="InvalidFileException">It is not a whole safetensors file.</exception>
    public static void Read(MappedFile file, List<SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        if (file.Length < 8)
            throw Fault(file, "byte 0", $"a safetensors file begins with 8 bytes of header length, and this has {file.Length} bytes");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, 8));
        if (length > LongestHeader)
            throw Fault(file, "byte 0", $"the header claims {length} bytes; at most {LongestHeader} are allowed", "is this a safetensors file?");
        if ((long)length > file.Length - 8)
            throw Fault(file, "byte 0", $"the header claims {length} bytes and {file.Length - 8} follow");
        var json = file.Slice(8, (int)length);
        if (json.Length == 0 || json[0] != (byte)'{')
            throw Fault(file, "byte 8", "the header does not begin with '{'", "is this a safetensors file?");
        try
        {
            ReadJson(file, json, 8 + (long)length, tensors, metadata);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid UTF-8 or holds half a surrogate pair.
            var place = fault is JsonException { LineNumber: not null } at ? $"header line {at.LineNumber + 1}, byte {at.BytePositionInLine}" : "header";
            throw new InvalidFileException(file.Path, place, "the header is not valid JSON", Again, fault);
        }
        GC.KeepAlive(file);
        CheckOffsets(file, tensors, 8 + (long)length);
    }

    private static void ReadJson(MappedFile file, ReadOnlySpan<byte> json, long dataStart, List<SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        var names = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
                throw Fault(file, PrintableName.Of(name), "the header has this name twice");
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Fault(file, PrintableName.Of(name), "an object is expected here");
            if (name == MetadataKey)
                ReadMetadata(file, ref reader, metadata);
            else
                tensors.Add(ReadTensor(file, name, ref reader, dataStart));
        }
        while (reader.Read()) { }
    }

    private static void ReadMetadata(MappedFile file, ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Fault(file, $"{MetadataKey}, {PrintableName.Of(key)}", "metadata values are strings");
            metadata[key] = reader.GetString()!;
        }
    }

    private static SafetensorsTensor ReadTensor(MappedFile file, string name, ref Utf8JsonReader reader, long dataStart)
    {
        SafetensorsType? type = null;
        List<long>? extents = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype":
                    type = ReadType(file, name, ref reader);
                    break;
                case "shape":
                    extents = ReadNumbers(file, name, ref reader, "shape", MaxRank);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(file, name, ref reader, "data_offsets", 2);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (type is null || extents is null || offsets is not { Count: 2 })
            throw Fault(file, PrintableName.Of(name), "a tensor needs dtype, shape and two data_offsets");
        var bytes = (long)type.Value.ByteCount();
        foreach (var extent in extents)
            bytes = extent != 0 && bytes > long.MaxValue / extent ? throw Fault(file, PrintableName.Of(name), "its shape is larger than any file") : bytes * extent;
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > file.Length - dataStart)
            throw Fault(file, PrintableName.Of(name), $"it lies at bytes {begin} to {end} of {file.Length - dataStart}");
        if (end - begin != bytes)
            throw Fault(file, PrintableName.Of(name), $"its shape [{string.Join(", ", extents)}] in {type.Value.Name()} needs {bytes} bytes and it has {end - begin}");
        return new(file, name, type.Value, extents, dataStart + begin, bytes);
    }

    private static SafetensorsType ReadType(MappedFile file, string name, ref Utf8JsonReader reader)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Fault(file, PrintableName.Of(name), "its dtype is not a string");
        return SafetensorsTypes.Parse(text)
            ?? throw new UnsupportedException($"{file.Path}: the tensor {PrintableName.Of(name)} has the element type {PrintableName.Of(text)}; known are {string.Join(", ", SafetensorsTypes.Names)}");
    }

    private static List<long> ReadNumbers(MappedFile file, string name, ref Utf8JsonReader reader, string key, int limit)
    {
        var numbers = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Fault(file, PrintableName.Of(name), $"its {key} is not an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Fault(file, PrintableName.Of(name), $"its {key} holds something else than whole numbers from 0 to 2^63");
            if (numbers.Count == limit)
                throw Fault(file, PrintableName.Of(name), $"its {key} has more than {limit} numbers");
            numbers.Add(number);
        }
        return numbers;
    }

    // The format forbids holes as well as overlaps, so that no bytes can hide between tensors: sorted by offset, each begins where the last one ended.
    private static void CheckOffsets(MappedFile file, List<SafetensorsTensor> tensors, long dataStart)
    {
        var ordered = tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.ByteCount).ToList();
        var end = dataStart;
        SafetensorsTensor? previous = null;
        foreach (var tensor in ordered)
        {
            if (tensor.Offset < end)
                throw Fault(file, PrintableName.Of(tensor.Name), $"it overlaps the tensor {PrintableName.Of(previous!.Name)}");
            if (tensor.Offset > end)
                throw Fault(file, PrintableName.Of(tensor.Name), $"{tensor.Offset - end} bytes before it belong to no tensor");
            end += tensor.ByteCount;
            previous = tensor;
        }
        if (end != file.Length)
            throw Fault(file, $"byte {end}", $"{file.Length - end} bytes at the end belong to no tensor");
    }

    private static InvalidFileException Fault(MappedFile file, string place, string problem, string remedy = Again) => new(file.Path, place, problem, remedy);
}
