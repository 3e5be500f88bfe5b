namespace Sparseland.Kernels;

/// <summary>Cuts the rows of a matrix into parts for the threads, by bytes and never by the number of threads.</summary>
internal readonly struct RowParts
{
    // Long enough that taking the next part is free, short enough that no thread waits long for the last one.
    private const long BytesPerPart = 128 << 10;

    // Less than this is read sooner than a second thread is awake.
    private const long SerialBytes = 96 << 10;

    /// <summary>Cuts rows of some bytes each; every part but the last is a multiple of four rows.</summary>
    public RowParts(int rows, long bytesPerRow)
    {
        Rows = rows;
        RowsPerPart = rows * bytesPerRow <= SerialBytes ? Math.Max(rows, 1) : (int)Math.Clamp(BytesPerPart / Math.Max(bytesPerRow, 1) / 4 * 4, 4, int.MaxValue / 2);
        Count = (rows + RowsPerPart - 1) / RowsPerPart;
    }

    public int Rows { get; }

    public int RowsPerPart { get; }

    public int Count { get; }

    public int Start(int part) => part * RowsPerPart;

    public int End(int part) => Math.Min(Rows, (part + 1) * RowsPerPart);
}
