using System.Numerics;

namespace Sparseland.Autograd.Kernels;

/// <summary>The extents of one attention and who may look at whom. Queries are the last positions of the keys.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Queries">Query positions of a sequence.</param>
/// <param name="Keys">Key positions of a sequence; at least the queries.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads; divides the query heads.</param>
/// <param name="HeadWidth">The width of a head.</param>
/// <param name="Window">How many latest positions, its own included, a query sees.</param>
internal readonly record struct AttentionShape(int Batch, int Queries, int Keys, int Heads, int KeyValueHeads, int HeadWidth, int Window)
{
    /// <summary>Rows of queries in a tile.</summary>
    public const int QueryTile = 64;

    /// <summary>Rows of keys in a tile.</summary>
    public const int KeyTile = 64;

    /// <summary>The head's width in whole vectors.</summary>
    public int PaddedWidth => TileProduct.RoundUp(HeadWidth, TileProduct.ColumnStep);

    /// <summary>Query tiles of a sequence.</summary>
    public int QueryTiles => (Queries + QueryTile - 1) / QueryTile;

    /// <summary>Key tiles of a sequence.</summary>
    public int KeyTiles => (Keys + KeyTile - 1) / KeyTile;

    /// <summary>Query heads that share a key and value head.</summary>
    public int Group => Heads / KeyValueHeads;

    /// <summary>Queries in a tile, fewer in the last.</summary>
    public int QueriesIn(int tile) => Math.Min(QueryTile, Queries - (tile * QueryTile));

    /// <summary>Keys in a tile, fewer in the last.</summary>
    public int KeysIn(int tile) => Math.Min(KeyTile, Keys - (tile * KeyTile));

    /// <summary>The first key tile that the first row of a query tile sees.</summary>
    public int FirstKeyTile(int queryTile) => Math.Max(0, Position(queryTile, 0) - Window + 1) / KeyTile;

    /// <summary>The last key tile that the last row of a query tile sees.</summary>
    public int LastKeyTile(int queryTile) => Position(queryTile, QueriesIn(queryTile) - 1) / KeyTile;

    /// <summary>The columns of a key tile that a row of a query tile sees: from First up to, not including, End; none when End is not above First.</summary>
    public (int First, int End) Visible(int queryTile, int row, int keyTile)
    {
        var relative = Position(queryTile, row) - (keyTile * KeyTile);
        return (Math.Max(0, relative - Window + 1), Math.Min(KeysIn(keyTile), relative + 1));
    }

    private int Position(int queryTile, int row) => Keys - Queries + (queryTile * QueryTile) + row;
}
