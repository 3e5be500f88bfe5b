using Sparseland.Coding;
using Sparseland.Tensors;

namespace Sparseland.Tests.Coding;

public class TruncatedSvdTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(60)]
    public void Eigenvectors_are_orthonormal_and_give_the_matrix_back(int n)
    {
        var factor = CodingData.Normal(n + 3, n);
        var matrix = new Tensor<double>(new Shape(n, n));
        Gemm.Multiply(factor.Matrix, true, factor.Matrix, false, matrix.Matrix);
        var vectors = matrix.Copy();
        var values = SymmetricEigen.Factor(vectors.Matrix);
        for (var i = 1; i < n; i++)
            Assert.True(values[i] <= values[i - 1]);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                Assert.Equal(i == j ? 1 : 0, TensorPrimitives.Dot<double>(vectors.Matrix.Row(i), vectors.Matrix.Row(j)), 1e-10);
                var sum = 0.0;
                for (var k = 0; k < n; k++)
                    sum += values[k] * vectors.Matrix[k, i] * vectors.Matrix[k, j];
                Assert.Equal(matrix.Matrix[i, j], sum, 1e-10 * n);
            }
    }

    [Fact]
    public void A_matrix_of_lower_rank_converges_and_its_further_vectors_are_zero()
    {
        var factor = CodingData.Normal(4, 30);
        var matrix = new Tensor<double>(new Shape(30, 30));
        Gemm.Multiply(factor.Matrix, true, factor.Matrix, false, matrix.Matrix);
        var values = SymmetricEigen.Factor(matrix.Matrix);
        Assert.All(values[..4], value => Assert.True(value > 1));
        Assert.All(values[4..], value => Assert.True(value < 1e-11));
    }

    [Theory]
    [InlineData(40, 25)]
    [InlineData(25, 40)]
    public void Planted_singular_values_beyond_the_rank_are_the_whole_error(int rows, int columns)
    {
        var (left, right) = (CodingData.Orthonormal(20, rows), CodingData.Orthonormal(20, columns));
        var matrix = new Tensor<double>(new Shape(rows, columns));
        for (var i = 0; i < 20; i++)
            for (var row = 0; row < rows; row++)
                TensorPrimitives.MultiplyAdd<double>(right.Matrix.Row(i), (20 - i) * left.Matrix[i, row], matrix.Matrix.Row(row), matrix.Matrix.Row(row));
        foreach (var rank in (int[])[1, 7, 20])
        {
            var approximation = new Tensor<double>(matrix.Shape);
            TruncatedSvd.Factor(matrix.Matrix, rank).Reconstruct(approximation.Matrix);
            TensorPrimitives.Subtract<double>(matrix.Span, approximation.Span, approximation.Span);
            var expected = Enumerable.Range(1, 20 - rank).Sum(value => (double)value * value);
            Assert.Equal(expected, TensorPrimitives.SumOfSquares<double>(approximation.Span), 1e-8);
        }
    }
}
