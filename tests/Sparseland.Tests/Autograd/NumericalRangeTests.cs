using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public class NumericalRangeTests
{
    [Fact]
    public void The_exponential_behind_softmax_is_right_to_a_few_units_in_the_last_place()
    {
        // Down to where a probability is no subnormal number. softmax(x)[i] / softmax(x)[0] = exp(x[i] - x[0]); the row's first entry is its greatest.
        var inputs = Enumerable.Range(0, 20001).Select(i => (float)(-i * 78.0 / 20000)).ToArray();
        var result = Constant(inputs).Softmax().Value.Span;
        for (var i = 0; i < inputs.Length; i++)
        {
            var expected = Math.Exp(inputs[i]);
            Assert.InRange(result[i] / (double)result[0], expected * (1 - 6e-7), expected * (1 + 6e-7));
        }
    }

    [Fact]
    public void The_exact_gaussian_unit_of_floats_is_that_of_doubles()
    {
        var inputs = Enumerable.Range(0, 24001).Select(i => (i - 12000) * 0.001f).ToArray();
        var (single, wide) = (new Tape<float>(), new Tape<double>());
        var x = single.Leaf(new Parameter<float>("x", new Tensor<float>(new Shape(inputs.Length), inputs)));
        var y = wide.Leaf(new Parameter<double>("x", new Tensor<double>(new Shape(inputs.Length), [.. inputs.Select(value => (double)value)])));
        var (actual, expected) = (x.Gelu(tanh: false), y.Gelu(tanh: false));
        for (var i = 0; i < inputs.Length; i++)
            Assert.Equal(expected.Value.Span[i], actual.Value.Span[i], 4e-7 * Math.Max(1, Math.Abs(inputs[i])));
        single.Backward(actual.Sum());
        wide.Backward(expected.Sum());
        for (var i = 0; i < inputs.Length; i++)
            Assert.Equal(y.Parameter!.Gradient.Span[i], x.Parameter!.Gradient.Span[i], 1e-6);
    }

    [Fact]
    public void Softmax_of_large_numbers_is_finite()
    {
        Assert.Equal([0, 0, 1, 0, 0, 0, 0, 0, 0], Constant([-1000, 0, 1000, 5, 5, 5, 5, 5, 5]).Softmax().Value.Span.ToArray());
        Assert.Equal([0.5f, 0, 0.5f], Constant([1e30f, -1e30f, 1e30f]).Softmax().Value.Span.ToArray());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    public void Not_a_number_stays_visible(int length)
    {
        var values = new float[length];
        values[1] = float.NaN;
        var x = Constant(values);
        Assert.True(float.IsNaN(x.Softmax().Value.Span[0]));
        Assert.True(float.IsNaN(x.CrossEntropy([0]).Value.Span[0]));
        Assert.True(float.IsNaN(x.Silu().Value.Span[1]));
        Assert.True(float.IsNaN(x.Gelu(tanh: true).Value.Span[1]));
        Assert.True(float.IsNaN(x.Gelu(tanh: false).Value.Span[1]));
        Assert.True(float.IsNaN(x.RmsNorm(x, 1e-5).Value.Span[0]));
        var sequence = x.Reshape(new Shape(1, 1, length));
        Assert.True(float.IsNaN(CausalAttention.Attend(sequence, sequence, sequence, 1, 1).Value.Span[1]));
    }

    [Fact]
    public void Activations_have_their_limits()
    {
        float[] inputs = [-100, -1000, 100, 1000, -90, 90, 0, -88, 88];
        foreach (var result in new[] { Constant(inputs).Silu(), Constant(inputs).Gelu(tanh: true), Constant(inputs).Gelu(tanh: false) })
            for (var i = 0; i < inputs.Length; i++)
                Assert.Equal(Math.Max(0, inputs[i]), result.Value.Span[i], 1e-5f);
    }

    [Fact]
    public void The_cross_entropy_of_confident_logits_is_their_distance()
    {
        var logits = Constant([1e4f, 0, 0, 0, 0, 0, 0, 0, 0, -1e4f]);
        Assert.Equal(0, logits.CrossEntropy([0]).Value.Span[0]);
        Assert.Equal(2e4f, logits.CrossEntropy([9]).Value.Span[0]);
    }

    [Fact]
    public void Attention_with_huge_scores_takes_the_best_key()
    {
        var tape = new Tape<float>();
        var keys = Enumerable.Range(0, 100).Select(i => i == 70 ? 1f : -1f).ToArray();
        var values = Enumerable.Range(0, 100).Select(i => (float)i).ToArray();
        var queries = new float[100];
        Array.Fill(queries, 1e4f);
        var shape = new Shape(1, 100, 1);
        var result = CausalAttention.Attend(tape.Constant(new(shape, queries)), tape.Constant(new(shape, keys)), tape.Constant(new(shape, values)), 1, 1).Value.Span;
        Assert.Equal(69 / 2f, result[69], 1e-3f);
        for (var i = 70; i < 100; i++)
            Assert.Equal(70, result[i]);
    }

    [Fact]
    public void A_loss_without_targets_is_not_a_number_and_its_gradient_zero()
    {
        var tape = new Tape<float>();
        var parameter = new Parameter<float>("x", new Tensor<float>(new Shape(2, 3), [1, 2, 3, 4, 5, 6]));
        var loss = tape.Leaf(parameter).CrossEntropy([-100, -100]);
        Assert.True(float.IsNaN(loss.Value.Span[0]));
        tape.Backward(loss);
        Assert.All(parameter.Gradient.Span.ToArray(), x => Assert.Equal(0, x));
    }

    private static Variable<float> Constant(float[] values) => new Tape<float>().Constant(new Tensor<float>(new Shape(1, values.Length), values));
}
