namespace Sparseland.Layouts;

/// <summary>A step of a product with a panel: some rows of a matrix, a block of its columns, and where they meet.</summary>
internal unsafe struct PanelBlock
{
    /// <summary>A row's entries within a block are asked for from memory while those of so many rows before it are multiplied.</summary>
    public const int RowsAhead = 3;

    /// <summary>The first row.</summary>
    public int First;

    /// <summary>How many rows.</summary>
    public int Rows;

    /// <summary>The first column.</summary>
    public int Column;

    /// <summary>Behind the last column.</summary>
    public int End;

    /// <summary>Lanes of the panel.</summary>
    public int Width;

    /// <summary>[End - Column][Width].</summary>
    public float* Panel;

    /// <summary>[Rows][Width]; a product adds to them.</summary>
    public float* Sums;

    /// <summary>[Rows]: where each row's walk stands; moved to the block's end.</summary>
    public int* Cursors;

    /// <summary>How many rows behind a row of the block the one is whose entries shall be asked for.</summary>
    public readonly int Ahead(int row) => Math.Min(RowsAhead, Rows - 1 - row);
}
