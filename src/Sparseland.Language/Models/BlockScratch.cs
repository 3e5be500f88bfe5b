using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>
/// The work buffers of a block's forward pass, kept from call to call and shared by all blocks of a model. Grows when more rows come; one per thread that runs blocks.
/// </summary>
public sealed class BlockScratch
{
    /// <summary>Rows the feed-forward layer takes at once: its inner width is the largest buffer, but packed and rounded weights are widened once for all of them.</summary>
    internal const int FeedForwardRows = 512;

    private readonly TransformerConfiguration _configuration;
    private float[] _partials = [];
    private int _rows;

    /// <summary>Empty buffers for a model.</summary>
    public BlockScratch(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
        Normed = Queries = Keys = Values = Mixed = Gate = Up = new Tensor<float>(new Shape(0, 0));
    }

    internal Tensor<float> Normed { get; private set; }

    internal Tensor<float> Queries { get; private set; }

    internal Tensor<float> Keys { get; private set; }

    internal Tensor<float> Values { get; private set; }

    internal Tensor<float> Mixed { get; private set; }

    internal Tensor<float> Gate { get; private set; }

    internal Tensor<float> Up { get; private set; }

    /// <summary>Bytes the buffers take for a number of rows.</summary>
    public static long BytesFor(TransformerConfiguration configuration, int rows)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var perRow = (long)configuration.Width + 2L * configuration.HeadCount * configuration.HeadWidth + 2L * configuration.KeyValueHeadCount * configuration.HeadWidth;
        var inner = Math.Min(rows, FeedForwardRows) * (configuration.GatedFeedForward ? 2L : 1) * configuration.FeedForwardWidth;
        return (rows * perRow + inner) * sizeof(float);
    }

    /// <summary>The first rows of a buffer with as many columns as a block needs, side by side without gaps, whatever the widest block has.</summary>
    internal static unsafe MatrixView<float> View(Tensor<float> buffer, int rows, int columns) => (long)rows * columns <= buffer.Length
        ? new(buffer.Pointer, rows, columns, columns, buffer)
        : throw new ArgumentException($"scratch of {buffer.Length} numbers for a block that needs {rows} x {columns}: it was made for another model");

    internal void EnsureRows(int rows)
    {
        if (rows <= _rows)
            return;
        var heads = _configuration.HeadCount * _configuration.HeadWidth;
        var keyValueHeads = _configuration.KeyValueHeadCount * _configuration.HeadWidth;
        var inner = Math.Min(rows, FeedForwardRows);
        Normed = Tensor<float>.Uninitialized(new Shape(rows, _configuration.Width));
        Queries = Tensor<float>.Uninitialized(new Shape(rows, heads));
        Mixed = Tensor<float>.Uninitialized(new Shape(rows, heads));
        Keys = Tensor<float>.Uninitialized(new Shape(rows, keyValueHeads));
        Values = Tensor<float>.Uninitialized(new Shape(rows, keyValueHeads));
        Up = Tensor<float>.Uninitialized(new Shape(inner, _configuration.FeedForwardWidth));
        if (_configuration.GatedFeedForward)
            Gate = Tensor<float>.Uninitialized(new Shape(inner, _configuration.FeedForwardWidth));
        _rows = rows;
    }

    internal Span<float> Partials(long length)
    {
        if (_partials.Length < length)
            _partials = GC.AllocateUninitializedArray<float>(checked((int)(length + length / 2)));
        return _partials;
    }
}
