using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public class SliceLinearTests
{
    private const int Tokens = 11, Inputs = 13, Outputs = 9;

    public static TheoryData<SliceKind, int, int> Slices => new()
    {
        { SliceKind.Columns, 0, 4 }, { SliceKind.Columns, 3, 5 }, { SliceKind.Columns, 12, 1 }, { SliceKind.Columns, 0, Inputs },
        { SliceKind.Rows, 0, 4 }, { SliceKind.Rows, 3, 5 }, { SliceKind.Rows, 8, 1 }, { SliceKind.Rows, 0, Outputs },
    };

    [Theory]
    [MemberData(nameof(Slices))]
    public void The_gradient_of_a_slice_is_the_slice_of_the_whole_gradient(SliceKind kind, int start, int count)
    {
        var (whole, part) = (Layer(null), Layer(new ParameterSlice(kind, start, count)));
        Accumulate(whole);
        Accumulate(part);
        Assert.Equal(part.Weight.TrainedShape, part.Weight.Gradient.Shape);
        var (expected, actual) = (whole.Weight.Gradient.Matrix, part.Weight.Gradient.Matrix);
        for (var row = 0; row < actual.Rows; row++)
            for (var column = 0; column < actual.Columns; column++)
                Assert.Equal(kind == SliceKind.Rows ? expected[start + row, column] : expected[row, start + column], actual[row, column], 1e-12);
        Assert.Equal(whole.Input.Gradient.Span.ToArray(), part.Input.Gradient.Span.ToArray());
        Assert.Equal(whole.Bias.Gradient.Span.ToArray(), part.Bias.Gradient.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(Slices))]
    public void The_gradient_of_a_slice_is_the_difference_quotient(SliceKind kind, int start, int count)
    {
        const double step = 1e-6;
        var layer = Layer(new ParameterSlice(kind, start, count));
        Accumulate(layer);
        var trained = layer.Weight.Trained;
        for (var row = 0; row < trained.Rows; row += 3)
        {
            for (var column = 0; column < trained.Columns; column += 2)
            {
                var kept = trained[row, column];
                trained[row, column] = kept + step;
                var above = Loss(layer, new Tape<double> { Recording = false }).Value.Span[0];
                trained[row, column] = kept - step;
                var below = Loss(layer, new Tape<double> { Recording = false }).Value.Span[0];
                trained[row, column] = kept;
                Assert.Equal((above - below) / (2 * step), layer.Weight.Gradient.Matrix[row, column], 1e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Slices))]
    public void Gradients_of_two_passes_add_up(SliceKind kind, int start, int count)
    {
        var (once, twice) = (Layer(new ParameterSlice(kind, start, count)), Layer(new ParameterSlice(kind, start, count)));
        Accumulate(once);
        Accumulate(twice);
        Accumulate(twice);
        Assert.Equal(once.Weight.Gradient.Span.ToArray().Select(value => 2 * value), twice.Weight.Gradient.Span.ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Without_a_trained_input_no_gradient_flows_below()
    {
        var layer = Layer(new ParameterSlice(SliceKind.Columns, 2, 3));
        layer.Input.Trainable = false;
        Accumulate(layer);
        Assert.False(layer.Input.HasGradient);
        Assert.True(layer.Weight.HasGradient);
    }

    [Fact]
    public void A_weight_read_twice_gets_the_sum_of_both()
    {
        var (whole, part) = (Random("w", 6, 6), Random("w", 6, 6));
        part.Slice = new ParameterSlice(SliceKind.Columns, 1, 2);
        foreach (var weight in new[] { whole, part })
        {
            var tape = new Tape<double>();
            tape.Backward(tape.Leaf(Random("x", 4, 6)).Linear(tape.Leaf(weight)).Silu().Linear(tape.Leaf(weight)).Sum());
        }
        for (var row = 0; row < 6; row++)
            Assert.Equal(whole.Gradient.Matrix.Row(row).Slice(1, 2).ToArray(), part.Gradient.Matrix.Row(row).ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    private static void Accumulate((Parameter<double> Input, Parameter<double> Weight, Parameter<double> Bias) layer)
    {
        var tape = new Tape<double>();
        tape.Backward(Loss(layer, tape));
    }

    private static Variable<double> Loss((Parameter<double> Input, Parameter<double> Weight, Parameter<double> Bias) layer, Tape<double> tape) =>
        tape.Leaf(layer.Input).Silu().Linear(tape.Leaf(layer.Weight), tape.Leaf(layer.Bias)).Silu().Sum();

    private static (Parameter<double> Input, Parameter<double> Weight, Parameter<double> Bias) Layer(ParameterSlice? slice)
    {
        var weight = Random("w", Outputs, Inputs);
        weight.Slice = slice;
        return (Random("x", Tokens, Inputs), weight, Random("b", Outputs));
    }

    private static Parameter<double> Random(string name, params ReadOnlySpan<int> extents)
    {
        var tensor = new Tensor<double>(new Shape(extents));
        var random = new RandomStream(4, name);
        foreach (ref var value in tensor.Span)
            value = random.NextNormal();
        return new Parameter<double>(name, tensor);
    }
}
