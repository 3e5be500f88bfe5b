using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// Tiled-CSL, the graphics-card format of Flash-LLM (Xia et al. 2023, arXiv 2309.10285, section 4.3), here for comparison and exchange.
/// Tiles of 128 x 64, row of tiles after row of tiles. An entry is 32 bits: the float16 value in the lower half, the place row x 64 + column within the tile
/// in the upper, the column exclusive-or'ed with (row mod 8) x 8 as it would lie in shared memory. Tiles are padded to a multiple of four entries with zeros
/// at places that hold zero (a full tile has 8,192 entries and needs none), and entries are ordered so that 32 threads that write at once meet different memory banks.
/// <para>Parts: offsets (int32 [tiles + 2], in units of four entries: each tile's start, the end, and the end again because the kernel of the paper looks one tile
/// ahead), entries (uint32).</para>
/// <para>The authors drop zeros. Here a kept zero is stored as -0.0 and +0.0 is padding, so that masks survive; a matrix whose extents are not multiples of the tile is padded inside.</para>
/// </summary>
public sealed unsafe partial class TiledCslMatrix : SparseMatrix
{
    /// <summary>The layout's name.</summary>
    public const string LayoutName = "tiled-csl";

    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 128;

    /// <summary>Columns of a tile.</summary>
    public const int TileColumns = 64;

    private const int Banks = 32;

    /// <summary>Rebuilds the matrix over its parts.</summary>
    /// <param name="element">Float16.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="parts">offsets, entries.</param>
    /// <exception cref="ArgumentException">A part is missing or does not fit; the message says which and how.</exception>
    public TiledCslMatrix(ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> parts)
        : this(rows, columns, Check(element, rows, columns, new PartList(LayoutName, parts)))
    {
    }

    private TiledCslMatrix(int rows, int columns, (LayoutPart Offsets, LayoutPart Entries) parts)
        : base(rows, columns, ElementType.Float16, parts.Offsets, parts.Entries)
    {
        Offsets = (int*)parts.Offsets.Pointer;
        Entries = (uint*)parts.Entries.Pointer;
        var kept = 0L;
        for (var i = 0L; i < parts.Entries.Count; i++)
            kept += (ushort)Entries[i] != 0 ? 1 : 0;
        KeptCount = kept;
        Split = RowSplit.Even(TilesDown, ByteCount, TileRows, rows);
        Kernel = RowKernels.Choose(this);
    }

    /// <inheritdoc/>
    public override string Name => LayoutName;

    /// <inheritdoc/>
    public override long KeptCount { get; }

    // [tiles + 2], in units of four entries.
    private int* Offsets { get; }

    // Value and place.
    private uint* Entries { get; }

    /// <summary>The first entry of a tile, or behind the last one.</summary>
    internal uint* TileStart(int tile) => Entries + (long)Offsets[tile] * 4;

    /// <inheritdoc/>
    internal override int RowStep => TileRows;

    /// <inheritdoc/>
    internal override bool WalksRows => false;

    /// <summary>Tiles in a row of tiles.</summary>
    internal int TilesAcross => (Columns + TileColumns - 1) / TileColumns;

    private int TilesDown => (Rows + TileRows - 1) / TileRows;

    /// <summary>Stores what the mask keeps, as float16.</summary>
    /// <param name="values">The matrix.</param>
    /// <param name="mask">What is kept.</param>
    /// <exception cref="NumericalException">A kept value is NaN or infinite, or becomes infinite in the value type; the message has its row and column.</exception>
    public static TiledCslMatrix FromDense(MatrixView<float> values, Mask mask)
    {
        CheckSource(ElementType.Float16, values, mask);
        var down = (mask.Rows + TileRows - 1) / TileRows;
        var across = mask.WordsPerRow;
        var offsets = LayoutPart.Allocate("offsets", PartType.Int32, (long)down * across + 2);
        var list = new List<uint>();
        var tile = new TileOrder();
        for (var i = 0; i < down * across; i++)
        {
            ((int*)offsets.Pointer)[i] = list.Count / 4;
            tile.Fill(values, mask, i / across * TileRows, i % across);
            tile.AppendTo(list);
        }
        ((int*)offsets.Pointer)[down * across] = list.Count / 4;
        ((int*)offsets.Pointer)[down * across + 1] = list.Count / 4;
        var entries = LayoutPart.Allocate("entries", PartType.UInt32, list.Count);
        for (var i = 0; i < list.Count; i++)
            ((uint*)entries.Pointer)[i] = list[i];
        values.KeepAlive();
        return new TiledCslMatrix(mask.Rows, mask.Columns, (offsets, entries));
    }

    internal override int Seek(int row, int column) => 0;

    // Entries of a row lie anywhere in its tiles: one row costs a look at 128. Whoever needs many rows expands whole tiles.
    internal override int Walk(int row, int first, int end, ref int cursor, int* columns, float* values)
    {
        var line = stackalloc float[TileColumns];
        var count = 0;
        var inTile = row % TileRows;
        for (var t = first / TileColumns; t * TileColumns < end; t++)
        {
            var tile = row / TileRows * TilesAcross + t;
            var present = 0UL;
            for (var i = (long)Offsets[tile] * 4; i < (long)Offsets[tile + 1] * 4; i++)
            {
                var place = Place(Entries[i]);
                if (place / TileColumns != inTile || (ushort)Entries[i] == 0)
                    continue;
                present |= 1UL << (place % TileColumns);
                line[place % TileColumns] = StoredValues.FromFloat16((ushort)Entries[i]);
            }
            for (; present != 0; present &= present - 1)
            {
                var column = System.Numerics.BitOperations.TrailingZeroCount(present);
                columns[count] = t * TileColumns + column - first;
                values[count++] = line[column];
            }
        }
        return count;
    }

    /// <summary>Row x 64 + column within the tile, the swizzle undone.</summary>
    internal static int Place(uint entry)
    {
        var place = (int)(entry >> 16);
        return place ^ ((place >> 6 & 7) << 3);
    }

    /// <inheritdoc/>
    internal override int ExpansionRows => TileRows;

    internal override void Expand(int first, int end, float* destination)
    {
        var tile = Scratch.Get<ushort>(Scratch.PackedLeft, TiledCslTile.Size);
        for (var top = first / TileRows * TileRows; top < end; top += TileRows)
        {
            for (var across = 0; across < TilesAcross; across++)
            {
                var index = top / TileRows * TilesAcross + across;
                TiledCslTile.Fill(TileStart(index), TileStart(index + 1), tile);
                var left = across * TileColumns;
                for (var row = Math.Max(top, first); row < Math.Min(top + TileRows, end); row++)
                    TiledCslTile.CopyRow(tile, row - top, Math.Min(TileColumns, Columns - left), destination + (long)(row - first) * Columns + left);
            }
        }
    }

    private static (LayoutPart Offsets, LayoutPart Entries) Check(ElementType element, int rows, int columns, PartList parts)
    {
        StoredValues.RequireElement(LayoutName, element, ElementType.Float16);
        var across = (columns + TileColumns - 1) / TileColumns;
        var tiles = (long)((rows + TileRows - 1) / TileRows) * across;
        var offsets = parts.Find("offsets", PartType.Int32, tiles + 2);
        var entries = parts.Find("entries", PartType.UInt32);
        if (entries.Count % 4 != 0)
            throw new ArgumentException($"{LayoutName}: {entries.Count} entries are not groups of four");
        parts.RequireOffsets(offsets, entries.Count / 4, TileRows * TileColumns / 4);
        if (tiles > 0 && ((int*)offsets.Pointer)[tiles] != ((int*)offsets.Pointer)[tiles + 1])
            throw new ArgumentException($"{LayoutName}: the part 'offsets' ends with a tile that is not empty");
        var seen = new ulong[TileRows];
        for (var tile = 0L; tile < tiles; tile++)
        {
            Array.Clear(seen);
            for (var i = (long)((int*)offsets.Pointer)[tile] * 4; i < (long)((int*)offsets.Pointer)[tile + 1] * 4; i++)
            {
                var entry = ((uint*)entries.Pointer)[i];
                var place = Place(entry);
                var (row, column) = (place / TileColumns, place % TileColumns);
                var outside = tile / across * TileRows + row >= rows || tile % across * TileColumns + column >= columns;
                var isPadding = (ushort)entry == 0;
                if (row >= TileRows || (!isPadding && (outside || (seen[row] >> column & 1) != 0)))
                    throw new ArgumentException($"{LayoutName}: tile {tile} holds an entry at row {row}, column {column}, which is outside the matrix or taken");
                if (!isPadding)
                    seen[row] |= 1UL << column;
            }
            // Whoever lays out a tile stores the padding too: it must not stand where a value does.
            for (var i = (long)((int*)offsets.Pointer)[tile] * 4; i < (long)((int*)offsets.Pointer)[tile + 1] * 4; i++)
            {
                var entry = ((uint*)entries.Pointer)[i];
                var (row, column) = (Place(entry) / TileColumns, Place(entry) % TileColumns);
                if ((ushort)entry == 0 && (seen[row] >> column & 1) != 0)
                    throw new ArgumentException($"{LayoutName}: tile {tile} has padding at row {row}, column {column}, which is taken");
            }
        }
        return (offsets, entries);
    }

    /// <summary>One tile on its way into the format: entries by bank, then taken out in turn.</summary>
    private sealed class TileOrder
    {
        private readonly Queue<uint>[] _bins = [.. Enumerable.Range(0, Banks).Select(_ => new Queue<uint>())];
        private readonly List<uint> _free = [];
        private readonly uint[] _turn = new uint[Banks * 4];
        private int _count;

        public void Fill(MatrixView<float> values, Mask mask, int top, int word)
        {
            _count = 0;
            _free.Clear();
            for (var row = 0; row < TileRows; row++)
            {
                var kept = top + row < mask.Rows ? mask.Row(top + row)[word] : 0;
                for (var column = 0; column < TileColumns; column++)
                {
                    var swizzled = column ^ ((row & 7) << 3);
                    var place = (uint)(row * TileColumns + swizzled) << 16;
                    if ((kept >> column & 1) == 0)
                    {
                        // Three places suffice for padding.
                        if (_free.Count < 3)
                            _free.Add(place);
                        continue;
                    }
                    _bins[swizzled / 2 % Banks].Enqueue(place | StoreValue(values[top + row, word * TileColumns + column]));
                    _count++;
                }
            }
            for (var i = 0; _count % 4 != 0; i++, _count++)
                _bins[(int)(_free[i] >> 16) % TileColumns / 2 % Banks].Enqueue(_free[i]);
        }

        public void AppendTo(List<uint> entries)
        {
            // A warp of 32 threads takes 128 entries, four in a row per thread: the k-th of all threads are written together.
            for (var done = 0; done < _count; done += Banks * 4)
            {
                var turn = Math.Min(Banks * 4, _count - done);
                var threads = turn / 4;
                for (var k = 0; k < 4; k++)
                    for (var thread = 0; thread < threads; thread++)
                        _turn[thread * 4 + k] = FullestBin().Dequeue();
                for (var i = 0; i < turn; i++)
                    entries.Add(_turn[i]);
            }
        }

        private Queue<uint> FullestBin()
        {
            var best = _bins[0];
            foreach (var bin in _bins)
                if (bin.Count > best.Count)
                    best = bin;
            return best;
        }

        private static uint StoreValue(float value)
        {
            ushort bits;
            StoredValues.Encode(ElementType.Float16, new ReadOnlySpan<float>(in value), 0, (byte*)&bits);
            return bits == 0 ? 0x8000u : bits;
        }
    }
}
