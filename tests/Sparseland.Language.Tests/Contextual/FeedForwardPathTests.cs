using Sparseland.Chance;
using Sparseland.Language.Contextual;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Contextual;

public class FeedForwardPathTests
{
    private const double Tolerance = 1e-5;
    private static readonly int[] Tokens = TransformerModelTests.Tokens(12, 61);

    public static TheoryData<string> Names => Architectures.Names;

    [Theory, MemberData(nameof(Names))]
    public void Compact_layers_compute_what_the_whole_ones_do_with_the_other_neurons_masked(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name)).ToModel();
        var path = (CompactFeedForward)new RandomMode().Prepare(new ContextualRequest(model, 0.5, 7, null));
        var masked = model.Convert((weight, matrix) => weight.EndsWith("mlp.down_proj.weight", StringComparison.Ordinal) ? Masked(matrix, path.Neurons[BlockOf(weight)]) : matrix);
        AssertSame(masked, null, model, path);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_mode_that_keeps_all_neurons_computes_the_dense_layers(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name)).ToModel();
        var prompt = Prompt(model);
        foreach (var mode in ContextualModes.All)
        {
            AssertSame(model, null, model, mode.Prepare(new ContextualRequest(model, 1, 1, prompt)));
            Assert.Equal(1, ContextualStatistics.ShareOf(model, mode, 1), 12);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void The_fine_mode_keeps_the_largest_gates_of_each_token(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name)).ToModel();
        var path = new TokenFeedForward(model, 0.4);
        var c = model.Configuration;
        var states = new Tensor<float>(new Shape(1, c.Width));
        foreach (var block in model.Blocks)
        {
            new RandomStream(3, "states", (ulong)block.Index).FillNormal(states.Span);
            var x = states.Span.ToArray();
            path.Apply(block.Index, states.Matrix);
            var neurons = c.ShapeOf(block.Index).FeedForwardWidth;
            var gate = Activated(block[c.GatedFeedForward ? "mlp.gate_proj" : "mlp.up_proj"], x, c.Activation);
            var kept = Enumerable.Range(0, neurons).OrderByDescending(i => Math.Abs(gate[i])).Take(neurons - (int)(0.6 * neurons)).Order().ToArray();
            Assert.Equal(kept, path.Selected(block.Index).ToArray());
            var up = c.GatedFeedForward ? Product(block["mlp.up_proj"], x) : [.. Enumerable.Repeat(1.0, neurons)];
            var masked = new float[neurons];
            foreach (var neuron in kept)
                masked[neuron] = (float)(gate[neuron] * up[neuron]);
            TransformerModelTests.AssertClose(Product(block["mlp.down_proj"], masked), states.Span, Tolerance);
        }
    }

    [Fact]
    public void Rows_of_one_call_share_the_neurons_with_the_largest_sums()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2")).ToModel();
        var path = new TokenFeedForward(model, 0.5);
        var states = new Tensor<float>(new Shape(3, 32));
        new RandomStream(4, "states").FillNormal(states.Span);
        var sums = new double[44];
        for (var row = 0; row < 3; row++)
        {
            var gate = Activated(model.Blocks[1]["mlp.gate_proj"], states.Matrix.Row(row).ToArray(), ActivationKind.Silu);
            for (var i = 0; i < sums.Length; i++)
                sums[i] += Math.Abs(gate[i]);
        }
        path.Apply(1, states.Matrix);
        Assert.Equal(Enumerable.Range(0, 44).OrderByDescending(i => sums[i]).Take(22).Order(), path.Selected(1).ToArray());
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    public void Neurons_planted_to_fire_on_the_prompt_are_the_ones_that_are_kept(string name)
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get(name));
        var planted = new Dictionary<int, int[]>();
        foreach (var block in Enumerable.Range(0, 3))
        {
            var matrix = checkpoint.Values[TensorNames.Weight(block, "mlp.up_proj")].Matrix;
            planted[block] = [.. Enumerable.Range(0, matrix.Rows).Where(row => (row + block) % 4 == 1)];
            var down = checkpoint.Values[TensorNames.Weight(block, "mlp.down_proj")].Matrix;
            foreach (var row in planted[block])
            {
                TensorPrimitives.Multiply(matrix.Row(row), 200, matrix.Row(row));
                // Without a gate a neuron may stay silent on every token; a bias makes it fire.
                if (checkpoint.Values.GetValueOrDefault(TensorNames.Bias(block, "mlp.up_proj")) is { } bias)
                    bias.Span[row] += 2000;
                // What they hand on stays small, so that the next blocks still see different tokens.
                for (var i = 0; i < down.Rows; i++)
                    down[i, row] /= 2000;
            }
        }
        var model = checkpoint.ToModel();
        var path = (CompactFeedForward)new CoarseMode().Prepare(new ContextualRequest(model, 0.25, 1, Prompt(model)));
        foreach (var (block, neurons) in planted)
            Assert.Superset(path.Neurons[block].ToHashSet(), neurons.Take(path.Neurons[block].Length).ToHashSet());
    }

    [Fact]
    public void The_prompts_statistic_counts_tokens_alike_and_passes_over_silent_ones()
    {
        var neurons = new PromptNeurons(Architectures.Get("llama2"));
        var rows = new Tensor<float>(new Shape(3, 44));
        rows.Matrix[0, 3] = 1000;
        (rows.Matrix[2, 4], rows.Matrix[2, 5]) = (0.3f, 0.4f);
        neurons.Observe(1, ["mlp.up_proj"], rows.Matrix);
        neurons.Observe(1, ["mlp.down_proj"], rows.Matrix);
        var scores = neurons.Scores(1);
        Assert.Equal((1f, 0.6f, 0.8f, 0f), (scores[3], scores[4], scores[5], scores[6]));
        Assert.All(neurons.Scores(0), score => Assert.Equal(0, score));
    }

    [Fact]
    public void Sparse_weights_and_their_bytes_are_half_where_half_is_kept()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2"), layout: tensor => DenseMatrix.FromFloat32(tensor.Matrix, ElementType.BFloat16)).ToModel();
        var states = new Tensor<float>(new Shape(1, 32));
        var prompt = Prompt(model);
        Assert.Equal(3 * 22 * 32 * 2, new CoarseMode().Prepare(new ContextualRequest(model, 0.5, 1, prompt)).Apply(0, states.Matrix));
        Assert.Equal((44 + 2 * 22) * 32 * 2, new FineMode().Prepare(new ContextualRequest(model, 0.5, 1, null)).Apply(0, states.Matrix));
        Assert.Equal(0.5, new CoarseMode().FeedForwardShare(model.Configuration, 0, 0.5));
        Assert.Equal(2.0 / 3, new FineMode().FeedForwardShare(model.Configuration, 0, 0.5), 12);
    }

    [Fact]
    public void Modes_are_found_by_name_and_a_near_miss_is_told_the_right_one()
    {
        foreach (var mode in ContextualModes.All)
            Assert.Same(mode, ContextualModes.Find(mode.Name));
        Assert.Contains("did you mean 'coarse'?", Assert.Throws<Sparseland.Errors.InvalidSettingException>(() => ContextualModes.Find("corse")).Message, StringComparison.Ordinal);
    }

    private static PromptNeurons Prompt(TransformerModel model)
    {
        var neurons = new PromptNeurons(model.Configuration);
        var session = model.CreateSession(64);
        session.Observer = neurons;
        session.Read(Tokens);
        return neurons;
    }

    private static void AssertSame(TransformerModel expectedModel, IFeedForwardPath? expectedPath, TransformerModel model, IFeedForwardPath path)
    {
        var (expected, actual) = (expectedModel.CreateSession(64), model.CreateSession(64));
        (expected.FeedForward, actual.FeedForward) = (expectedPath, path);
        for (var i = 0; i < Tokens.Length; i++)
        {
            expected.Read(Tokens.AsSpan(i, 1));
            actual.Read(Tokens.AsSpan(i, 1));
        }
        TransformerModelTests.AssertClose([.. expected.Logits.ToArray().Select(logit => (double)logit)], actual.Logits, 1e-4);
    }

    private static PlainMatrix Masked(MatrixLayout matrix, int[] columns)
    {
        var values = new Tensor<float>(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(values.Matrix);
        for (var row = 0; row < matrix.Rows; row++)
            for (var column = 0; column < matrix.Columns; column++)
                if (!columns.Contains(column))
                    values.Matrix[row, column] = 0;
        return new PlainMatrix(values);
    }

    private static int BlockOf(string weight) => int.Parse(weight.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture);

    private static double[] Activated(Projection projection, float[] x, ActivationKind activation)
    {
        float[] values = [.. Product(projection, x).Select(value => (float)value)];
        FeedForwardActivation.ApplyRow(activation, values);
        return [.. values.Select(value => (double)value)];
    }

    private static double[] Product(Projection projection, float[] x)
    {
        var row = new float[projection.Matrix.Columns];
        var result = new double[projection.Matrix.Rows];
        for (var i = 0; i < result.Length; i++)
        {
            projection.Matrix.CopyRow(i, row);
            result[i] = projection.Bias?.Span[i] ?? 0;
            for (var j = 0; j < row.Length; j++)
                result[i] += (double)row[j] * x[j];
        }
        return result;
    }
}
