namespace Sparseland.Language.Models;

/// <summary>How a block normalises.</summary>
public enum NormKind
{
    /// <summary>Root mean square with a gain (Zhang and Sennrich 2019).</summary>
    Rms,

    /// <summary>Mean and variance with gain and bias (Ba et al. 2016).</summary>
    Layer,
}

/// <summary>The non-linearity of the feed-forward layer.</summary>
public enum ActivationKind
{
    /// <summary>x · sigmoid(x).</summary>
    Silu,

    /// <summary>x · Φ(x) by the tanh approximation (GPT-2's "gelu_new").</summary>
    GeluTanh,

    /// <summary>x · Φ(x), exact.</summary>
    Gelu,
}

/// <summary>How rotary frequencies are stretched for long contexts.</summary>
public enum RopeScalingKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>All positions are divided by the factor.</summary>
    Linear,

    /// <summary>Llama 3.1: low frequencies are divided by the factor, high ones kept, those between blended.</summary>
    Llama3,
}

/// <summary>Rotary scaling with its figures.</summary>
/// <param name="Kind">Which rule.</param>
/// <param name="Factor">The stretch.</param>
/// <param name="LowFrequencyFactor">Llama 3's low_freq_factor.</param>
/// <param name="HighFrequencyFactor">Llama 3's high_freq_factor.</param>
/// <param name="OriginalContext">Llama 3's original_max_position_embeddings.</param>
public sealed record RopeScaling(RopeScalingKind Kind, double Factor = 1, double LowFrequencyFactor = 1, double HighFrequencyFactor = 4, int OriginalContext = 8192);

/// <summary>The extents of one block. Structured pruning makes them differ from block to block; heads keep their width.</summary>
/// <param name="HeadCount">Query heads.</param>
/// <param name="KeyValueHeadCount">Key and value heads; divides the query heads.</param>
/// <param name="FeedForwardWidth">Width inside the feed-forward layer.</param>
public readonly record struct BlockShape(int HeadCount, int KeyValueHeadCount, int FeedForwardWidth);

/// <summary>
/// What a decoder-only transformer looks like, whichever family it comes from. Everything downstream reads this, never a family's name:
/// Llama 1 to 3, Mistral, Qwen2, Qwen3, SmolLM, TinyLlama and GPT-2 are values of it.
/// Rotary embeddings always rotate the two halves of a head (the Hugging Face convention); readers of formats that interleave permute the rows.
/// </summary>
public sealed record TransformerConfiguration
{
    /// <summary>The family as config.json's model_type names it: "llama", "mistral", "qwen2", "qwen3", "gpt2". For files and messages only.</summary>
    public required string Family { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream (hidden_size).</summary>
    public required int Width { get; init; }

    /// <summary>Width inside the feed-forward layer (intermediate_size); of the widest block where they differ.</summary>
    public required int FeedForwardWidth { get; init; }

    /// <summary>Number of transformer blocks.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Query heads; of the block with most where they differ.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads; of the block with most where they differ. Divides <see cref="HeadCount"/> where all blocks are alike.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of one head; Width / HeadCount unless the file says otherwise.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>The longest context the model was made for (max_position_embeddings).</summary>
    public required int ContextLength { get; init; }

    /// <summary>How blocks normalise.</summary>
    public NormKind Norm { get; init; } = NormKind.Rms;

    /// <summary>Added to the variance before the root.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>The feed-forward layer's non-linearity.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Silu;

    /// <summary>Whether the feed-forward layer has a gate: down(act(gate x) · up x) against down(act(up x)).</summary>
    public bool GatedFeedForward { get; init; } = true;

    /// <summary>Whether positions enter by rotation; otherwise by a learned table added to the embedding.</summary>
    public bool Rotary { get; init; } = true;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Rotary scaling, or null.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the head is the embedding matrix itself.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Biases on the query, key and value projections.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Bias on the attention's output projection.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>Biases in the feed-forward layer.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>An RMS norm on every head's queries and keys before the rotation (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>How many latest positions (its own included) a token sees, or null for all.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>From which block on the sliding window holds (Qwen2's max_window_layers); 0 for all.</summary>
    public int SlidingWindowFirstBlock { get; init; }

    /// <summary>Token that begins a text, or null.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>The shape of every block where they differ, or null where all are alike.</summary>
    public IReadOnlyList<BlockShape>? BlockShapes { get; private init; }

    /// <summary>The shape of a block.</summary>
    /// <param name="block">From 0.</param>
    public BlockShape ShapeOf(int block) => BlockShapes is { } shapes ? shapes[block] : new(HeadCount, KeyValueHeadCount, FeedForwardWidth);

    /// <summary>The same model with blocks of these shapes; equal shapes give an ordinary configuration that every tool reads.</summary>
    /// <param name="shapes">One for every block, each of at least one head and one neuron.</param>
    /// <exception cref="ArgumentException">Not one per block, or a shape whose key heads do not divide its query heads.</exception>
    public TransformerConfiguration WithBlockShapes(IReadOnlyList<BlockShape> shapes)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        if (shapes.Count != BlockCount || shapes.Any(shape => shape.FeedForwardWidth < 1 || shape.KeyValueHeadCount < 1 || shape.HeadCount < 1 || shape.HeadCount % shape.KeyValueHeadCount != 0))
            throw new ArgumentException($"{shapes.Count} shapes for {BlockCount} blocks, or one whose key heads do not divide its heads", nameof(shapes));
        return this with
        {
            HeadCount = shapes.Max(shape => shape.HeadCount),
            KeyValueHeadCount = shapes.Max(shape => shape.KeyValueHeadCount),
            FeedForwardWidth = shapes.Max(shape => shape.FeedForwardWidth),
            BlockShapes = shapes.All(shape => shape == shapes[0]) ? null : shapes,
        };
    }
}
