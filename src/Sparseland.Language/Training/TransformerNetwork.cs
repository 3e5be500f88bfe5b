using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Learning.Initialisers;
using Sparseland.Tensors;
using CausalAttention = Sparseland.Autograd.Operations.CausalAttention;
using RotaryTable = Sparseland.Autograd.Operations.RotaryTable;

namespace Sparseland.Language.Training;

/// <summary>
/// The transformer of a <see cref="TransformerConfiguration"/> as parameters and tape operations: what training and fine-tuning use.
/// Inference has its own engine (<see cref="Models"/>) over the same canonical names; tests hold the two against each other.
/// </summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
public sealed class TransformerNetwork<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, Parameter<T>> _byName = [];
    private readonly List<Parameter<T>> _parameters = [];
    private readonly Dictionary<string, LowRankAddition<T>> _additions = [];
    private readonly RotaryTable? _rotary;

    private TransformerNetwork(TransformerConfiguration configuration)
    {
        Configuration = configuration;
        if (configuration.Rotary)
            _rotary = new RotaryTable(RotaryFrequencies.Of(configuration), configuration.ContextLength);
        AddParameters();
    }

    /// <summary>What the network looks like.</summary>
    public TransformerConfiguration Configuration { get; }

    /// <summary>All parameters in canonical order; those of low-rank additions are not among them.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => _parameters;

    /// <summary>The matrix that turns hidden states into logits: the embedding where the two are tied.</summary>
    public Parameter<T> Head => Configuration.TiedEmbeddings ? _byName[TensorNames.Embedding] : _byName[TensorNames.Head];

    /// <summary>A parameter by its canonical name.</summary>
    public Parameter<T> this[string name] => _byName[name];

    /// <summary>
    /// A network with fresh weights: normal with deviation 0.02, the feed-forward layer's way back divided by the root of twice the number of blocks (GPT-2), gains 1,
    /// biases 0. Attention begins as in Trockman and Kolter 2023, "Mimetic initialization of self-attention layers": queries equal keys and outputs transpose
    /// values, so that a token looks at tokens like itself and hands on what they are. Small models then learn to copy from their context much sooner.
    /// </summary>
    public static TransformerNetwork<T> Create(TransformerConfiguration configuration, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var network = new TransformerNetwork<T>(configuration);
        var index = 0UL;
        foreach (var parameter in network._parameters)
        {
            if (parameter.Value.Shape.Rank == 1)
            {
                parameter.Value.Span.Fill(parameter.Name.EndsWith(".bias", StringComparison.Ordinal) ? T.Zero : T.One);
                continue;
            }
            var intoResidual = parameter.Name.EndsWith("down_proj.weight", StringComparison.Ordinal);
            Initialiser.Normal(parameter.Value, intoResidual ? 0.02 / Math.Sqrt(2.0 * configuration.BlockCount) : 0.02, new RandomStream(seed, "initial weights", index++));
        }
        for (var block = 0; block < configuration.BlockCount; block++)
            network.MimicTrainedAttention(block, seed);
        return network;
    }

    /// <summary>A network with a checkpoint's weights (packed and quantised ones expanded).</summary>
    public static TransformerNetwork<T> Load(ICheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var network = new TransformerNetwork<T>(checkpoint.Configuration);
        foreach (var parameter in network._parameters)
        {
            var source = checkpoint.LoadTensor(parameter.Name);
            TensorPrimitives.ConvertChecked<float, T>(source.Span, parameter.Value.Span);
        }
        return network;
    }

    /// <summary>Logits for every position.</summary>
    /// <param name="tape">Where the operations are recorded.</param>
    /// <param name="ids">Token ids, sequence after sequence: batch x length.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="length">Tokens in each; at most the context.</param>
    /// <returns>[batch, length, vocabulary].</returns>
    public Variable<T> Logits(Tape<T> tape, ReadOnlySpan<int> ids, int batch, int length) =>
        Hidden(tape, ids, batch, length).Linear(tape.Leaf(Head));

    /// <summary>The mean cross-entropy of the targets, in nats per token; targets of −100 are left out.</summary>
    public Variable<T> Loss(Tape<T> tape, ReadOnlySpan<int> ids, ReadOnlySpan<int> targets, int batch, int length) =>
        Logits(tape, ids, batch, length).CrossEntropy(targets);

    // With normed inputs of unit mean square: a token's likeness to itself starts near 2 before the softmax, and values pass with unit variance.
    private void MimicTrainedAttention(int block, ulong seed)
    {
        const double selfLikeness = 2;
        const double outputScale = 0.05;
        var c = Configuration;
        var shape = c.ShapeOf(block);
        var (q, k) = (_byName[TensorNames.Weight(block, "self_attn.q_proj")].Value, _byName[TensorNames.Weight(block, "self_attn.k_proj")].Value);
        var (v, o) = (_byName[TensorNames.Weight(block, "self_attn.v_proj")].Value, _byName[TensorNames.Weight(block, "self_attn.o_proj")].Value);
        Initialiser.Normal(k, Math.Sqrt(selfLikeness / (c.Width * Math.Sqrt(c.HeadWidth))), new RandomStream(seed, "initial keys", (ulong)block));
        Initialiser.Normal(v, 1 / Math.Sqrt(c.Width), new RandomStream(seed, "initial values", (ulong)block));
        for (var row = 0; row < q.Shape[0]; row++)
        {
            var source = row / c.HeadWidth / (shape.HeadCount / shape.KeyValueHeadCount) * c.HeadWidth + row % c.HeadWidth;
            k.Matrix.Row(source).CopyTo(q.Matrix.Row(row));
            for (var column = 0; column < c.Width; column++)
                o.Matrix[column, row] = T.CreateChecked(outputScale) * v.Matrix[source, column];
        }
    }

    /// <summary>Puts a low-rank product beside a projection's weight: what the layer computes is the sum of both.</summary>
    /// <param name="name">The weight's canonical name.</param>
    /// <param name="addition">The factors; null takes them away again.</param>
    /// <exception cref="ArgumentException">There is no such projection, or the factors do not fit it.</exception>
    public void SetAddition(string name, LowRankAddition<T>? addition)
    {
        if (!_byName.TryGetValue(name, out var weight) || !name.Contains("_proj.", StringComparison.Ordinal))
            throw new ArgumentException($"{name} is no projection of this network", nameof(name));
        _additions.Remove(name);
        if (addition is null)
            return;
        var (down, up) = (addition.Down.Value.Shape, addition.Up.Value.Shape);
        if (down[1] != weight.Value.Shape[1] || up[0] != weight.Value.Shape[0] || down[0] != up[1])
            throw new ArgumentException($"factors of the shapes {down} and {up} beside {name}, which has the shape {weight.Value.Shape}", nameof(addition));
        _additions.Add(name, addition);
    }

    /// <summary>The hidden states that the head reads, [batch, length, width].</summary>
    /// <param name="tape">Where the operations are recorded. Values that no backward pass needs are given back block by block.</param>
    /// <param name="ids">Token ids, sequence after sequence: batch x length.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="length">Tokens in each; at most the context.</param>
    public Variable<T> Hidden(Tape<T> tape, ReadOnlySpan<int> ids, int batch, int length)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (ids.Length != batch * length || length > Configuration.ContextLength)
            throw new ArgumentException($"{ids.Length} ids for {batch} sequences of {length} tokens in a context of {Configuration.ContextLength}", nameof(ids));
        var scope = tape.OpenScope();
        var x = tape.Embedding(tape.Leaf(_byName[TensorNames.Embedding]), ids, new Shape(batch, length));
        if (!Configuration.Rotary)
        {
            var positions = new int[ids.Length];
            for (var i = 0; i < positions.Length; i++)
                positions[i] = i % length;
            x = x.Add(tape.Embedding(tape.Leaf(_byName[TensorNames.PositionEmbedding]), positions, new Shape(batch, length)));
        }
        for (var block = 0; block < Configuration.BlockCount; block++)
        {
            x = scope.Retain(x.Add(Attention(Norm(x, block, TensorNames.AttentionNorm), block)));
            x = scope.Retain(x.Add(FeedForward(Norm(x, block, TensorNames.FeedForwardNorm), block)));
        }
        var finalBias = _byName.GetValueOrDefault("model.norm.bias");
        return scope.Close(Normalise(x, _byName[TensorNames.FinalNorm], finalBias));
    }

    private Variable<T> Attention(Variable<T> x, int block)
    {
        var c = Configuration;
        var q = Project(x, block, "self_attn.q_proj");
        var k = Project(x, block, "self_attn.k_proj");
        var v = Project(x, block, "self_attn.v_proj");
        if (c.QueryKeyNorm)
        {
            q = NormHeads(q, block, TensorNames.QueryNorm);
            k = NormHeads(k, block, TensorNames.KeyNorm);
        }
        if (_rotary is not null)
        {
            q = q.Rotary(_rotary, c.HeadWidth);
            k = k.Rotary(_rotary, c.HeadWidth);
        }
        var window = block >= c.SlidingWindowFirstBlock ? c.SlidingWindow : null;
        return Project(CausalAttention.Attend(q, k, v, c.ShapeOf(block).HeadCount, c.ShapeOf(block).KeyValueHeadCount, window), block, "self_attn.o_proj");
    }

    private Variable<T> FeedForward(Variable<T> x, int block)
    {
        if (Configuration.GatedFeedForward && Configuration.Activation == ActivationKind.Silu)
            return Project(Project(x, block, "mlp.gate_proj").SwiGlu(Project(x, block, "mlp.up_proj")), block, "mlp.down_proj");
        var inner = Project(x, block, Configuration.GatedFeedForward ? "mlp.gate_proj" : "mlp.up_proj");
        inner = Configuration.Activation switch
        {
            ActivationKind.Silu => inner.Silu(),
            ActivationKind.GeluTanh => inner.Gelu(tanh: true),
            _ => inner.Gelu(tanh: false),
        };
        if (Configuration.GatedFeedForward)
            inner = inner.Multiply(Project(x, block, "mlp.up_proj"));
        return Project(inner, block, "mlp.down_proj");
    }

    private Variable<T> Project(Variable<T> x, int block, string part)
    {
        var (name, bias) = (TensorNames.Weight(block, part), _byName.GetValueOrDefault(TensorNames.Bias(block, part)));
        var (weight, shift) = (x.Tape.Leaf(_byName[name]), bias is null ? null : x.Tape.Leaf(bias));
        return _additions.TryGetValue(name, out var addition)
            ? x.LowRankLinear(weight, shift, x.Tape.Leaf(addition.Down), x.Tape.Leaf(addition.Up), addition.Scale)
            : x.Linear(weight, shift);
    }

    private Variable<T> Norm(Variable<T> x, int block, string part) =>
        Normalise(x, _byName[TensorNames.Weight(block, part)], _byName.GetValueOrDefault(TensorNames.Bias(block, part)));

    private Variable<T> Normalise(Variable<T> x, Parameter<T> gain, Parameter<T>? bias) => Configuration.Norm == NormKind.Rms
        ? x.RmsNorm(x.Tape.Leaf(gain), Configuration.NormEpsilon)
        : x.LayerNorm(x.Tape.Leaf(gain), bias is null ? null : x.Tape.Leaf(bias), Configuration.NormEpsilon);

    // Heads lie side by side in the last dimension; as rows of head width they are normalised each by itself.
    private Variable<T> NormHeads(Variable<T> x, int block, string part)
    {
        var shape = x.Shape;
        var rows = checked((int)(shape.Length / Configuration.HeadWidth));
        return x.Reshape(new Shape(rows, Configuration.HeadWidth)).RmsNorm(x.Tape.Leaf(_byName[TensorNames.Weight(block, part)]), Configuration.NormEpsilon).Reshape(shape);
    }

    private void AddParameters()
    {
        var c = Configuration;
        Add(TensorNames.Embedding, c.VocabularySize, c.Width);
        if (!c.Rotary)
            Add(TensorNames.PositionEmbedding, c.ContextLength, c.Width);
        for (var block = 0; block < c.BlockCount; block++)
        {
            AddNorm(block, TensorNames.AttentionNorm);
            AddProjection(block, "self_attn.q_proj");
            AddProjection(block, "self_attn.k_proj");
            AddProjection(block, "self_attn.v_proj");
            if (c.QueryKeyNorm)
            {
                Add(TensorNames.Weight(block, TensorNames.QueryNorm), c.HeadWidth);
                Add(TensorNames.Weight(block, TensorNames.KeyNorm), c.HeadWidth);
            }
            AddProjection(block, "self_attn.o_proj");
            AddNorm(block, TensorNames.FeedForwardNorm);
            if (c.GatedFeedForward)
                AddProjection(block, "mlp.gate_proj");
            AddProjection(block, "mlp.up_proj");
            AddProjection(block, "mlp.down_proj");
        }
        Add(TensorNames.FinalNorm, c.Width);
        if (c.Norm == NormKind.Layer)
            Add("model.norm.bias", c.Width);
        if (!c.TiedEmbeddings)
            Add(TensorNames.Head, c.VocabularySize, c.Width);
    }

    private void AddNorm(int block, string part)
    {
        Add(TensorNames.Weight(block, part), Configuration.Width);
        if (Configuration.Norm == NormKind.Layer)
            Add(TensorNames.Bias(block, part), Configuration.Width);
    }

    private void AddProjection(int block, string part)
    {
        var shape = TensorCatalog.ProjectionShape(Configuration, block, part);
        Add(TensorNames.Weight(block, part), shape[0], shape[1]);
        if (TensorCatalog.HasBias(Configuration, part))
            Add(TensorNames.Bias(block, part), shape[0]);
    }

    private void Add(string name, params ReadOnlySpan<int> extents)
    {
        var parameter = new Parameter<T>(name, new Tensor<T>(new Shape(extents)));
        _parameters.Add(parameter);
        _byName.Add(name, parameter);
    }
}
