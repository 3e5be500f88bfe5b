using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Trees.Files;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

/// <summary>Linear octrees in files, which are their memory: written as they lie, mapped and used without copying. Everything a query relies on is checked at the opening, so a damaged file is refused and never followed.</summary>
public static class OctreeFile
{
    internal const string FileKind = "SPOCTREE";
    private const string Name = "a frozen octree";
    private const int Levels = MortonCode3.MaximumDepth + 1;
    private const int CountsPlace = 64;

    /// <summary>Writes a tree; the file appears when it is whole.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write(string path, LinearOctree tree)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tree);
        var header = new byte[OctreeLayout.HeaderBytes];
        var span = header.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(span[32..], tree.Depth);
        BinaryPrimitives.WriteInt32LittleEndian(span[36..], (int)tree.Kind);
        BinaryPrimitives.WriteInt32LittleEndian(span[40..], tree.SourceCount);
        BinaryPrimitives.WriteInt32LittleEndian(span[44..], tree.ItemCount);
        MemoryMarshal.Write(span[48..], tree.Cube.Minimum);
        BinaryPrimitives.WriteSingleLittleEndian(span[60..], tree.Cube.Size);
        for (var level = 0; level <= tree.Depth; level++)
            BinaryPrimitives.WriteInt32LittleEndian(span[(CountsPlace + sizeof(int) * level)..], tree.NodeCount(level));
        FrozenFile.Write(path, FileKind, header, tree.Storage);
    }

    /// <summary>Whether a file begins as a frozen octree does.</summary>
    /// <exception cref="InvalidFileException">There is no such file.</exception>
    public static bool IsOctreeFile(string path)
    {
        var file = MappedFile.Open(path);
        var begins = file.Length >= FileKind.Length && file.Slice(0, FileKind.Length).SequenceEqual("SPOCTREE"u8);
        GC.KeepAlive(file);
        return begins;
    }

    /// <summary>Maps a tree and checks all of it, which reads the file once.</summary>
    /// <exception cref="InvalidFileException">There is no such file, or it is damaged; says where.</exception>
    /// <exception cref="UnsupportedException">It is of another version.</exception>
    public static LinearOctree Open(string path) => Open(MappedFile.Open(path));

    /// <summary>The tree in a file that is already mapped, or was given as bytes.</summary>
    /// <exception cref="InvalidFileException">It is damaged; says where.</exception>
    /// <exception cref="UnsupportedException">It is of another version.</exception>
    public static LinearOctree Open(MappedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        FrozenFile.Check(file, FileKind, OctreeLayout.HeaderBytes, Name);
        var header = file.Slice(0, OctreeLayout.HeaderBytes);
        var depth = Number(file, header, 32, "the depth", 1, MortonCode3.MaximumDepth);
        var kind = (OctreeKind)Number(file, header, 36, "the kind of leaves", 0, (int)OctreeKind.Triangles);
        var sources = Number(file, header, 40, "the number of sources", 0, int.MaxValue);
        var items = Number(file, header, 44, "the number of items", 0, int.MaxValue);
        var cube = new Cube(MemoryMarshal.Read<Vector3>(header[48..]), BinaryPrimitives.ReadSingleLittleEndian(header[60..]));
        if (!(cube.Size > 0 && float.IsFinite(cube.Size) && float.IsFinite((1 << MortonCode3.MaximumDepth) / cube.Size) && float.IsFinite(cube.Minimum.X + cube.Minimum.Y + cube.Minimum.Z)))
            throw FrozenFile.Damaged(file.Path, "byte 48", $"its cube begins at {cube.Minimum} and has the side {cube.Size}");
        if (kind == OctreeKind.Points ? items != sources : kind == OctreeKind.Cells && items != 0)
            throw FrozenFile.Damaged(file.Path, "byte 44", $"it has {items} items of {sources} sources, which leaves of {kind} cannot have");
        var counts = new int[Levels];
        for (var level = 0; level < Levels; level++)
            counts[level] = Number(file, header, CountsPlace + sizeof(int) * level, $"the number of nodes of level {level}", 0, level > depth ? 0 : int.MaxValue);
        var layout = new OctreeLayout(depth, kind, counts.AsSpan(0, depth + 1), items);
        if (layout.Bytes != file.Length)
            throw FrozenFile.Damaged(file.Path, $"byte {CountsPlace}", $"its counts ask for {layout.Bytes} bytes and it has {file.Length}");
        var storage = file.Storage<byte>(0, file.Length);
        OctreeValidator.Check(file.Path, storage, layout, cube, sources);
        return new(storage, layout, cube, sources);
    }

    private static int Number(MappedFile file, ReadOnlySpan<byte> header, int place, string name, int least, int most)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(header[place..]);
        return value >= least && value <= most ? value : throw FrozenFile.Damaged(file.Path, $"byte {place}", $"{name} is {value}, and {least} to {most} are possible");
    }
}
