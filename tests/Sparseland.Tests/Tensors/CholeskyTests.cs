using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Tests.Tensors;

public class CholeskyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(130)]
    [InlineData(203)]
    public void The_factor_times_its_transpose_is_the_matrix_and_its_inverse_inverts(int n)
    {
        var matrix = PositiveDefinite(n);
        var lower = matrix.Copy();
        Assert.True(Cholesky.TryFactor(lower.Matrix));
        var product = new Tensor<double>(new Shape(n, n));
        Gemm.Multiply(lower.Matrix, false, lower.Matrix, true, product.Matrix);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                Assert.Equal(matrix.Matrix[i, j], product.Matrix[i, j], 1e-10 * n);
                if (j > i)
                    Assert.Equal(0, lower.Matrix[i, j]);
            }
        var inverse = lower.Copy();
        Cholesky.InvertLower(inverse.Matrix);
        Gemm.Multiply(inverse.Matrix, false, lower.Matrix, false, product.Matrix);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                Assert.Equal(i == j ? 1 : 0, product.Matrix[i, j], 1e-10 * n);
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_refused()
    {
        var matrix = PositiveDefinite(80);
        matrix.Matrix[70, 70] = -1;
        Assert.False(Cholesky.TryFactor(matrix.Matrix));
        matrix.Matrix[3, 3] = double.NaN;
        Assert.False(Cholesky.TryFactor(matrix.Matrix));
    }

    private static Tensor<double> PositiveDefinite(int n)
    {
        var chance = new RandomStream(7, "positive definite");
        var x = new Tensor<double>(new Shape(n + 5, n));
        foreach (ref var value in x.Span)
            value = chance.NextNormal();
        var matrix = new Tensor<double>(new Shape(n, n));
        Gemm.Multiply(x.Matrix, true, x.Matrix, false, matrix.Matrix);
        for (var i = 0; i < n; i++)
            matrix.Matrix[i, i] += 1;
        return matrix;
    }
}
