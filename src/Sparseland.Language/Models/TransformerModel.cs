using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Layouts;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>
/// A decoder-only transformer for inference: float32 activations, weights in any layout. What it computes follows from the configuration alone.
/// Immutable while no projection is replaced; sessions and threads share it.
/// </summary>
public sealed class TransformerModel
{
    private readonly Normalization _finalNorm;
    private readonly Tensor<float>? _positions;

    private TransformerModel(TransformerConfiguration configuration, MatrixLayout embedding, Tensor<float>? positions, TransformerBlock[] blocks, Normalization finalNorm, MatrixLayout head)
    {
        Configuration = configuration;
        Embedding = embedding;
        _positions = positions;
        Blocks = blocks;
        _finalNorm = finalNorm;
        Head = head;
    }

    /// <summary>What the model looks like.</summary>
    public TransformerConfiguration Configuration { get; }

    /// <summary>[vocabulary, width].</summary>
    public MatrixLayout Embedding { get; }

    /// <summary>[vocabulary, width]; the embedding itself when tied.</summary>
    public MatrixLayout Head { get; }

    /// <summary>The blocks in order.</summary>
    public IReadOnlyList<TransformerBlock> Blocks { get; }

    /// <summary>Bytes of all weights as in memory; a tied head counts once.</summary>
    public long ByteCount => Blocks.Sum(block => block.ByteCount) + Embedding.ByteCount + (ReferenceEquals(Head, Embedding) ? 0 : Head.ByteCount)
        + _finalNorm.ByteCount + (_positions?.Length ?? 0) * sizeof(float);

    /// <summary>Bytes of the weights that producing one token reads: all but the embedding, of which it reads a row (the tied head is read in full).</summary>
    public long BytesPerToken => Blocks.Sum(block => block.ByteCount) + Head.ByteCount;

    /// <summary>The longest sequence: bounded by the table of learned positions, otherwise by nothing but memory (the configuration's context is what the model was made for).</summary>
    public int MaximumLength => _positions?.Shape[0] ?? int.MaxValue;

    /// <summary>Reads all weights in the layouts they are stored in.</summary>
    /// <param name="checkpoint">The model on disk; it must stay open while its matrices are mapped.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Ends the loading between blocks.</param>
    /// <exception cref="InvalidFileException">A tensor is missing or damaged.</exception>
    /// <exception cref="MismatchException">A tensor's shape is not the configuration's.</exception>
    public static TransformerModel Load(ICheckpoint checkpoint, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var configuration = checkpoint.Configuration;
        var rotary = configuration.Rotary ? new RotaryTable(configuration) : null;
        var blocks = new TransformerBlock[configuration.BlockCount];
        for (var block = 0; block < blocks.Length; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            blocks[block] = TransformerBlock.Load(checkpoint, block, rotary);
            progress?.Report(new ProgressReport("loading", block + 1, blocks.Length));
        }
        var embedding = LoadVocabularyMatrix(checkpoint, TensorNames.Embedding);
        var head = configuration.TiedEmbeddings ? embedding : LoadVocabularyMatrix(checkpoint, TensorNames.Head);
        var norm = Normalization.Load(checkpoint, configuration.Norm, TensorNames.FinalNorm, TensorNames.FinalNormBias, configuration.Width);
        return new(configuration, embedding, LoadPositions(checkpoint), blocks, norm, head);
    }

    /// <summary>A model that computes the same with matrices in other layouts or values; norms, biases and positions are shared.</summary>
    /// <param name="convert">Gives the new matrix of a tensor, by its name in <see cref="TensorNames"/>; it may return the old one. A tied head is converted once, with the embedding.</param>
    public TransformerModel Convert(Func<string, MatrixLayout, MatrixLayout> convert)
    {
        ArgumentNullException.ThrowIfNull(convert);
        var blocks = Blocks.Select(block => block.Convert(projection => convert(TensorNames.Weight(block.Index, projection.Name), projection.Matrix))).ToArray();
        var embedding = convert(TensorNames.Embedding, Embedding);
        var head = ReferenceEquals(Head, Embedding) ? embedding : convert(TensorNames.Head, Head);
        return new(Configuration, embedding, _positions, blocks, _finalNorm, head);
    }

    /// <summary>The hidden states that enter the first block: token embeddings, with learned positions added where the model has them.</summary>
    /// <param name="tokens">Token ids of one sequence.</param>
    /// <param name="firstPosition">Position of the first.</param>
    /// <param name="hidden">[tokens, width], overwritten.</param>
    /// <exception cref="MismatchException">An id outside the vocabulary, or a position beyond the learned ones.</exception>
    public void Embed(ReadOnlySpan<int> tokens, int firstPosition, MatrixView<float> hidden)
    {
        if (_positions is not null && firstPosition + tokens.Length > MaximumLength)
            throw new MismatchException($"position {firstPosition + tokens.Length - 1} in a model with {MaximumLength} learned positions");
        for (var i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)Configuration.VocabularySize)
                throw new MismatchException($"token {tokens[i]} in a vocabulary of {Configuration.VocabularySize}: the tokenizer is another model's");
            var row = hidden.Row(i);
            Embedding.CopyRow(tokens[i], row);
            if (_positions is not null)
                TensorPrimitives.Add(row, _positions.Matrix.Row(firstPosition + i), row);
        }
        hidden.KeepAlive();
    }

    /// <summary>The final norm, in place, and the head.</summary>
    /// <param name="hidden">[tokens, width] as the last block left them; overwritten with the normed states.</param>
    /// <param name="logits">[tokens, vocabulary], overwritten.</param>
    public void ComputeLogits(MatrixView<float> hidden, MatrixView<float> logits)
    {
        _finalNorm.Apply(hidden, hidden);
        if (hidden.Rows == 1)
            Head.Multiply(hidden.Row(0), logits.Row(0));
        else
            Head.MultiplyBatch(hidden, logits);
    }

    /// <summary>A sequence to be continued: its cache and its work buffers.</summary>
    /// <param name="contextLength">The most tokens it will hold.</param>
    /// <param name="cacheElement">Float32, or BFloat16 for half the memory.</param>
    public InferenceSession CreateSession(int contextLength, ElementType cacheElement = ElementType.Float32) => new(this, new KeyValueCache(Configuration, contextLength, cacheElement));

    private static MatrixLayout LoadVocabularyMatrix(ICheckpoint checkpoint, string name)
    {
        var configuration = checkpoint.Configuration;
        var matrix = checkpoint.LoadMatrix(name);
        if (matrix.Rows != configuration.VocabularySize || matrix.Columns != configuration.Width)
            throw new MismatchException($"{checkpoint.Path}: {name} is {matrix.Rows} x {matrix.Columns}, the configuration says {configuration.VocabularySize} x {configuration.Width}");
        return matrix;
    }

    private static Tensor<float>? LoadPositions(ICheckpoint checkpoint)
    {
        if (checkpoint.Configuration.Rotary)
            return null;
        var positions = checkpoint.LoadTensor(TensorNames.PositionEmbedding);
        if (positions.Shape.Rank != 2 || positions.Shape[1] != checkpoint.Configuration.Width)
            throw new MismatchException($"{checkpoint.Path}: {TensorNames.PositionEmbedding} is {positions.Shape}, the configuration's width is {checkpoint.Configuration.Width}");
        return positions;
    }
}
