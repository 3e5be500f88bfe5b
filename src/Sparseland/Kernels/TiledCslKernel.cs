using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Kernels;

/// <summary>
/// Tiled-CSL times a vector with AVX2: each tile is laid out in the first-level cache and multiplied densely. A row of tiles is a part.
/// </summary>
internal sealed unsafe class TiledCslTileKernel : RowKernel
{
    public override string Name => "Float16 tiled-csl matrix-vector, 128x64 laid out";

    public override string Hardware => "AVX2, FMA";

    public override bool IsSupported => TiledCslTile.IsSupported;

    public override bool Fits(SparseMatrix matrix) => matrix is TiledCslMatrix;

    // Padding may stand beyond the last column.
    public override bool Arranges(SparseMatrix matrix) => matrix.Columns % TiledCslMatrix.TileColumns != 0;

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var tiled = (TiledCslMatrix)matrix;
        const int lanes = TiledCslMatrix.TileRows * 8;
        var sums = Scratch.Get<float>(Scratch.PackedLeft, lanes + TiledCslTile.Size / 2);
        var tile = (ushort*)(sums + lanes);
        for (var top = first; top < end; top += TiledCslMatrix.TileRows)
        {
            new Span<float>(sums, lanes).Clear();
            var index = top / TiledCslMatrix.TileRows * tiled.TilesAcross;
            for (var across = 0; across < tiled.TilesAcross; across++)
            {
                TiledCslTile.Fill(tiled.TileStart(index + across), tiled.TileStart(index + across + 1), tile);
                TiledCslTile.Multiply(tile, x + across * TiledCslMatrix.TileColumns, sums);
            }
            for (var i = 0; i < Math.Min(TiledCslMatrix.TileRows, end - top); i++)
                y[top + i] = TensorPrimitives.Sum(new ReadOnlySpan<float>(sums + i * 8, 8));
        }
    }
}

/// <summary>
/// Tiled-CSL entries times a vector, one by one: the order that spares a graphics card bank conflicts scatters the sums here. A row of tiles is a part.
/// </summary>
internal sealed unsafe class TiledCslKernel : RowKernel
{
    public override string Name => "Float16 tiled-csl matrix-vector, entry by entry";

    public override string Hardware => "any";

    public override bool IsSupported => true;

    public override bool Fits(SparseMatrix matrix) => matrix is TiledCslMatrix;

    // Padding may stand beyond the last column.
    public override bool Arranges(SparseMatrix matrix) => matrix.Columns % TiledCslMatrix.TileColumns != 0;

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var tiled = (TiledCslMatrix)matrix;
        var sums = stackalloc float[TiledCslMatrix.TileRows];
        for (var top = first; top < end; top += TiledCslMatrix.TileRows)
        {
            new Span<float>(sums, TiledCslMatrix.TileRows).Clear();
            for (var across = 0; across < tiled.TilesAcross; across++)
            {
                var tile = top / TiledCslMatrix.TileRows * tiled.TilesAcross + across;
                var line = x + across * TiledCslMatrix.TileColumns;
                var last = tiled.TileStart(tile + 1);
                for (var entry = tiled.TileStart(tile); entry < last; entry++)
                {
                    var place = TiledCslMatrix.Place(*entry);
                    sums[place / TiledCslMatrix.TileColumns] += StoredValues.FromFloat16((ushort)*entry) * line[place % TiledCslMatrix.TileColumns];
                }
            }
            for (var i = 0; i < Math.Min(TiledCslMatrix.TileRows, end - top); i++)
                y[top + i] = sums[i];
        }
    }
}
