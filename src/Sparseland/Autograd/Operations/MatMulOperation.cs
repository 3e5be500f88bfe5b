using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Products of matrices, one pair for each entry of the leading dimensions.</summary>
public static class MatMulOperation
{
    /// <summary>A B, or A Bᵀ, for every matrix of the batch.</summary>
    /// <param name="a">[..., m, k].</param>
    /// <param name="b">[..., k, n], or [..., n, k] when transposed, with the same leading extents.</param>
    /// <param name="transposeB">Whether B is read transposed.</param>
    /// <returns>[..., m, n].</returns>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static Variable<T> MatMul<T>(this Variable<T> a, Variable<T> b, bool transposeB = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var rank = a.Shape.Rank;
        if (rank < 2 || b.Shape.Rank != rank || a.Shape[-1] != b.Shape[transposeB ? -1 : -2] || b.Shape.With(rank - 2, a.Shape[-2]).WithColumns(a.Shape[-1]) != a.Shape)
            throw new ArgumentException($"a product of the shapes {a.Shape} and {b.Shape}{(transposeB ? " transposed" : "")}", nameof(b));
        var output = a.Tape.Rent(a.Shape.WithColumns(b.Shape[transposeB ? -2 : -1]));
        for (var i = 0; i < BatchCount(a.Shape); i++)
            Gemm.Multiply(Matrix(a.Value, i), false, Matrix(b.Value, i), transposeB, Matrix(output, i));
        return a.Tape.Record(output, new Gradient<T>(a, b, transposeB), a, b);
    }

    private static int BatchCount(Shape shape) => shape[-2] == 0 ? 0 : shape.Rows / shape[-2];

    private static MatrixView<T> Matrix<T>(Tensor<T> tensor, int index) where T : unmanaged => tensor.Matrix.SliceRows(index * tensor.Shape[-2], tensor.Shape[-2]);

    private sealed class Gradient<T>(Variable<T> a, Variable<T> b, bool transposeB) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            if (b.NeedsGradient)
                saved.Value(a);
            if (a.NeedsGradient)
                saved.Value(b);
        }

        public override void Backward(Tensor<T> gradient)
        {
            if (a.NeedsGradient)
            {
                var destination = a.GradientBuffer(out var accumulate);
                for (var i = 0; i < BatchCount(a.Shape); i++)
                    Gemm.Multiply(Matrix(gradient, i), false, Matrix(b.Value, i), !transposeB, Matrix(destination, i), accumulate);
            }
            if (b.NeedsGradient)
            {
                var destination = b.GradientBuffer(out var accumulate);
                for (var i = 0; i < BatchCount(a.Shape); i++)
                {
                    if (transposeB)
                        Gemm.Multiply(Matrix(gradient, i), true, Matrix(a.Value, i), false, Matrix(destination, i), accumulate);
                    else
                        Gemm.Multiply(Matrix(a.Value, i), true, Matrix(gradient, i), false, Matrix(destination, i), accumulate);
                }
            }
        }
    }
}
