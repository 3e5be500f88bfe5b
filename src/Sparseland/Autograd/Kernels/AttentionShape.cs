namespace Sparseland.Autograd.Kernels;

/// <summary>The extents of one attention and who may look at whom. Queries are the last positions of the keys.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Queries">Query positions of a sequence.</param>
/// <param name="Keys">Key positions of a sequence; at least the queries.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads; divides the query heads.</param>
/// <param name="HeadWidth">The width of a head.</param>
/// <param name="Window">How many latest positions, its own included, a query sees; at most the keys.</param>
internal readonly record struct AttentionShape(int Batch, int Queries, int Keys, int Heads, int KeyValueHeads, int HeadWidth, int Window)
{
    /// <summary>Queries and keys in a tile: scores of a tile, 16 KiB in float, fit the first-level cache.</summary>
    public const int Tile = 64;

    /// <summary>The head's width in whole vectors.</summary>
    public int PaddedWidth => TileProduct.RoundUp(HeadWidth, TileProduct.ColumnStep);

    /// <summary>Query tiles of a sequence.</summary>
    public int QueryTiles => (Queries + Tile - 1) / Tile;

    /// <summary>Query heads that share a key and value head.</summary>
    public int Group => Heads / KeyValueHeads;

    /// <summary>Elements from one position's queries to the next.</summary>
    public nint QueryRow => Heads * HeadWidth;

    /// <summary>Elements from one position's keys to the next.</summary>
    public nint KeyRow => KeyValueHeads * HeadWidth;

    /// <summary>Queries in a tile, fewer in the last.</summary>
    public int QueriesIn(int tile) => Math.Min(Tile, Queries - (tile * Tile));

    /// <summary>The first query of a tile in one head, as an offset into the queries.</summary>
    public long QueryPlace(int batch, int head, int tile) => ((((long)batch * Queries) + (tile * Tile)) * QueryRow) + (head * HeadWidth);

    /// <summary>The first key of a tile in one key head, as an offset into the keys.</summary>
    public long KeyPlace(int batch, int keyHead, int tile) => ((((long)batch * Keys) + (tile * Tile)) * KeyRow) + (keyHead * HeadWidth);

    /// <summary>Where the log-sum-exps of a query tile begin.</summary>
    public long LogPlace(int batch, int head, int tile) => ((((long)batch * Heads) + head) * Queries) + (tile * Tile);

    /// <summary>The first key tile that the first query of a tile sees.</summary>
    public int FirstKeyTile(int queryTile) => Math.Max(0, Position(queryTile) - Window + 1) / Tile;

    /// <summary>The last key tile that the last query of a tile sees.</summary>
    public int LastKeyTile(int queryTile) => (Position(queryTile) + QueriesIn(queryTile) - 1) / Tile;

    /// <summary>How a tile of queries looks at a tile of keys.</summary>
    public AttentionPair Pair(int queryTile, int keyTile) =>
        new(QueriesIn(queryTile), Math.Min(Tile, Keys - (keyTile * Tile)), Position(queryTile) - (keyTile * Tile), Window);

    private int Position(int queryTile) => Keys - Queries + (queryTile * Tile);
}

/// <summary>
/// A tile of queries over a tile of keys. Scores are kept transposed, a row for each key and a lane for each query, so that greatest scores and sums
/// over the keys are lane by lane and nothing is summed across a vector.
/// </summary>
/// <param name="Queries">Queries in the tile.</param>
/// <param name="AllKeys">Keys in the tile.</param>
/// <param name="Offset">The first query's position less the first key's.</param>
/// <param name="Window">How many latest positions a query sees.</param>
internal readonly record struct AttentionPair(int Queries, int AllKeys, int Offset, int Window)
{
    /// <summary>Keys or lanes that share one bound where part of a tile is hidden.</summary>
    public const int Block = 16;

    /// <summary>Queries in whole vectors.</summary>
    public int Lanes => TileProduct.RoundUp(Queries, TileProduct.ColumnStep);

    /// <summary>Keys that some query sees: those up to the last query's position.</summary>
    public int Keys => Math.Min(AllKeys, Offset + Queries);

    /// <summary>Whether every query sees every key.</summary>
    public bool IsFull => Offset >= AllKeys - 1 && Offset + Queries - 1 < Window;

    /// <summary>The first query that sees a key.</summary>
    public int FirstLane(int key) => Math.Clamp(key - Offset, 0, Lanes);

    /// <summary>The query after the last that sees a key.</summary>
    public int EndLane(int key) => (int)Math.Clamp((long)key - Offset + Window, 0, Lanes);

    /// <summary>Keys up to the last that a query sees.</summary>
    public int KeysUpTo(int lane) => Math.Clamp(Offset + lane + 1, 0, Keys);
}
