using Sparseland.Coding;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Tests.Coding;

public class WhiteningTests
{
    [Fact]
    public void Output_energy_is_the_energy_of_the_whitened_matrix()
    {
        var (inputs, gram) = Inputs(200, 24);
        var whitening = Whitening.Compute(gram.Matrix, 200, 0);
        var weights = Recipes.SyntheticLayer.ToFloat(CodingData.Normal(9, 24));
        var outputs = new Tensor<double>(new Shape(200, 9));
        Gemm.Multiply(inputs.Matrix, false, Recipes.SyntheticLayer.ToDouble(weights).Matrix, true, outputs.Matrix);
        var whitened = whitening.Apply(weights.Matrix);
        var ratio = TensorPrimitives.SumOfSquares<double>(outputs.Span) / (200 * TensorPrimitives.SumOfSquares<double>(whitened.Span));
        // The Gram matrix is integers below 2^24, so float32 holds it exactly.
        Assert.Equal(1, ratio, 1e-10);
        whitening.Undo(whitened.Matrix);
        for (var i = 0; i < weights.Span.Length; i++)
            Assert.Equal(weights.Span[i], whitened.Span[i], 1e-10);
    }

    [Fact]
    public void Dead_channels_and_too_few_tokens_are_regularised()
    {
        var (_, gram) = Inputs(10, 24);
        for (var j = 0; j < 24; j++)
            gram.Matrix[5, j] = gram.Matrix[j, 5] = 0;
        var whitening = Whitening.Compute(gram.Matrix, 10);
        Assert.True(whitening.Condition > 1e4);
        Assert.Equal(1e-6 * Math.Pow(10, whitening.FailedAttempts), whitening.Regularisation, 1e-12);
        Assert.Equal(1, Whitening.Compute(new Tensor<float>(new Shape(4, 4)).Matrix, 10).Lower.Matrix[2, 2]);
    }

    [Fact]
    public void A_Gram_matrix_that_is_not_finite_or_not_definite_is_refused()
    {
        var (_, gram) = Inputs(40, 8);
        gram.Matrix[3, 3] = -gram.Matrix[3, 3];
        Assert.Throws<NumericalException>(() => Whitening.Compute(gram.Matrix, 40));
        gram.Matrix[3, 3] = float.NaN;
        Assert.Contains("row 3", Assert.Throws<NumericalException>(() => Whitening.Compute(gram.Matrix, 40)).Message, StringComparison.Ordinal);
    }

    private static (Tensor<double> Inputs, Tensor<float> Gram) Inputs(int tokens, int columns)
    {
        var inputs = CodingData.Normal(tokens, columns, "inputs");
        foreach (ref var value in inputs.Span)
            value = Math.Round(16 * value);
        var gram = new Tensor<double>(new Shape(columns, columns));
        Gemm.Multiply(inputs.Matrix, true, inputs.Matrix, false, gram.Matrix);
        return (inputs, Recipes.SyntheticLayer.ToFloat(gram));
    }
}
