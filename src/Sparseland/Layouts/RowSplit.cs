namespace Sparseland.Layouts;

/// <summary>
/// Cuts rows into parts of about equal cost once, when a matrix is made. The cut depends on the matrix alone, never on the number of threads,
/// and falls on multiples of four rows (or rows of blocks), which kernels take together.
/// </summary>
internal static unsafe class RowSplit
{
    // Below this many bytes a part is not worth waking a thread for; above this many parts nothing is gained.
    private const long BytesPerPart = 48 * 1024;
    private const int MostParts = 16;

    /// <summary>Bounds of parts that hold about the same number of entries.</summary>
    /// <param name="offsets">[count + 1], ascending.</param>
    /// <param name="count">Rows, or rows of blocks.</param>
    /// <param name="bytes">Of the whole matrix.</param>
    /// <param name="height">Rows of a block.</param>
    /// <param name="rows">Rows of the matrix, when the blocks may reach below it.</param>
    public static int[] ByOffsets(int* offsets, int count, long bytes, int height = 1, int rows = int.MaxValue)
    {
        var parts = PartsFor(count, bytes);
        var bounds = new int[parts + 1];
        var row = 0;
        for (var part = 1; part <= parts; part++)
        {
            // Rows cost a little even when they are empty: count one entry for each.
            var goal = ((long)offsets[count] + count) * part / parts;
            while (row < count && (part == parts || offsets[row] + (long)row < goal))
                row += 4;
            bounds[part] = Math.Min(Math.Min(row, count) * height, rows);
        }
        return bounds;
    }

    /// <summary>Bounds of parts with about the same number of rows.</summary>
    /// <param name="count">Rows, or rows of blocks.</param>
    /// <param name="bytes">Of the whole matrix.</param>
    /// <param name="height">Rows of a block.</param>
    /// <param name="rows">Rows of the matrix, when the blocks may reach below it.</param>
    public static int[] Even(int count, long bytes, int height = 1, int rows = int.MaxValue)
    {
        var parts = PartsFor(count, bytes);
        var bounds = new int[parts + 1];
        var step = height == 1 ? 4 : 1;
        for (var part = 1; part <= parts; part++)
        {
            var bound = part == parts ? count : (int)((long)count * part / parts) / step * step;
            bounds[part] = Math.Min(bound * height, rows);
        }
        return bounds;
    }

    private static int PartsFor(int count, long bytes) => (int)Math.Clamp(Math.Min(bytes / BytesPerPart, count / 4), 1, MostParts);
}
