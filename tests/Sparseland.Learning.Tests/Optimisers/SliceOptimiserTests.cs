using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Learning.Optimisers;
using Sparseland.Tensors;

namespace Sparseland.Learning.Tests.Optimisers;

public class SliceOptimiserTests
{
    private const int Tokens = 16, Inputs = 37, Outputs = 29, Steps = 20;

    private static readonly (string Name, Func<Parameter<double>[], Optimiser<double>> Make)[] Optimisers =
    [
        ("AdamW", parameters => new AdamW<double>(parameters, new AdamWOptions(WeightDecay: 0))),
        ("AdamW with decay", parameters => new AdamW<double>(parameters, new AdamWOptions(WeightDecay: 0.1))),
        ("momentum", parameters => new MomentumSgd<double>(parameters, new MomentumSgdOptions(WeightDecay: 0.1, Nesterov: true))),
        ("Muon", parameters => new Muon<double>(parameters, _ => true)),
    ];

    public static TheoryData<string, SliceKind, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, SliceKind, int, int>();
            foreach (var (name, _) in Optimisers)
            {
                cases.Add(name, SliceKind.Columns, 4, 9);
                cases.Add(name, SliceKind.Rows, 4, 9);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_lies_outside_the_slice_keeps_its_bits_and_state_has_the_slices_shape(string name, SliceKind kind, int start, int count)
    {
        var weight = Random("w", Outputs, Inputs);
        var before = weight.Value.Copy();
        weight.Slice = new ParameterSlice(kind, start, count);
        var optimiser = Optimisers.First(known => known.Name == name).Make([weight]);
        Train(optimiser, tape => Layer(tape, weight));
        Assert.All(optimiser.State, state => Assert.Equal(weight.TrainedShape, state.Value.Shape));
        for (var row = 0; row < Outputs; row++)
        {
            for (var column = 0; column < Inputs; column++)
            {
                var place = kind == SliceKind.Rows ? row : column;
                Assert.Equal(place < start || place >= start + count, before.Matrix[row, column] == weight.Value.Matrix[row, column]);
            }
        }
    }

    [Theory]
    [InlineData(SliceKind.Columns)]
    [InlineData(SliceKind.Rows)]
    public void The_additive_form_and_training_in_place_end_in_the_same_weights(SliceKind kind)
    {
        const int start = 6, count = 8;
        var inPlace = Random("w", Outputs, Inputs);
        inPlace.Slice = new ParameterSlice(kind, start, count);
        Train(new AdamW<double>([inPlace], new AdamWOptions(WeightDecay: 0)), tape => Layer(tape, inPlace));

        // A one-hot factor picks the slice's inputs, or places its outputs; the other factor is the change of the slice.
        var frozen = Random("w", Outputs, Inputs);
        frozen.Trainable = false;
        var (down, up) = kind == SliceKind.Columns
            ? (OneHot(new Shape(count, Inputs), start, transposed: false), Zeros("delta", new Shape(Outputs, count)))
            : (Zeros("delta", new Shape(count, Inputs)), OneHot(new Shape(Outputs, count), start, transposed: true));
        var delta = kind == SliceKind.Columns ? up : down;
        Train(new AdamW<double>([delta], new AdamWOptions(WeightDecay: 0)), tape =>
            tape.Constant(Random("x", Tokens, Inputs).Value).LowRankLinear(tape.Leaf(frozen), null, tape.Leaf(down), tape.Leaf(up), 1));
        var (trained, original) = (inPlace.Trained, Random("w", Outputs, Inputs).Value.Matrix);
        for (var row = 0; row < trained.Rows; row++)
            for (var column = 0; column < trained.Columns; column++)
                Assert.Equal((kind == SliceKind.Rows ? original[start + row, column] : original[row, start + column]) + delta.Value.Matrix[row, column], trained[row, column], 1e-9);
    }

    [Fact]
    public void Rows_and_columns_are_told_apart_where_both_have_the_slices_length()
    {
        foreach (var kind in new[] { SliceKind.Rows, SliceKind.Columns })
        {
            var weight = Random("square", 8, 8);
            var before = weight.Value.Copy();
            weight.Slice = new ParameterSlice(kind, 0, 8);
            var whole = Random("square", 8, 8);
            foreach (var parameter in new[] { weight, whole })
                Train(new AdamW<double>([parameter], new AdamWOptions()), tape => tape.Constant(Random("x8", Tokens, 8).Value).Linear(tape.Leaf(parameter)));
            Assert.NotEqual(before.Span.ToArray(), weight.Value.Span.ToArray());
            Assert.Equal(whole.Value.Span.ToArray(), weight.Value.Span.ToArray());
        }
    }

    private static Variable<double> Layer(Tape<double> tape, Parameter<double> weight) => tape.Constant(Random("x", Tokens, Inputs).Value).Linear(tape.Leaf(weight));

    private static void Train(Optimiser<double> optimiser, Func<Tape<double>, Variable<double>> forward)
    {
        var tape = new Tape<double>();
        for (var step = 0; step < Steps; step++)
        {
            optimiser.ClearGradients();
            // Two micro-batches and clipping, as a training loop does it.
            for (var part = 0; part < 2; part++)
            {
                var output = forward(tape);
                tape.Backward(output.MeanSquaredError(tape.Constant(Random($"target {part}", output.Shape.ToArray()).Value)), 0.5);
                tape.Reset();
            }
            GradientClipping.ByNorm(optimiser.Parameters, 0.5);
            optimiser.Step(1e-2);
        }
    }

    private static Parameter<double> OneHot(Shape shape, int start, bool transposed)
    {
        var parameter = Zeros("one-hot", shape);
        parameter.Trainable = false;
        for (var i = 0; i < shape[transposed ? 1 : 0]; i++)
            parameter.Value.Matrix[transposed ? start + i : i, transposed ? i : start + i] = 1;
        return parameter;
    }

    private static Parameter<double> Zeros(string name, Shape shape) => new(name, new Tensor<double>(shape));

    private static Parameter<double> Random(string name, params ReadOnlySpan<int> extents)
    {
        var parameter = Zeros(name, new Shape(extents));
        var random = new RandomStream(9, name);
        foreach (ref var value in parameter.Value.Span)
            value = random.NextNormal();
        return parameter;
    }
}
