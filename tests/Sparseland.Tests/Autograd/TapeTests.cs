using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Autograd;

public class TapeTests
{
    // Variables, tensors' handles and operations of a small network; its buffers alone are a hundred times this.
    private const long MostBytesPerStep = 12_000;

    [Fact]
    public void A_step_after_the_first_allocates_no_buffers()
    {
        var network = new Network(8, 48);
        for (var i = 0; i < 3; i++)
            network.Step(64);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            network.Step(64);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10, 0, MostBytesPerStep);
    }

    [Fact]
    public void The_arena_is_bounded_over_thousands_of_steps_of_changing_length()
    {
        var network = new Network(4, 8);
        network.Step(30);
        var largest = network.Tape.ArenaBytes;
        var random = new RandomStream(1, "lengths");
        for (var i = 0; i < 3000; i++)
            network.Step(1 + random.NextInt(30));
        Assert.InRange(network.Tape.ArenaBytes, largest, 4 * largest);
    }

    [Fact]
    public void A_backward_pass_gives_buffers_back_on_the_way()
    {
        const int length = 1000, steps = 100;
        var tape = new Tape<float>();
        var x = tape.Leaf(Ones("x", length));
        for (var i = 0; i < steps; i++)
            x = x.Silu();
        var loss = x.Sum();
        var forward = tape.ArenaBytes;
        tape.Backward(loss);
        Assert.InRange(tape.ArenaBytes, forward, forward + (4 * length * sizeof(float)));
    }

    [Fact]
    public void Gradients_of_micro_batches_add_up_to_those_of_the_batch()
    {
        var (whole, parts) = (new Network(4, 8), new Network(4, 8));
        whole.Accumulate(0, 64, 1);
        for (var start = 0; start < 64; start += 16)
            parts.Accumulate(start, 16, 0.25);
        foreach (var (expected, actual) in whole.Parameters.Zip(parts.Parameters))
            for (var i = 0; i < expected.Value.Length; i++)
                Assert.Equal(expected.Gradient.Span[i], actual.Gradient.Span[i], 1e-5f);
    }

    [Fact]
    public void Clearing_a_gradient_starts_again()
    {
        var network = new Network(4, 8);
        network.Accumulate(0, 16, 1);
        var first = network.Parameters[0].Gradient.Span.ToArray();
        network.Accumulate(0, 16, 1);
        Assert.Equal(first.Select(x => 2 * x), network.Parameters[0].Gradient.Span.ToArray(), (x, y) => Math.Abs(x - y) < 1e-6);
        network.Parameters[0].ClearGradient();
        network.Accumulate(0, 16, 1);
        Assert.Equal(first, network.Parameters[0].Gradient.Span.ToArray());
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        var threads = WorkerPool.ThreadCount;
        try
        {
            var results = new[] { 1, 2, 5 }.Select(count =>
            {
                WorkerPool.ThreadCount = count;
                var network = new Network(60, 48);
                network.Accumulate(0, 600, 1);
                return network.Parameters.SelectMany(parameter => parameter.Gradient.Span.ToArray()).ToArray();
            }).ToArray();
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Fact]
    public void Views_do_not_free_what_they_look_at()
    {
        // The product's backward reads the base after both views are done; buffers of the same size are rented in between.
        var tape = new Tape<double>();
        var parameter = new Parameter<double>("x", new Tensor<double>(new Shape(4, 64), [.. Enumerable.Range(0, 256).Select(i => (i - 128) / 64.0)]));
        var doubled = tape.Leaf(parameter).Scale(2);
        var square = doubled.Multiply(doubled);
        var view = doubled.Reshape(new Shape(256));
        var part = view.Slice(0, 64, 64);
        tape.Backward(square.Sum().Add(view.Silu().Sum()).Add(part.Multiply(part).Sum()));
        for (var i = 0; i < 256; i++)
        {
            var x = 2 * parameter.Value.Span[i];
            var s = 1 / (1 + Math.Exp(-x));
            var expected = 2 * ((2 * x) + (s * (1 + (x * (1 - s)))) + (i is >= 64 and < 128 ? 2 * x : 0));
            Assert.Equal(expected, parameter.Gradient.Span[i], 1e-12);
        }
    }

    [Fact]
    public void A_value_with_many_readers_gets_the_sum_of_their_gradients()
    {
        var tape = new Tape<double>();
        var parameter = new Parameter<double>("x", new Tensor<double>(new Shape(3), [0.5, -1, 2]));
        var x = tape.Leaf(parameter).Scale(1);
        var cube = x.Multiply(x).Multiply(x);
        tape.Backward(cube.Add(x).Add(x.Scale(3)).Subtract(x.Multiply(x)).Sum());
        Assert.Equal(parameter.Value.Span.ToArray().Select(v => (3 * v * v) + 4 - (2 * v)), parameter.Gradient.Span.ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void What_needs_no_gradient_gets_none()
    {
        var tape = new Tape<float>();
        var (frozen, trained) = (Ones("frozen", 5), Ones("trained", 5));
        frozen.Trainable = false;
        tape.Backward(tape.Leaf(frozen).Multiply(tape.Leaf(trained)).Add(tape.Constant(new Tensor<float>(new Shape(5)))).Sum());
        Assert.False(frozen.HasGradient);
        Assert.True(trained.HasGradient);
    }

    [Fact]
    public void A_tape_that_does_not_record_gives_values_alone()
    {
        var tape = new Tape<float> { Recording = false };
        var parameter = Ones("x", 5);
        var sum = tape.Leaf(parameter).Scale(2).Sum();
        Assert.Equal(10, sum.Value.Span[0]);
        Assert.False(sum.NeedsGradient);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(sum));
    }

    [Fact]
    public void A_leaf_is_one_variable_within_a_step()
    {
        var tape = new Tape<float>();
        var parameter = Ones("x", 5);
        Assert.Same(tape.Leaf(parameter), tape.Leaf(parameter));
    }

    [Fact]
    public void Backward_wants_one_number_of_this_tape()
    {
        var (tape, other) = (new Tape<float>(), new Tape<float>());
        var x = tape.Leaf(Ones("x", 5));
        Assert.Throws<ArgumentException>(() => tape.Backward(x.Scale(2)));
        Assert.Throws<ArgumentException>(() => x.Add(other.Leaf(Ones("y", 5))));
        Assert.Throws<ArgumentException>(() => other.Backward(x.Sum()));
    }

#if DEBUG
    [Fact]
    public void A_tensor_kept_beyond_its_step_is_caught_in_debug_builds()
    {
        var tape = new Tape<float>();
        var kept = tape.Leaf(Ones("x", 5)).Scale(2).Value;
        Assert.Equal(2, kept.Span[0]);
        tape.Reset();
        Assert.Throws<InvalidOperationException>(() => kept.Span[0]);
        Assert.Throws<InvalidOperationException>(() => kept.Reshape(new Shape(5, 1)));
    }
#endif

    private static Parameter<float> Ones(string name, int length)
    {
        var tensor = new Tensor<float>(new Shape(length));
        tensor.Span.Fill(1);
        return new Parameter<float>(name, tensor);
    }

    /// <summary>A block of every kind of operation a transformer has, at a toy size.</summary>
    private sealed class Network
    {
        private const int Vocabulary = 50;
        private readonly int _width;
        private readonly int[] _ids;
        private readonly RotaryTable _table;

        public Network(int length, int width)
        {
            _width = width;
            Length = length;
            _table = new RotaryTable([.. Enumerable.Range(0, width / 4).Select(i => 1.0 / (1 + i))], 1000);
            var random = new RandomStream(1, "network");
            _ids = [.. Enumerable.Range(0, 1000).Select(_ => random.NextInt(Vocabulary))];
            Parameters = [.. new[] { (Vocabulary, width), (width, width), (2 * width, width), (width, 2 * width), (1, width) }.Select((shape, i) =>
            {
                var tensor = new Tensor<float>(new Shape(shape.Item1, shape.Item2));
                random.FillNormal(tensor.Span, 0.3);
                return new Parameter<float>($"parameter {i}", tensor);
            })];
        }

        public Tape<float> Tape { get; } = new();

        public int Length { get; }

        public Parameter<float>[] Parameters { get; }

        public void Step(int tokens)
        {
            Accumulate(0, tokens, 1);
            foreach (var parameter in Parameters)
                parameter.ClearGradient();
        }

        // Every token is a sequence of its own when the count is not a multiple of the length, so that micro-batches are parts of the batch.
        public void Accumulate(int start, int tokens, double scale)
        {
            var length = tokens % Length == 0 ? Length : 1;
            var ids = _ids.AsSpan(start, tokens);
            var x = Tape.Embedding(Tape.Leaf(Parameters[0]), ids, new Shape(tokens / length, length));
            var normed = x.RmsNorm(Tape.Leaf(Parameters[4]), 1e-5);
            var query = normed.Linear(Tape.Leaf(Parameters[1])).Rotary(_table, _width / 2);
            x = x.Add(CausalAttention.Attend(query, query, normed, 2, 2));
            x = x.Add(x.Linear(Tape.Leaf(Parameters[2])).Silu().Linear(Tape.Leaf(Parameters[3])));
            var loss = x.Linear(Tape.Leaf(Parameters[0])).CrossEntropy(ids);
            Tape.Backward(loss, scale);
            Tape.Reset();
        }
    }
}
