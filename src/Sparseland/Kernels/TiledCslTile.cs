using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>
/// One tile of Tiled-CSL as 128 x 64 float16 numbers with the zeros in between, 16 KiB that stay in the first-level cache: load as sparse, compute as dense.
/// The tile keeps the swizzled places, in which the eights of columns of row r are exchanged by exclusive or with r mod 8: an entry is then stored with
/// one shift, and whoever reads a row takes its eights in that order.
/// </summary>
internal static unsafe class TiledCslTile
{
    /// <summary>Numbers of a tile.</summary>
    public const int Size = TiledCslMatrix.TileRows * TiledCslMatrix.TileColumns;

    private const int Eights = TiledCslMatrix.TileColumns / 8;

    /// <summary>Whether products with a tile run here.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Clears the tile and puts the entries at their places.</summary>
    /// <param name="entry">The first entry.</param>
    /// <param name="last">Behind the last one, a multiple of four entries further on.</param>
    /// <param name="tile">[128 x 64].</param>
    public static void Fill(uint* entry, uint* last, ushort* tile)
    {
        new Span<ushort>(tile, Size).Clear();
        for (; entry < last; entry += 4)
        {
            var (low, high) = (*(ulong*)entry, *(ulong*)(entry + 2));
            tile[(ushort)(low >> 16)] = (ushort)low;
            tile[low >> 48] = (ushort)(low >> 32);
            tile[(ushort)(high >> 16)] = (ushort)high;
            tile[high >> 48] = (ushort)(high >> 32);
        }
    }

    /// <summary>sums[row] += tile row x x for all rows of a tile, in eight lanes each.</summary>
    /// <param name="tile">[128 x 64].</param>
    /// <param name="x">The 64 columns.</param>
    /// <param name="sums">[128][8].</param>
    public static void Multiply(ushort* tile, float* x, float* sums)
    {
        // Rows of equal r mod 8 want the eights of x in the same order, so these stay in registers for 16 rows.
        for (var s = 0; s < 8; s++)
        {
            var (x0, x1, x2, x3) = (Eight(x, s), Eight(x, s ^ 1), Eight(x, s ^ 2), Eight(x, s ^ 3));
            var (x4, x5, x6, x7) = (Eight(x, s ^ 4), Eight(x, s ^ 5), Eight(x, s ^ 6), Eight(x, s ^ 7));
            for (var row = s; row < TiledCslMatrix.TileRows; row += 8)
            {
                var line = (byte*)(tile + row * TiledCslMatrix.TileColumns);
                var a = Fma.MultiplyAdd(Float16Value.Load256(line), x0, Vector256.Load(sums + row * 8));
                var b = Float16Value.Load256(line + 16) * x1;
                a = Fma.MultiplyAdd(Float16Value.Load256(line + 32), x2, a);
                b = Fma.MultiplyAdd(Float16Value.Load256(line + 48), x3, b);
                a = Fma.MultiplyAdd(Float16Value.Load256(line + 64), x4, a);
                b = Fma.MultiplyAdd(Float16Value.Load256(line + 80), x5, b);
                a = Fma.MultiplyAdd(Float16Value.Load256(line + 96), x6, a);
                b = Fma.MultiplyAdd(Float16Value.Load256(line + 112), x7, b);
                (a + b).Store(sums + row * 8);
            }
        }
    }

    /// <summary>A row of the tile as float32 in column order.</summary>
    /// <param name="tile">[128 x 64].</param>
    /// <param name="row">0 to 127.</param>
    /// <param name="columns">How many columns, at most 64.</param>
    /// <param name="destination">Receives them.</param>
    public static void CopyRow(ushort* tile, int row, int columns, float* destination)
    {
        var line = tile + row * TiledCslMatrix.TileColumns;
        var column = 0;
        if (IsSupported)
        {
            for (; column + 8 <= columns; column += 8)
                Float16Value.Load256((byte*)(line + (column ^ (row & 7) << 3))).Store(destination + column);
        }
        for (; column < columns; column++)
            destination[column] = StoredValues.FromFloat16(line[column ^ (row & 7) << 3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(float* x, int index) => Vector256.Load(x + index % Eights * 8);
}
