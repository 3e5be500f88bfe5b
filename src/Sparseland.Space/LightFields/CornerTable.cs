using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>The rows of features at the corners of cells: neighbours share them, or every cell has eight of its own.</summary>
internal sealed class CornerTable
{
    private CornerTable(int[] corners, ulong[] keys) => (Corners, Keys) = (corners, keys);

    /// <summary>Eight rows for each cell, that of the corner with x, y and z halves as the bits 0, 1 and 2.</summary>
    public int[] Corners { get; }

    /// <summary>One key for each row, rising: where the corner is, or which corner of which cell. The same corner has the same key in the table of other cells.</summary>
    public ulong[] Keys { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => Keys.Length;

    /// <summary>The table of cells.</summary>
    /// <param name="codes">Their Morton codes, rising.</param>
    /// <param name="shared">Whether neighbours share corners.</param>
    public static CornerTable Of(ReadOnlySpan<ulong> codes, bool shared)
    {
        var perCell = new ulong[checked(8 * codes.Length)];
        for (var cell = 0; cell < codes.Length; cell++)
        {
            var (x, y, z) = MortonCode3.Decode(codes[cell]);
            for (var corner = 0u; corner < 8; corner++)
                perCell[8 * cell + (int)corner] = shared ? (x + (corner & 1)) | ((ulong)(y + ((corner >> 1) & 1)) << 21) | ((ulong)(z + (corner >> 2)) << 42) : (codes[cell] << 3) | corner;
        }
        var sorted = (ulong[])perCell.Clone();
        Array.Sort(sorted);
        var count = 0;
        for (var i = 0; i < sorted.Length; i++)
            if (i == 0 || sorted[i] != sorted[i - 1])
                sorted[count++] = sorted[i];
        Array.Resize(ref sorted, count);
        var corners = new int[perCell.Length];
        for (var i = 0; i < corners.Length; i++)
            corners[i] = Array.BinarySearch(sorted, perCell[i]);
        return new(corners, sorted);
    }

    /// <summary>Which row of this table each row of a table of fewer cells was.</summary>
    public int[] RowsOf(CornerTable fewer) => Array.ConvertAll(fewer.Keys, key => Array.BinarySearch(Keys, key));
}
