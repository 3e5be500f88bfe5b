using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Learning.Optimisers;

namespace Sparseland.Space.LightFields;

/// <summary>Named arrays on their way to or from one safetensors file. Reading checks type and length of everything against what is expected, so a damaged file is refused and never believed.</summary>
internal sealed class ArrayStore
{
    private readonly List<(SafetensorsEntry Entry, byte[] Bytes)> _arrays = [];
    private readonly ITensorCollection? _file;

    /// <summary>A store to be filled and written.</summary>
    public ArrayStore() { }

    private ArrayStore(ITensorCollection file) => _file = file;

    /// <summary>The text of the file's header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file!.Metadata;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InvalidFileException">It is missing, truncated or not safetensors.</exception>
    public static ArrayStore Open(string path) => new(SafetensorsFile.Open(path));

    /// <summary>The exception for something in the file that cannot be.</summary>
    public InvalidFileException Damaged(string place, string problem) => new(_file!.Path, place, problem, "train it again, or copy it again from where it came");

    /// <summary>Whether the file has an array of a name.</summary>
    public bool Contains(string name) => _file!.Find(name) is not null;

    public void Add(string name, ReadOnlySpan<float> values, params long[] extents) => Add(name, SafetensorsType.F32, MemoryMarshal.AsBytes(values), extents);

    public void Add(string name, ReadOnlySpan<int> values, params long[] extents) => Add(name, SafetensorsType.I32, MemoryMarshal.AsBytes(values), extents);

    public void Add(string name, ReadOnlySpan<ulong> values, params long[] extents) => Add(name, SafetensorsType.U64, MemoryMarshal.AsBytes(values), extents);

    public void Add(string name, RowAdam adam)
    {
        Add($"{name}.moments", adam.Moments, adam.LastSteps.Length, 2 * adam.Width);
        Add($"{name}.step", adam.LastSteps, adam.LastSteps.Length);
    }

    /// <summary>Writes the file; it appears when it is whole.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public void Write(string path, IReadOnlyDictionary<string, string> metadata)
    {
        using var writer = new SafetensorsWriter(path, [.. _arrays.Select(array => array.Entry)], metadata);
        foreach (var (entry, bytes) in _arrays)
            writer.Append(entry.Name, bytes.AsSpan());
        writer.Complete();
    }

    public void Read(string name, Span<float> destination)
    {
        Require(name, SafetensorsType.F32, destination.Length).Storage<float>().Slice(0, destination.Length).CopyTo(destination);
        foreach (var value in destination)
            if (!float.IsFinite(value))
                throw Damaged(name, $"it holds {value}, and its values must be finite");
    }

    public void Read(string name, Span<int> destination) => Require(name, SafetensorsType.I32, destination.Length).Storage<int>().Slice(0, destination.Length).CopyTo(destination);

    public void Read(string name, RowAdam adam)
    {
        Read($"{name}.moments", adam.Moments.AsSpan());
        Read($"{name}.step", adam.LastSteps.AsSpan());
    }

    /// <summary>The whole of an array of codes, whatever its length.</summary>
    public ulong[] ReadCodes(string name)
    {
        var tensor = Require(name, SafetensorsType.U64, null);
        return tensor.Storage<ulong>().Slice(0, checked((int)tensor.ElementCount)).ToArray();
    }

    private void Add(string name, SafetensorsType type, ReadOnlySpan<byte> bytes, long[] extents) => _arrays.Add((new SafetensorsEntry(name, type, extents), bytes.ToArray()));

    private SafetensorsTensor Require(string name, SafetensorsType type, long? length)
    {
        var tensor = _file!.Require(name);
        if (tensor.Type != type || (length is { } expected && tensor.ElementCount != expected))
            throw Damaged(name, $"{tensor.ElementCount} elements of {tensor.Type.Name()} where {(length is null ? "some" : length)} of {type.Name()} are expected");
        return tensor;
    }
}
