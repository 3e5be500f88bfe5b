using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Kernels;

/// <summary>Sums over the rows of a matrix, such as the gradient of a bias: every piece of rows sums into a row of its own, and those are added in order.</summary>
internal static class RowSums
{
    /// <summary>The most pieces; scratch holds one row for each.</summary>
    public const int MostPieces = 32;

    /// <summary>Rows in a piece, so that there are at most <see cref="MostPieces"/> and small matrices stay whole.</summary>
    public static int RowsPerPiece(int rows, int columns) => Math.Max((rows + MostPieces - 1) / MostPieces, Ranges.RowsOf(columns));

    /// <summary>How many pieces the rows are cut into.</summary>
    public static int Pieces(int rows, int columns)
    {
        var grain = RowsPerPiece(rows, columns);
        return (rows + grain - 1) / grain;
    }

    /// <summary>Adds the sum of all rows to the gradient of a variable of the row's length.</summary>
    public static void AddTo<T>(Variable<T> variable, Tensor<T> matrix) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (matrix.Shape.Rows, matrix.Shape.Columns);
        var partial = variable.Tape.Rent(new Shape(Pieces(rows, columns), columns));
        Ranges.Run(rows, RowsPerPiece(rows, columns), new Work<T>(matrix, partial, RowsPerPiece(rows, columns)));
        AddPieces(variable, partial);
        variable.Tape.Release(partial);
    }

    /// <summary>Adds partial sums, a row each, to a variable's gradient.</summary>
    public static void AddPieces<T>(Variable<T> variable, Tensor<T> partial) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var destination = variable.GradientBuffer(out var accumulate).Span;
        if (!accumulate)
            destination.Clear();
        var matrix = partial.Matrix;
        for (var row = 0; row < matrix.Rows; row++)
            TensorPrimitives.Add(destination, matrix.Row(row), destination);
        matrix.KeepAlive();
    }

    private readonly struct Work<T>(Tensor<T> matrix, Tensor<T> partial, int rowsPerPiece) : IRangeWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var rows = matrix.Matrix;
            var sums = partial.Matrix.Row(start / rowsPerPiece);
            rows.Row(start).CopyTo(sums);
            for (var row = start + 1; row < start + count; row++)
                TensorPrimitives.Add(sums, rows.Row(row), sums);
            rows.KeepAlive();
        }
    }
}
