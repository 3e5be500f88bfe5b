using Sparseland.Errors;
using Sparseland.Language.Checkpoints;

namespace Sparseland.Language.Models;

public sealed partial class TransformerBlock
{
    private TransformerBlock(ICheckpoint checkpoint, int block, RotaryTable? rotary)
    {
        var configuration = checkpoint.Configuration;
        Index = block;
        Configuration = configuration;
        _rotary = rotary;
        _window = configuration.SlidingWindow is { } window && block >= configuration.SlidingWindowFirstBlock ? window : int.MaxValue;
        var heads = configuration.HeadCount * configuration.HeadWidth;
        var keyValueHeads = configuration.KeyValueHeadCount * configuration.HeadWidth;
        var names = TensorNames.Projections(configuration.GatedFeedForward);
        var projections = new Projection[names.Count];
        for (var i = 0; i < names.Count; i++)
            projections[i] = LoadProjection(checkpoint, block, names[i]);
        Projections = projections;
        (_query, _key, _value, _output) = (projections[0], projections[1], projections[2], projections[3]);
        _gate = configuration.GatedFeedForward ? projections[4] : null;
        (_up, _down) = (projections[^2], projections[^1]);
        Check(checkpoint, _query, heads, configuration.Width);
        Check(checkpoint, _key, keyValueHeads, configuration.Width);
        Check(checkpoint, _value, keyValueHeads, configuration.Width);
        Check(checkpoint, _output, configuration.Width, heads);
        if (_gate is not null)
            Check(checkpoint, _gate, configuration.FeedForwardWidth, configuration.Width);
        Check(checkpoint, _up, configuration.FeedForwardWidth, configuration.Width);
        Check(checkpoint, _down, configuration.Width, configuration.FeedForwardWidth);
        _attentionNorm = LoadNorm(checkpoint, block, TensorNames.AttentionNorm, configuration.Norm, configuration.Width);
        _feedForwardNorm = LoadNorm(checkpoint, block, TensorNames.FeedForwardNorm, configuration.Norm, configuration.Width);
        if (configuration.QueryKeyNorm)
        {
            _queryNorm = LoadNorm(checkpoint, block, TensorNames.QueryNorm, NormKind.Rms, configuration.HeadWidth);
            _keyNorm = LoadNorm(checkpoint, block, TensorNames.KeyNorm, NormKind.Rms, configuration.HeadWidth);
        }
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
        return new(checkpoint, block, configuration.Rotary ? rotary ?? new RotaryTable(configuration) : null);
    }

    private static Projection LoadProjection(ICheckpoint checkpoint, int block, string name)
    {
        var matrix = checkpoint.LoadMatrix(TensorNames.Weight(block, name));
        var bias = TensorNames.Bias(block, name);
        return new(name, matrix, HasBias(checkpoint.Configuration, name) ? checkpoint.LoadTensor(bias) : null);
    }

    private static bool HasBias(TransformerConfiguration configuration, string name) => name switch
    {
        "self_attn.q_proj" or "self_attn.k_proj" or "self_attn.v_proj" => configuration.QueryKeyValueBias,
        "self_attn.o_proj" => configuration.AttentionOutputBias,
        _ => configuration.FeedForwardBias,
    };

    private static Normalization LoadNorm(ICheckpoint checkpoint, int block, string part, NormKind kind, int width) =>
        Normalization.Load(checkpoint, kind, TensorNames.Weight(block, part), TensorNames.Bias(block, part), width);

    private void Check(ICheckpoint checkpoint, Projection projection, int rows, int columns)
    {
        if (projection.Matrix.Rows != rows || projection.Matrix.Columns != columns)
            throw new MismatchException($"{checkpoint.Path}: {TensorNames.Weight(Index, projection.Name)} is {projection.Matrix.Rows} x {projection.Matrix.Columns}, the configuration says {rows} x {columns}");
    }
}
