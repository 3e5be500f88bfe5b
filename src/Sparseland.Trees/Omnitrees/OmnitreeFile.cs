using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Tensors;
using Sparseland.Trees.Files;

namespace Sparseland.Trees.Omnitrees;

/// <summary>Omnitrees in files, with or without the occupancy of their boxes: a header, the bit string, and a bit for each box. Everything is checked at the opening.</summary>
public static class OmnitreeFile
{
    internal const string FileKind = "SPOMNITR";
    internal const int HeaderBytes = 64;
    private const string Name = "an omnitree";
    private const int DimensionsPlace = 32, OccupancyPlace = 36, NodesPlace = 40, BoxesPlace = 44;

    /// <summary>Writes a tree; the file appears when it is whole.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write(string path, Omnitree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        Write(path, tree, null);
    }

    /// <summary>Writes a tree with the occupancy of its boxes; the file appears when it is whole.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write(string path, OmnitreeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Write(path, shape.Tree, shape.Occupancy);
    }

    /// <summary>Reads a tree, and its shape where occupancies are there.</summary>
    /// <exception cref="InvalidFileException">There is no such file, or it is damaged; names the node where its string stops being a tree.</exception>
    /// <exception cref="UnsupportedException">It is of another version.</exception>
    public static (Omnitree Tree, OmnitreeShape? Shape) Open(string path) => Open(MappedFile.Open(path));

    /// <summary>Reads from a file that is already mapped, or was given as bytes.</summary>
    /// <exception cref="InvalidFileException">It is damaged; names the node where its string stops being a tree.</exception>
    /// <exception cref="UnsupportedException">It is of another version.</exception>
    public static (Omnitree Tree, OmnitreeShape? Shape) Open(MappedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        FrozenFile.Check(file, FileKind, HeaderBytes, Name);
        var header = file.Slice(0, HeaderBytes);
        var dimensions = Number(file, header, DimensionsPlace, "the number of dimensions", 1, Omnitree.MaximumDimensions);
        var occupied = Number(file, header, OccupancyPlace, "the mark of occupancies", 0, 1) == 1;
        var nodes = Number(file, header, NodesPlace, "the number of nodes", 1, Omnitree.MaximumNodes);
        var boxes = Number(file, header, BoxesPlace, "the number of boxes", 1, nodes);
        var words = OmnitreeBits.WordCount(dimensions, nodes);
        var occupancyWords = occupied ? OmnitreeBits.WordCount(1, boxes) : 0;
        if (HeaderBytes + sizeof(ulong) * ((long)words + occupancyWords) != file.Length)
            throw FrozenFile.Damaged(file.Path, $"byte {NodesPlace}", $"{nodes} nodes and {boxes} boxes ask for {HeaderBytes + sizeof(ulong) * ((long)words + occupancyWords)} bytes and it has {file.Length}");
        var structure = Words(file, HeaderBytes, words, (long)dimensions * nodes, "node " + (nodes - 1));
        if (OmnitreeWalker.FindFault(dimensions, nodes, structure) is var (node, problem))
            throw FrozenFile.Damaged(file.Path, $"node {node}", problem);
        var tree = new Omnitree(dimensions, nodes, structure);
        if (tree.BoxCount != boxes)
            throw FrozenFile.Damaged(file.Path, $"byte {BoxesPlace}", $"it says {boxes} boxes and its string has {tree.BoxCount}");
        return (tree, occupied ? new OmnitreeShape(tree, Words(file, HeaderBytes + sizeof(ulong) * words, occupancyWords, boxes, "box " + (boxes - 1))) : null);
    }

    private static void Write(string path, Omnitree tree, ulong[]? occupancy)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(DimensionsPlace), tree.Dimensions);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(OccupancyPlace), occupancy is null ? 0 : 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(NodesPlace), tree.NodeCount);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(BoxesPlace), tree.BoxCount);
        var structure = MemoryMarshal.AsBytes<ulong>(tree.Words);
        var boxes = MemoryMarshal.AsBytes<ulong>(occupancy);
        var buffer = new TensorStorage<byte>(HeaderBytes + structure.Length + boxes.Length);
        structure.CopyTo(buffer.Slice(HeaderBytes, structure.Length));
        boxes.CopyTo(buffer.Slice(HeaderBytes + structure.Length, boxes.Length));
        FrozenFile.Write(path, FileKind, header, buffer);
    }

    private static ulong[] Words(MappedFile file, int start, int count, long bits, string last)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(file.Slice(start, sizeof(ulong) * count)).ToArray();
        GC.KeepAlive(file);
        if ((bits & 63) != 0 && words[^1] >> (int)(bits & 63) != 0)
            throw FrozenFile.Damaged(file.Path, last, "bits are set after it");
        return words;
    }

    private static int Number(MappedFile file, ReadOnlySpan<byte> header, int place, string name, int least, int most)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(header[place..]);
        return value >= least && value <= most ? value : throw FrozenFile.Damaged(file.Path, $"byte {place}", $"{name} is {value}, and {least} to {most} are possible");
    }
}
