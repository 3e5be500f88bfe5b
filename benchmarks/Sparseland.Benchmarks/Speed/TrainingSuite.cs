using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Learning.Optimisers;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>A training step of the storyteller (forward, backward, AdamW) against the products of its linear layers run alone.</summary>
internal sealed class TrainingSuite : ISpeedSuite
{
    private const int Blocks = 6, Width = 144, Hidden = 384, Vocabulary = 1536, Heads = 6, KeyValueHeads = 3, Length = 512, Batch = 8;
    private const int HeadWidth = Width / Heads;
    private const int Tokens = Batch * Length;

    public string Name => "training";

    public string Title => "A training step";

    public string Explanation => $"Forward, backward and AdamW of {Blocks} blocks of width {Width} (feed-forward {Hidden}, {Heads} query and {KeyValueHeads} key heads, vocabulary {Vocabulary}) on {Tokens} tokens in sequences of {Length}, against the products of its linear layers alone. Both figures count the linear layers' operations only: what attention computes besides is not credited.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var (model, products) = (new Model(), new Products());
        foreach (var threads in quick ? [2] : new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            var results = Rivals.Measure([new("products alone", _ => products.Run()), new("training step", _ => model.Step())], threads, quick ? 5 : 9, 0.3);
            yield return Measurement.From(Name, $"{Blocks} blocks, {Tokens} tokens", threads, "GF/s", [products.Operations, products.Operations], results, 0.5);
        }
    }

    /// <summary>What each operation takes by itself, and what a step allocates: where to look when the step is slow.</summary>
    public static void TakeApart(TextWriter output)
    {
        var model = new Model();
        for (var i = 0; i < 3; i++)
            model.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        model.Step();
        output.WriteLine($"{GC.GetAllocatedBytesForCurrentThread() - before} bytes allocated by a step after the third");
        foreach (var result in Rivals.Measure([.. Alone()], WorkerPool.ThreadCount, 7, 0.03))
            output.WriteLine($"{result.Name,-28} {result.Seconds * 1e3,9:F2} ms forward and backward");
    }

    private static IEnumerable<Rival> Alone()
    {
        var tape = new Tape<float>();
        var (x, hidden, gate) = (Random("x", Batch, Length, Width), Random("up", Batch, Length, Hidden), Random("gate", Batch, Length, Hidden));
        var (key, value, gain) = (Random("key", Batch, Length, KeyValueHeads * HeadWidth), Random("value", Batch, Length, KeyValueHeads * HeadWidth), Random("gain", Width));
        var (weight, head) = (Random("weight", Width, Width), Random("head", Vocabulary, Width));
        var table = Table();
        var targets = Tokenize("targets");
        yield return Operation("linear 144 to 144", tape, () => tape.Leaf(x).Linear(tape.Leaf(weight)));
        yield return Operation("RMS norm", tape, () => tape.Leaf(x).RmsNorm(tape.Leaf(gain), 1e-5));
        yield return Operation("rotary", tape, () => tape.Leaf(x).Rotary(table, HeadWidth));
        yield return Operation("gated unit", tape, () => tape.Leaf(gate).SwiGlu(tape.Leaf(hidden)));
        yield return Operation("sum", tape, () => tape.Leaf(x).Add(tape.Leaf(x)));
        yield return Operation("attention", tape, () => CausalAttention.Attend(tape.Leaf(x), tape.Leaf(key), tape.Leaf(value), Heads, KeyValueHeads));
        yield return Operation("embedding", tape, () => tape.Embedding(tape.Leaf(head), targets, new Shape(Batch, Length)));
        yield return Operation("head and loss, fused", tape, () => tape.Leaf(x).LinearCrossEntropy(tape.Leaf(head), targets));
        yield return Operation("head and loss, apart", tape, () => tape.Leaf(x).Linear(tape.Leaf(head)).CrossEntropy(targets));
    }

    private static Rival Operation(string name, Tape<float> tape, Func<Variable<float>> run) => new(name, _ =>
    {
        var output = run();
        tape.Backward(output.Value.Length == 1 ? output : output.Mean());
        tape.Reset();
    });

    private static Parameter<float> Random(string name, params int[] extents)
    {
        var tensor = new Tensor<float>(new Shape(extents));
        new RandomStream(1, name).FillNormal(tensor.Span, extents.Length == 2 ? 0.05 : 1);
        return new Parameter<float>(name, tensor);
    }

    private static int[] Tokenize(string name)
    {
        var random = new RandomStream(1, name);
        return [.. Enumerable.Range(0, Tokens).Select(_ => random.NextInt(Vocabulary))];
    }

    private static RotaryTable Table() => new([.. Enumerable.Range(0, HeadWidth / 2).Select(i => Math.Pow(10000, -2.0 * i / HeadWidth))], Length);

    private sealed class Model
    {
        private readonly Tape<float> _tape = new();
        private readonly List<Parameter<float>> _parameters = [];
        private readonly Parameter<float>[][] _blocks;
        private readonly Parameter<float> _embedding, _gain;
        private readonly AdamW<float> _optimiser;
        private readonly RotaryTable _table = Table();
        private readonly int[] _inputs = Tokenize("inputs"), _targets = Tokenize("targets");

        public Model()
        {
            _embedding = Add("embedding", Vocabulary, Width);
            _gain = Add("gain", Width);
            _blocks = [.. Enumerable.Range(0, Blocks).Select(i => new[]
            {
                Add($"norm {i}", Width), Add($"query {i}", Width, Width), Add($"key {i}", KeyValueHeads * HeadWidth, Width), Add($"value {i}", KeyValueHeads * HeadWidth, Width),
                Add($"output {i}", Width, Width), Add($"second norm {i}", Width), Add($"gate {i}", Hidden, Width), Add($"up {i}", Hidden, Width), Add($"down {i}", Width, Hidden),
            })];
            _optimiser = new AdamW<float>(_parameters);
        }

        public void Step()
        {
            var x = _tape.Embedding(_tape.Leaf(_embedding), _inputs, new Shape(Batch, Length));
            foreach (var block in _blocks)
                x = Block(x, block);
            var loss = x.RmsNorm(_tape.Leaf(_gain), 1e-5).LinearCrossEntropy(_tape.Leaf(_embedding), _targets);
            _tape.Backward(loss);
            _tape.Reset();
            _optimiser.Step(1e-4);
            foreach (var parameter in _parameters)
                parameter.ClearGradient();
        }

        private Variable<float> Block(Variable<float> x, Parameter<float>[] block)
        {
            var normed = x.RmsNorm(_tape.Leaf(block[0]), 1e-5);
            var query = normed.Linear(_tape.Leaf(block[1])).Rotary(_table, HeadWidth);
            var key = normed.Linear(_tape.Leaf(block[2])).Rotary(_table, HeadWidth);
            var attended = CausalAttention.Attend(query, key, normed.Linear(_tape.Leaf(block[3])), Heads, KeyValueHeads);
            x = x.Add(attended.Linear(_tape.Leaf(block[4])));
            normed = x.RmsNorm(_tape.Leaf(block[5]), 1e-5);
            return x.Add(normed.Linear(_tape.Leaf(block[6])).SwiGlu(normed.Linear(_tape.Leaf(block[7]))).Linear(_tape.Leaf(block[8])));
        }

        private Parameter<float> Add(string name, params int[] extents)
        {
            var parameter = Random(name, extents);
            if (extents.Length == 1)
                parameter.Value.Span.Fill(1);
            _parameters.Add(parameter);
            return parameter;
        }
    }

    /// <summary>The products of one step: of every linear layer the value, the gradient of the input and that of the weight.</summary>
    private sealed class Products
    {
        private readonly (Tensor<float> Input, Tensor<float> Weight, Tensor<float> Output, Tensor<float> ToInput, Tensor<float> ToWeight)[] _layers;

        public Products()
        {
            List<(int Inputs, int Outputs)> shapes = [(Width, Vocabulary)];
            for (var i = 0; i < Blocks; i++)
                shapes.AddRange([(Width, Width), (Width, KeyValueHeads * HeadWidth), (Width, KeyValueHeads * HeadWidth), (Width, Width), (Width, Hidden), (Width, Hidden), (Hidden, Width)]);
            // Gradients have buffers of their own, or the values would grow from call to call. A layer has tensors of its own, as in the step: what the cache keeps between layers is the same.
            _layers = [.. shapes.Select((shape, i) => (
                Random($"x {i}", Tokens, shape.Inputs).Value, Random($"w {i}", shape.Outputs, shape.Inputs).Value, Random($"y {i}", Tokens, shape.Outputs).Value,
                new Tensor<float>(new Shape(Tokens, shape.Inputs)), new Tensor<float>(new Shape(shape.Outputs, shape.Inputs))))];
            Operations = _layers.Sum(layer => 6.0 * Tokens * layer.Weight.Length);
        }

        public double Operations { get; }

        public void Run()
        {
            foreach (var (input, weight, output, _, _) in _layers)
                Gemm.Multiply(input.Matrix, false, weight.Matrix, true, output.Matrix);
            for (var i = _layers.Length - 1; i >= 0; i--)
            {
                var (input, weight, output, toInput, toWeight) = _layers[i];
                Gemm.Multiply(output.Matrix, true, input.Matrix, false, toWeight.Matrix);
                Gemm.Multiply(output.Matrix, false, weight.Matrix, false, toInput.Matrix);
            }
        }
    }
}
