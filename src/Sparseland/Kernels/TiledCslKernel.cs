using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>
/// Tiled-CSL entries times a vector, one by one: the order that spares a graphics card bank conflicts scatters the sums here, which is what the comparison shows.
/// A row of tiles is a part.
/// </summary>
internal sealed unsafe class TiledCslKernel : RowKernel
{
    public override string Name => "Float16 tiled-csl matrix-vector 128x64";

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
                var last = tiled.Entries + (long)tiled.Offsets[tile + 1] * 4;
                for (var entry = tiled.Entries + (long)tiled.Offsets[tile] * 4; entry < last; entry++)
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
