using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Tensors;
using Sparseland.Trees.Files;

namespace Sparseland.Trees.Voxels;

/// <summary>Frozen voxel grids in files, which are their memory: written as they lie, mapped and used without copying. Everything a read relies on is checked at the opening.</summary>
public static unsafe class VoxelFile
{
    internal const string FileKind = "SPVOXELS";
    private const string Name = "a frozen voxel grid";
    private const int FramePlace = 56;

    private static readonly (Type Type, string Name)[] Elements =
        [(typeof(float), "float32"), (typeof(double), "float64"), (typeof(Half), "float16"), (typeof(byte), "uint8"), (typeof(short), "int16"), (typeof(int), "int32"), (typeof(long), "int64")];

    /// <summary>Writes a grid; the file appears when it is whole.</summary>
    /// <exception cref="UnsupportedException">The values are of a type that the format does not have.</exception>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write<T>(string path, FrozenVoxelGrid<T> grid) where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(grid);
        FrozenFile.Write(path, FileKind, Header(grid.Layout, grid.Background, grid.Frame), grid.Storage);
    }

    /// <summary>Whether a file begins as a frozen grid does.</summary>
    /// <exception cref="InvalidFileException">There is no such file.</exception>
    public static bool IsVoxelFile(string path)
    {
        var file = MappedFile.Open(path);
        var begins = file.Length >= FileKind.Length && file.Slice(0, FileKind.Length).SequenceEqual("SPVOXELS"u8);
        GC.KeepAlive(file);
        return begins;
    }

    /// <summary>The type of a file's values, as <see cref="Open{T}(string)"/> wants it.</summary>
    /// <exception cref="InvalidFileException">There is no such file, or it is damaged; says where.</exception>
    public static Type ValueType(string path)
    {
        var file = MappedFile.Open(path);
        FrozenFile.Check(file, FileKind, FrozenVoxelLayout.HeaderBytes, Name);
        return Elements[Number(file, file.Slice(0, FrozenVoxelLayout.HeaderBytes), 32, "the type of values", Elements.Length - 1)].Type;
    }

    /// <summary>Maps a grid and checks its index and the bricks' masks; the checksum reads the whole file once.</summary>
    /// <exception cref="InvalidFileException">There is no such file, or it is damaged; says where.</exception>
    /// <exception cref="MismatchException">Its values are of another type.</exception>
    /// <exception cref="UnsupportedException">It is of another version.</exception>
    public static FrozenVoxelGrid<T> Open<T>(string path) where T : unmanaged => Open<T>(MappedFile.Open(path));

    /// <summary>The grid in a file that is already mapped, or was given as bytes.</summary>
    /// <exception cref="InvalidFileException">It is damaged; says where.</exception>
    /// <exception cref="MismatchException">Its values are of another type.</exception>
    /// <exception cref="UnsupportedException">It is of another version.</exception>
    public static FrozenVoxelGrid<T> Open<T>(MappedFile file) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(file);
        var wanted = ElementOf<T>();
        FrozenFile.Check(file, FileKind, FrozenVoxelLayout.HeaderBytes, Name);
        var header = file.Slice(0, FrozenVoxelLayout.HeaderBytes);
        var element = Number(file, header, 32, "the type of values", Elements.Length - 1);
        if (element != wanted)
            throw new MismatchException($"{file.Path} has values of {Elements[element].Name}, and {Elements[wanted].Name} is asked for; open it as what it is");
        var layout = new FrozenVoxelLayout(
            Number(file, header, 36, "the number of nodes", int.MaxValue), Number(file, header, 40, "the number of bricks", int.MaxValue), Number(file, header, 44, "the number of tiles", int.MaxValue), sizeof(T));
        if (layout.Bytes != file.Length)
            throw FrozenFile.Damaged(file.Path, "byte 36", $"its counts ask for {layout.Bytes} bytes and it has {file.Length}");
        var background = MemoryMarshal.Read<T>(header[48..]);
        var frame = MemoryMarshal.Read<VoxelFrame>(header[FramePlace..]);
        if (frame == default)
            frame = VoxelFrame.Unit;
        if (!frame.IsValid)
            throw FrozenFile.Damaged(file.Path, $"byte {FramePlace}", $"its voxels begin at {frame.Origin} and are {frame.Spacing} apart");
        var storage = file.Storage<byte>(0, file.Length);
        CheckIndex(file.Path, storage, layout);
        return new(storage, layout, background, frame);
    }

    /// <summary>The header of a grid, but for its envelope.</summary>
    internal static byte[] Header<T>(FrozenVoxelLayout layout, T background, VoxelFrame frame) where T : unmanaged
    {
        var header = new byte[FrozenVoxelLayout.HeaderBytes];
        var span = header.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(span[32..], ElementOf<T>());
        BinaryPrimitives.WriteInt32LittleEndian(span[36..], layout.Nodes);
        BinaryPrimitives.WriteInt32LittleEndian(span[40..], layout.Bricks);
        BinaryPrimitives.WriteInt32LittleEndian(span[44..], layout.Tiles);
        MemoryMarshal.Write(span[48..], background);
        // Zeros stand for the frame of a grid that was given none.
        if (frame != VoxelFrame.Unit)
            MemoryMarshal.Write(span[FramePlace..], frame);
        return header;
    }

    /// <summary>Refuses values of a type that the format does not have.</summary>
    internal static void RequireElement<T>() where T : unmanaged => ElementOf<T>();

    private static int Number(MappedFile file, ReadOnlySpan<byte> header, int place, string name, int most)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(header[place..]);
        return value >= 0 && value <= most ? value : throw FrozenFile.Damaged(file.Path, $"byte {place}", $"{name} is {value}, and 0 to {most} are possible");
    }

    // Bits and ranks lead to bricks and tiles: keys must rise, no slot has both, and the counts must run on from word to word to the numbers there are.
    private static void CheckIndex(string path, TensorStorage<byte> storage, FrozenVoxelLayout layout)
    {
        var buffer = storage.Pointer;
        var keys = (ulong*)(buffer + layout.Keys);
        for (var node = 0; node < layout.Nodes; node++)
        {
            if (keys[node] >> (63 - VoxelNode<byte>.Log2Slots) != 0 || (node > 0 && keys[node] <= keys[node - 1]))
                throw FrozenFile.Damaged(path, $"byte {layout.Keys + node * (long)sizeof(ulong)}", $"the code of node {node} is {keys[node]}, which is not above the one before or beyond the reach of a grid");
        }
        var bricks = (ulong*)(buffer + layout.BrickSlots);
        var tiles = (ulong*)(buffer + layout.TileSlots);
        var active = (ulong*)(buffer + layout.TileActive);
        var brickRanks = (int*)(buffer + layout.BrickRanks);
        var tileRanks = (int*)(buffer + layout.TileRanks);
        var (brickCount, tileCount) = (0L, 0L);
        for (var word = 0L; word < (long)layout.Nodes * FrozenVoxelLayout.WordsPerNode; word++)
        {
            if ((bricks[word] & tiles[word]) != 0 || (active[word] & ~tiles[word]) != 0)
                throw FrozenFile.Damaged(path, $"byte {layout.TileSlots + word * sizeof(ulong)}", "a slot is a brick and a tile, or active and neither");
            if (brickRanks[word] != brickCount || tileRanks[word] != tileCount)
                throw FrozenFile.Damaged(path, $"byte {layout.BrickRanks + word * sizeof(int)}", $"{brickRanks[word]} bricks and {tileRanks[word]} tiles are said to be before it, and there are {brickCount} and {tileCount}");
            brickCount += BitOperations.PopCount(bricks[word]);
            tileCount += BitOperations.PopCount(tiles[word]);
        }
        if (brickCount != layout.Bricks || tileCount != layout.Tiles)
            throw FrozenFile.Damaged(path, "byte 40", $"it says {layout.Bricks} bricks and {layout.Tiles} tiles, and its slots have {brickCount} and {tileCount}");
        GC.KeepAlive(storage);
    }

    private static int ElementOf<T>()
    {
        var element = Array.FindIndex(Elements, known => known.Type == typeof(T));
        return element >= 0 ? element : throw new UnsupportedException($"values of {typeof(T).Name} have no place in {Name}; there are {string.Join(", ", Elements.Select(known => known.Name))}");
    }
}
