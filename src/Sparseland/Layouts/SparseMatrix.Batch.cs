using Sparseland.Tensors;

namespace Sparseland.Layouts;

public abstract unsafe partial class SparseMatrix
{
    private protected int[] _split = [0];

    /// <inheritdoc/>
    public override void MultiplyBatch(MatrixView<float> x, MatrixView<float> y)
    {
        if (x.Columns != Columns || y.Columns != Rows || x.Rows != y.Rows)
            throw new ArgumentException($"a {Rows} x {Columns} matrix times a batch of {x.Rows} x {x.Columns} into {y.Rows} x {y.Columns}");
        for (var b = 0; b < x.Rows; b++)
            Multiply(x.Row(b), y.Row(b));
    }

    /// <inheritdoc/>
    public override void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y)
    {
        if (x.Columns != Rows || y.Columns != Columns || x.Rows != y.Rows)
            throw new ArgumentException($"a batch of {x.Rows} x {x.Columns} times a {Rows} x {Columns} matrix into {y.Rows} x {y.Columns}");
        var scratch = RowScratch.Take(Columns);
        for (var b = 0; b < y.Rows; b++)
            y.Row(b).Clear();
        for (var row = 0; row < Rows; row++)
        {
            var cursor = Seek(row, 0);
            var count = Walk(row, 0, Columns, ref cursor, scratch.Columns, scratch.Values);
            for (var b = 0; b < x.Rows; b++)
            {
                var factor = x[b, row];
                var line = y.Row(b);
                for (var i = 0; i < count; i++)
                    line[scratch.Columns[i]] += factor * scratch.Values[i];
            }
        }
        GC.KeepAlive(this);
        x.KeepAlive();
        y.KeepAlive();
    }
}
