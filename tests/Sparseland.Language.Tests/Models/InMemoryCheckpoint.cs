using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Models;

/// <summary>A checkpoint of float32 arrays: what a test says, or random weights for any configuration.</summary>
internal sealed class InMemoryCheckpoint(TransformerConfiguration configuration, Dictionary<string, Tensor<float>> tensors) : ICheckpoint
{
    public string Path => "memory";

    public TransformerConfiguration Configuration => configuration;

    public Dictionary<string, Tensor<float>> Values => tensors;

    /// <summary>How matrices are handed out.</summary>
    public Func<Tensor<float>, MatrixLayout> Layout { get; init; } = tensor => new PlainMatrix(tensor);

    public IReadOnlyList<CheckpointTensor> Tensors =>
        [.. tensors.Select(pair => new CheckpointTensor(pair.Key, pair.Value.Shape, ElementType.Float32, "dense", pair.Value.Length * sizeof(float)))];

    public bool Contains(string name) => tensors.ContainsKey(name);

    public MatrixLayout LoadMatrix(string name) => Layout(Find(name));

    public Tensor<float> LoadTensor(string name) => Find(name).Copy();

    public void Dispose() { }

    public TransformerModel ToModel() => TransformerModel.Load(this);

    /// <summary>Random weights: deviation 1/√inputs for matrices, gains near one, small biases.</summary>
    public static InMemoryCheckpoint Random(TransformerConfiguration c, ulong seed = 1, Func<Tensor<float>, MatrixLayout>? layout = null)
    {
        var tensors = new Dictionary<string, Tensor<float>>();
        Add(TensorNames.Embedding, 0, 1, c.VocabularySize, c.Width);
        if (!c.Rotary)
            Add(TensorNames.PositionEmbedding, 0, 0.5, c.ContextLength, c.Width);
        for (var block = 0; block < c.BlockCount; block++)
        {
            var shape = c.ShapeOf(block);
            var (heads, keyValueHeads) = (shape.HeadCount * c.HeadWidth, shape.KeyValueHeadCount * c.HeadWidth);
            foreach (var name in TensorNames.Projections(c.GatedFeedForward))
            {
                var (rows, columns, bias) = name switch
                {
                    "self_attn.q_proj" => (heads, c.Width, c.QueryKeyValueBias),
                    "self_attn.k_proj" or "self_attn.v_proj" => (keyValueHeads, c.Width, c.QueryKeyValueBias),
                    "self_attn.o_proj" => (c.Width, heads, c.AttentionOutputBias),
                    "mlp.down_proj" => (c.Width, shape.FeedForwardWidth, c.FeedForwardBias),
                    _ => (shape.FeedForwardWidth, c.Width, c.FeedForwardBias),
                };
                Add(TensorNames.Weight(block, name), 0, 1 / Math.Sqrt(columns), rows, columns);
                if (bias)
                    Add(TensorNames.Bias(block, name), 0, 0.2, rows);
            }
            foreach (var name in (string[])[TensorNames.AttentionNorm, TensorNames.FeedForwardNorm])
            {
                Add(TensorNames.Weight(block, name), 1, 0.2, c.Width);
                if (c.Norm == NormKind.Layer)
                    Add(TensorNames.Bias(block, name), 0, 0.2, c.Width);
            }
            if (c.QueryKeyNorm)
            {
                Add(TensorNames.Weight(block, TensorNames.QueryNorm), 1, 0.2, c.HeadWidth);
                Add(TensorNames.Weight(block, TensorNames.KeyNorm), 1, 0.2, c.HeadWidth);
            }
        }
        Add(TensorNames.FinalNorm, 1, 0.2, c.Width);
        if (c.Norm == NormKind.Layer)
            Add(TensorNames.FinalNormBias, 0, 0.2, c.Width);
        if (!c.TiedEmbeddings)
            Add(TensorNames.Head, 0, 1 / Math.Sqrt(c.Width), c.VocabularySize, c.Width);
        return layout is null ? new(c, tensors) : new(c, tensors) { Layout = layout };

        void Add(string name, float mean, double deviation, params int[] extents)
        {
            var tensor = new Tensor<float>(new Shape(extents));
            new RandomStream(seed, name).FillNormal(tensor.Span, deviation);
            TensorPrimitives.Add(tensor.Span, mean, tensor.Span);
            tensors.Add(name, tensor);
        }
    }

    private Tensor<float> Find(string name) => tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new InvalidFileException(Path, name, "the tensor is missing", "use a complete checkpoint");
}
