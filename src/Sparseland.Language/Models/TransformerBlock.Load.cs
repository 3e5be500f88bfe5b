using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Layouts;

namespace Sparseland.Language.Models;

public sealed partial class TransformerBlock
{
    private TransformerBlock(TransformerConfiguration configuration, int block, Projection[] projections, BlockNorms norms, RotaryTable? rotary)
    {
        Index = block;
        Configuration = configuration;
        Projections = projections;
        _norms = norms;
        _rotary = rotary;
        _window = configuration.SlidingWindow is { } window && block >= configuration.SlidingWindowFirstBlock ? window : int.MaxValue;
        (_query, _key, _value, _output) = (projections[0], projections[1], projections[2], projections[3]);
        _gate = configuration.GatedFeedForward ? projections[4] : null;
        (_up, _down) = (projections[^2], projections[^1]);
        _attentionReaders = [_query.Name, _key.Name, _value.Name];
        _outputReader = [_output.Name];
        _feedForwardReaders = _gate is null ? [_up.Name] : [_gate.Name, _up.Name];
        _downReader = [_down.Name];
    }

    /// <summary>Reads one block; only its tensors are touched.</summary>
    /// <param name="checkpoint">The model on disk.</param>
    /// <param name="block">Which block, from 0.</param>
    /// <param name="rotary">Rotary angles shared with other blocks, or null for own ones.</param>
    /// <exception cref="InvalidFileException">A tensor is missing or damaged.</exception>
    /// <exception cref="MismatchException">A tensor's shape is not the configuration's.</exception>
    /// <exception cref="UnsupportedException">The heads are wider than the attention kernel takes.</exception>
    public static TransformerBlock Load(ICheckpoint checkpoint, int block, RotaryTable? rotary = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var configuration = checkpoint.Configuration;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)block, (uint)configuration.BlockCount, nameof(block));
        if (configuration.HeadWidth > CausalAttention.MaxHeadWidth)
            throw new UnsupportedException($"{checkpoint.Path}: heads of width {configuration.HeadWidth}; attention takes up to {CausalAttention.MaxHeadWidth}");
        var names = TensorNames.Projections(configuration.GatedFeedForward);
        var projections = new Projection[names.Count];
        for (var i = 0; i < names.Count; i++)
            projections[i] = LoadProjection(checkpoint, block, names[i]);
        var norms = new BlockNorms(
            LoadNorm(checkpoint, block, TensorNames.AttentionNorm, configuration.Norm, configuration.Width),
            LoadNorm(checkpoint, block, TensorNames.FeedForwardNorm, configuration.Norm, configuration.Width),
            configuration.QueryKeyNorm ? LoadNorm(checkpoint, block, TensorNames.QueryNorm, NormKind.Rms, configuration.HeadWidth) : null,
            configuration.QueryKeyNorm ? LoadNorm(checkpoint, block, TensorNames.KeyNorm, NormKind.Rms, configuration.HeadWidth) : null);
        return new(configuration, block, projections, norms, configuration.Rotary ? rotary ?? new RotaryTable(configuration) : null);
    }

    /// <summary>A block with the same norms and biases whose projections hold other matrices.</summary>
    /// <param name="convert">Gives each projection's new matrix; it may return the old one.</param>
    public TransformerBlock Convert(Func<Projection, MatrixLayout> convert)
    {
        ArgumentNullException.ThrowIfNull(convert);
        var projections = new Projection[Projections.Count];
        for (var i = 0; i < projections.Length; i++)
            projections[i] = new Projection(Projections[i].Name, Projections[i].Matrix, Projections[i].Bias) { Matrix = convert(Projections[i]) };
        return new(Configuration, Index, projections, _norms, _rotary);
    }

    private static Projection LoadProjection(ICheckpoint checkpoint, int block, string name)
    {
        var configuration = checkpoint.Configuration;
        var shape = TensorCatalog.ProjectionShape(configuration, block, name);
        var weight = TensorNames.Weight(block, name);
        var matrix = checkpoint.LoadMatrix(weight);
        if (matrix.Rows != shape[0] || matrix.Columns != shape[1])
            throw new MismatchException($"{checkpoint.Path}: {weight} is {matrix.Rows} x {matrix.Columns}, the configuration says {shape[0]} x {shape[1]}");
        return new(name, matrix, TensorCatalog.HasBias(configuration, name) ? checkpoint.LoadTensor(TensorNames.Bias(block, name)) : null);
    }

    private static Normalization LoadNorm(ICheckpoint checkpoint, int block, string part, NormKind kind, int width) =>
        Normalization.Load(checkpoint, kind, TensorNames.Weight(block, part), TensorNames.Bias(block, part), width);

    private sealed record BlockNorms(Normalization Attention, Normalization FeedForward, Normalization? Query, Normalization? Key)
    {
        public long ByteCount => Attention.ByteCount + FeedForward.ByteCount + (Query?.ByteCount ?? 0) + (Key?.ByteCount ?? 0);
    }
}
