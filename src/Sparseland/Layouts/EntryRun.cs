namespace Sparseland.Layouts;

/// <summary>
/// The kept entries of a row within a block of columns, where they lie: in the layout itself if its memory has that form, else in the thread's scratch.
/// Column numbers are of 16 bits or of 32 bits, one of the two pointers is null; values are float32.
/// </summary>
internal unsafe struct EntryRun
{
    /// <summary>Column numbers of 16 bits, or null.</summary>
    public ushort* Narrow;

    /// <summary>Column numbers of 32 bits, or null.</summary>
    public int* Wide;

    /// <summary>The values.</summary>
    public float* Values;

    /// <summary>How many entries.</summary>
    public int Count;

    /// <summary>What the column numbers are counted from: the block's first column is this number.</summary>
    public int First;
}
