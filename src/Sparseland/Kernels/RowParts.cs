namespace Sparseland.Kernels;

/// <summary>Cuts the rows of a matrix into parts for the threads, by bytes and never by the number of threads.</summary>
internal readonly struct RowParts
{
    // Long enough that taking the next part is free, short enough that no thread waits long for the last one.
    private const long BytesPerPart = 128 << 10;

    // Less than this is read sooner than a second thread is awake.
    private const long SerialBytes = 96 << 10;

    /// <summary>Cuts rows of some bytes each into parts of about the same size, two at least; every part but the last is a multiple of four rows.</summary>
    public RowParts(int rows, long bytesPerRow)
    {
        Rows = rows;
        var bytes = rows * bytesPerRow;
        var parts = bytes <= SerialBytes ? 1 : Math.Max(2, (bytes + BytesPerPart - 1) / BytesPerPart);
        // Even parts: a short one at the end would leave a thread with nothing to do.
        var even = (rows + parts - 1) / parts;
        RowsPerPart = parts == 1 ? Math.Max(rows, 1) : (int)((even + 3) / 4 * 4);
        Count = (rows + RowsPerPart - 1) / RowsPerPart;
    }

    public int Rows { get; }

    public int RowsPerPart { get; }

    public int Count { get; }

    public int Start(int part) => part * RowsPerPart;

    public int End(int part) => Math.Min(Rows, (part + 1) * RowsPerPart);
}
