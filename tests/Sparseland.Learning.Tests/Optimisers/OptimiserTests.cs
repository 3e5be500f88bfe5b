using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Learning.Optimisers;
using Sparseland.Tensors;

namespace Sparseland.Learning.Tests.Optimisers;

public class OptimiserTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(40_000)]
    public void AdamW_follows_its_formula(int length)
    {
        var options = new AdamWOptions(0.8, 0.9, 1e-6, 0.05);
        var parameter = Random(length);
        var optimiser = new AdamW<float>([parameter], options);
        var expected = parameter.Value.Span.ToArray().Select(value => (double)value).ToArray();
        var (mean, square) = (new double[length], new double[length]);
        for (var step = 1; step <= 5; step++)
        {
            SetGradient(parameter, step);
            for (var i = 0; i < length; i++)
            {
                var g = parameter.Gradient.Span[i];
                mean[i] = 0.8 * mean[i] + 0.2 * g;
                square[i] = 0.9 * square[i] + 0.1 * g * g;
                expected[i] -= 0.01 * 0.05 * expected[i];
                expected[i] -= 0.01 * (mean[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.9, step))) + 1e-6);
            }
            optimiser.Step(0.01);
        }
        for (var i = 0; i < length; i++)
            Assert.Equal(expected[i], parameter.Value.Span[i], 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Momentum_follows_its_formula(bool nesterov)
    {
        var parameter = Random(19);
        var optimiser = new MomentumSgd<float>([parameter], new MomentumSgdOptions(0.9, 0.01, nesterov));
        var expected = parameter.Value.Span.ToArray().Select(value => (double)value).ToArray();
        var velocity = new double[19];
        for (var step = 1; step <= 4; step++)
        {
            SetGradient(parameter, step);
            for (var i = 0; i < 19; i++)
            {
                var g = parameter.Gradient.Span[i] + 0.01 * expected[i];
                velocity[i] = 0.9 * velocity[i] + g;
                expected[i] -= 0.1 * (nesterov ? g + 0.9 * velocity[i] : velocity[i]);
            }
            optimiser.Step(0.1);
        }
        for (var i = 0; i < 19; i++)
            Assert.Equal(expected[i], parameter.Value.Span[i], 1e-5);
    }

    [Fact]
    public void Clipping_scales_a_long_gradient_to_the_limit_and_leaves_a_short_one()
    {
        var parameter = Random(100);
        SetGradient(parameter, 1);
        var norm = Math.Sqrt(parameter.Gradient.Span.ToArray().Sum(value => (double)value * value));
        Assert.Equal(norm, GradientClipping.ByNorm([parameter], norm * 2), 1e-4);
        Assert.Equal(norm, GradientClipping.ByNorm([parameter], norm / 2), 1e-4);
        Assert.Equal(norm / 2, GradientClipping.ByNorm([parameter], double.PositiveInfinity), 1e-4);
    }

    [Fact]
    public void A_gradient_with_NaN_is_named()
    {
        var parameter = Random(4);
        SetGradient(parameter, 1);
        parameter.Gradient.Span[2] = float.NaN;
        Assert.Contains("some.weight", Assert.Throws<NumericalException>(() => GradientClipping.ByNorm([parameter], 1)).Message, StringComparison.Ordinal);
    }

    private static Parameter<float> Random(int length)
    {
        var parameter = new Parameter<float>("some.weight", new Tensor<float>(new Shape(1, length)));
        new RandomStream(1, "parameter").FillNormal(parameter.Value.Span);
        return parameter;
    }

    // The gradient arrives as it does in training: through a tape.
    private static void SetGradient(Parameter<float> parameter, int step)
    {
        var values = new float[parameter.Value.Length];
        new RandomStream(2, "gradient", (ulong)step).FillNormal(values);
        parameter.ClearGradient();
        var tape = new Tape<float>();
        tape.Leaf(parameter).AddGradient(values);
    }
}
