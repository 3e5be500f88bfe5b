using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public class SavedValuesTests
{
    private const int Tokens = 24, Inputs = 40, Outputs = 32;

    [Theory]
    [InlineData(SliceKind.Columns, 5, 7, Tokens * 7)]
    [InlineData(SliceKind.Columns, 0, Inputs, Tokens * Inputs)]
    [InlineData(SliceKind.Rows, 5, 7, Tokens * Inputs)]
    public void A_linear_layer_keeps_the_columns_that_its_slice_reads_and_no_others(SliceKind kind, int start, int count, int kept)
    {
        var tape = new Tape<float>();
        var weight = Random("w", Outputs, Inputs);
        weight.Slice = new ParameterSlice(kind, start, count);
        tape.Leaf(Frozen("x", Tokens, Inputs)).Scale(1).Linear(tape.Leaf(weight));
        Assert.Equal(kept * sizeof(float), tape.SavedBytes);
    }

    [Fact]
    public void A_frozen_layer_keeps_nothing_and_its_memory_serves_the_next()
    {
        var tape = new Tape<float>();
        var (first, many) = (ArenaAfter(new Tape<float>(), 1), ArenaAfter(tape, 20));
        Assert.Equal(0, tape.SavedBytes);
        Assert.Equal(first, many);
    }

    [Fact]
    public void Above_the_lowest_trained_slice_only_what_passes_gradients_on_is_kept()
    {
        var tape = new Tape<float>();
        var (trained, frozen) = (Random("trained", Inputs, Inputs), Frozen("frozen", Inputs, Inputs));
        trained.Slice = new ParameterSlice(SliceKind.Columns, 0, 4);
        var x = tape.Constant(Random("x", Tokens, Inputs).Value).Linear(tape.Leaf(frozen)).Silu().Linear(tape.Leaf(trained));
        Assert.Equal(Tokens * 4 * sizeof(float), tape.SavedBytes);
        // The frozen product needs its weight alone; the sigmoid unit its input.
        x = x.Linear(tape.Leaf(frozen)).Silu();
        Assert.Equal(Tokens * (4 + Inputs) * sizeof(float), tape.SavedBytes);
        tape.Backward(x.Sum());
        Assert.Equal(0, tape.SavedBytes);
        Assert.False(frozen.HasGradient);
        Assert.Equal(new Shape(Inputs, 4), trained.Gradient.Shape);
    }

    [Fact]
    public void A_value_kept_by_several_counts_once()
    {
        var tape = new Tape<float>();
        var x = tape.Leaf(Random("x", Tokens, Inputs)).Scale(2);
        x.Multiply(x.Silu());
        // x for both, and the sigmoid unit's output for the product.
        Assert.Equal(2 * Tokens * Inputs * sizeof(float), tape.SavedBytes);
    }

    [Fact]
    public void Scopes_change_no_gradient()
    {
        var (plain, scoped) = (Gradients(scopes: false), Gradients(scopes: true));
        Assert.Equal(plain, scoped);
    }

    [Fact]
    public void A_view_that_leaves_a_scope_keeps_what_it_looks_at()
    {
        var tape = new Tape<double> { Recording = false };
        var scope = tape.OpenScope();
        var result = scope.Close(tape.Constant(new Tensor<double>(new Shape(2, 2), [1, 2, 3, 4])).Scale(2).Reshape(new Shape(4)));
        tape.RentZeroed(new Shape(4));
        Assert.Equal([2, 4, 6, 8], result.Value.Span.ToArray());
    }

    [Fact]
    public void Only_linear_layers_train_slices()
    {
        var tape = new Tape<float>();
        var weight = Random("w", Outputs, Inputs);
        weight.Slice = new ParameterSlice(SliceKind.Rows, 0, 3);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(tape.Leaf(weight).Silu().Sum()));
    }

    [Fact]
    public void A_slice_must_lie_inside_its_matrix()
    {
        var weight = Random("w", Outputs, Inputs);
        Assert.Throws<ArgumentException>(() => weight.Slice = new ParameterSlice(SliceKind.Rows, 0, 0));
        Assert.Throws<ArgumentException>(() => weight.Slice = new ParameterSlice(SliceKind.Columns, Inputs - 1, 2));
        Assert.Throws<ArgumentException>(() => new Parameter<float>("bias", new Tensor<float>(new Shape(4))).Slice = new ParameterSlice(SliceKind.Rows, 0, 1));
        weight.Slice = new ParameterSlice(SliceKind.Columns, Inputs - 1, 1);
        Assert.Throws<InvalidOperationException>(() => weight.Mask = LinearCases.RandomMask(Outputs, Inputs));
    }

    private static long ArenaAfter(Tape<float> tape, int layers)
    {
        var weight = Frozen("w", Inputs, Inputs);
        var scope = tape.OpenScope();
        var x = tape.Constant(Random("x", Tokens, Inputs).Value);
        for (var layer = 0; layer < layers; layer++)
            x = scope.Retain(x.Add(x.RmsNorm(tape.Leaf(Frozen("gain", 1, Inputs)), 1e-5).Linear(tape.Leaf(weight)).Silu()));
        scope.Close(x);
        // One more layer's worth is rented at most: the value that comes in beside those inside.
        return tape.ArenaBytes - (layers > 1 ? Capacity(Tokens * Inputs) : 0);
    }

    private static long Capacity(int elements)
    {
        var tape = new Tape<float>();
        tape.Rent(new Shape(elements));
        return tape.ArenaBytes;
    }

    private static double[] Gradients(bool scopes)
    {
        var tape = new Tape<double>();
        var random = new RandomStream(5, "scopes");
        var weights = Enumerable.Range(0, 4).Select(i =>
        {
            var tensor = new Tensor<double>(new Shape(6, 6));
            foreach (ref var value in tensor.Span)
                value = 0.5 * random.NextNormal();
            return new Parameter<double>($"w{i}", tensor);
        }).ToArray();
        var scope = tape.OpenScope();
        var x = tape.Constant(weights[0].Value).Linear(tape.Leaf(weights[0]));
        foreach (var weight in weights)
        {
            var inner = x.Linear(tape.Leaf(weight)).Silu();
            x = x.Add(inner.Multiply(x).Reshape(new Shape(36)).Reshape(new Shape(6, 6)));
            if (scopes)
                scope.Retain(x);
        }
        tape.Backward((scopes ? scope.Close(x) : x).Multiply(x).Sum());
        return [.. weights.SelectMany(weight => weight.Gradient.Span.ToArray())];
    }

    private static Parameter<float> Frozen(string name, int rows, int columns)
    {
        var parameter = Random(name, rows, columns);
        parameter.Trainable = false;
        return parameter;
    }

    private static Parameter<float> Random(string name, int rows, int columns)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(2, name).FillNormal(tensor.Span, 0.3);
        return new Parameter<float>(name, tensor);
    }
}
