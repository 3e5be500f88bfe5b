using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public class OperationFaultTests
{
    private readonly Tape<float> _tape = new();

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        Assert.Contains("[4, 3]", Fault(() => Make(2, 5).Linear(Make(4, 3))), StringComparison.Ordinal);
        Assert.Contains("[7]", Fault(() => Make(2, 5).Linear(Make(4, 5), Make(7))), StringComparison.Ordinal);
        Assert.Contains("3 x 5 mask", Fault(() => Make(2, 5).MaskedLinear(Make(4, 5), new Mask(3, 5))), StringComparison.Ordinal);
        Assert.Contains("[2, 6]", Fault(() => Make(2, 5).Add(Make(2, 6))), StringComparison.Ordinal);
        Assert.Contains("[2, 6]", Fault(() => Make(2, 5).SwiGlu(Make(2, 6))), StringComparison.Ordinal);
        Assert.Contains("[4]", Fault(() => Make(2, 5).RmsNorm(Make(4), 1e-5)), StringComparison.Ordinal);
        Assert.Contains("[4]", Fault(() => Make(2, 5).LayerNorm(Make(5), Make(4), 1e-5)), StringComparison.Ordinal);
        Assert.Contains("[3, 4, 5]", Fault(() => Make(2, 3, 4).MatMul(Make(3, 4, 5))), StringComparison.Ordinal);
        Assert.Contains("[2, 4]", Fault(() => Make(3, 5).Concatenate(0, Make(2, 4))), StringComparison.Ordinal);
        Assert.Contains("3 targets", Fault(() => Make(2, 5).CrossEntropy([1, 2, 3])), StringComparison.Ordinal);
        Assert.Contains("[2, 6]", Fault(() => Make(2, 5).KlDivergence(Make(2, 6))), StringComparison.Ordinal);
        Assert.Contains("[7]", Fault(() => Make(2, 3).Reshape(new Shape(7))), StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_wants_heads_that_divide()
    {
        Assert.Throws<ArgumentException>(() => CausalAttention.Attend(Make(1, 3, 8), Make(1, 3, 8), Make(1, 3, 8), 3, 3));
        Assert.Throws<ArgumentException>(() => CausalAttention.Attend(Make(1, 3, 8), Make(1, 3, 4), Make(1, 3, 4), 4, 3));
        Assert.Throws<ArgumentException>(() => CausalAttention.Attend(Make(1, 3, 8), Make(1, 2, 8), Make(1, 2, 8), 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => CausalAttention.Attend(Make(1, 3, 8), Make(1, 3, 8), Make(1, 3, 8), 2, 2, window: 0));
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(2, 5).CrossEntropy([1, 5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(2, 5).LinearCrossEntropy(Make(4, 5), [1, -1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _tape.Embedding(Make(4, 5), [4], new Shape(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _tape.Embedding(Make(4, 5), [-1], new Shape(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(2, 5).Slice(1, 3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(2, 5).Transpose(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(2, 5).Dropout(1, new RandomStream(1, "x")));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(2, 5).KlDivergence(Make(2, 5), 0));
        Assert.Throws<ArgumentException>(() => Make(1, 4, 6).Rotary(new RotaryTable([1.0, 0.5, 0.1], 3), 6));
        Assert.Throws<ArgumentException>(() => Make(1, 2, 6).Rotary(new RotaryTable([1.0, 0.5], 3), 6));
    }

    [Fact]
    public void Dropout_of_nothing_is_the_variable_itself()
    {
        var x = Make(2, 5);
        Assert.Same(x, x.Dropout(0, new RandomStream(1, "x")));
    }

    private Variable<float> Make(params int[] extents) => _tape.Constant(new Tensor<float>(new Shape(extents)));

    private static string Fault(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;
}
