namespace Sparseland.Layouts;

/// <summary>
/// Cuts rows into parts of about equal cost once, when a matrix is made. The cut depends on the matrix alone, never on the number of threads,
/// and falls on multiples of four rows, which kernels take together.
/// </summary>
internal static unsafe class RowSplit
{
    // Below this many bytes a part is not worth waking a thread for; above this many parts nothing is gained.
    private const long BytesPerPart = 48 * 1024;
    private const int MostParts = 16;

    /// <summary>Bounds of parts that hold about the same number of entries.</summary>
    /// <param name="offsets">[rows + 1], ascending.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="bytes">Of the whole matrix.</param>
    public static int[] ByOffsets(int* offsets, int rows, long bytes)
    {
        var bounds = Even(rows, bytes);
        var parts = bounds.Length - 1;
        var row = 0;
        for (var part = 1; part < parts; part++)
        {
            // Rows cost a little even when they are empty: count one entry for each.
            var goal = ((long)offsets[rows] + rows) * part / parts;
            while (row < rows && offsets[row] + (long)row < goal)
                row += 4;
            bounds[part] = Math.Min(row, rows);
        }
        return bounds;
    }

    /// <summary>Bounds of parts with about the same number of rows.</summary>
    public static int[] Even(int rows, long bytes)
    {
        var parts = (int)Math.Clamp(Math.Min(bytes / BytesPerPart, rows / 4), 1, MostParts);
        var bounds = new int[parts + 1];
        for (var part = 1; part < parts; part++)
            bounds[part] = (int)((long)rows * part / parts) & ~3;
        bounds[parts] = rows;
        return bounds;
    }
}
