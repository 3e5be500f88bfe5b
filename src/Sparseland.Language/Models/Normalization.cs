using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Language.Models;

/// <summary>
/// Normalises rows. RMS norm (Zhang and Sennrich 2019): x · g / √(mean(x²) + ε). Layer norm (Ba et al. 2016): (x − mean) · g / √(variance + ε) + b.
/// </summary>
public sealed unsafe class Normalization
{
    // Rows that one part of a parallel pass takes: a few microseconds of work at the usual widths.
    private const int RowsPerPart = 16;

    private readonly Tensor<float> _gain;
    private readonly Tensor<float>? _bias;
    private readonly double _epsilon;

    /// <summary>Makes the norm from its parameters.</summary>
    /// <param name="kind">The rule.</param>
    /// <param name="gain">[width].</param>
    /// <param name="bias">[width], or null; only a layer norm has one.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public Normalization(NormKind kind, Tensor<float> gain, Tensor<float>? bias, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(gain);
        if (bias is not null && bias.Length != gain.Length)
            throw new MismatchException($"a norm with {gain.Length} gains and {bias.Length} biases");
        Kind = kind;
        _gain = gain;
        _bias = bias;
        _epsilon = epsilon;
    }

    /// <summary>The rule.</summary>
    public NormKind Kind { get; }

    /// <summary>How many values are normalised together.</summary>
    public int Width => (int)_gain.Length;

    /// <summary>Bytes of the parameters.</summary>
    public long ByteCount => (_gain.Length + (_bias?.Length ?? 0)) * sizeof(float);

    internal static Normalization Load(ICheckpoint checkpoint, NormKind kind, string weightName, string biasName, int width)
    {
        var gain = TensorOf(checkpoint, weightName, width);
        var bias = kind == NormKind.Layer && checkpoint.Contains(biasName) ? TensorOf(checkpoint, biasName, width) : null;
        return new(kind, gain, bias, checkpoint.Configuration.NormEpsilon);
    }

    /// <summary>Normalises each row.</summary>
    /// <param name="input">[rows, width].</param>
    /// <param name="destination">[rows, width]; may be the input.</param>
    public void Apply(MatrixView<float> input, MatrixView<float> destination)
    {
        if (input.Columns != Width || destination.Columns != Width || destination.Rows != input.Rows)
            throw new ArgumentException($"rows of {input.Columns} in a norm over {Width}", nameof(input));
        WorkerPool.Run((input.Rows + RowsPerPart - 1) / RowsPerPart, new RowsWork(this, input, destination));
        input.KeepAlive();
        destination.KeepAlive();
    }

    /// <summary>Normalises one row.</summary>
    /// <param name="input">[width].</param>
    /// <param name="destination">[width]; may be the input.</param>
    public void ApplyRow(ReadOnlySpan<float> input, Span<float> destination)
    {
        if (Kind == NormKind.Rms)
        {
            var scale = (float)(1 / Math.Sqrt((double)TensorPrimitives.SumOfSquares(input) / input.Length + _epsilon));
            TensorPrimitives.Multiply(input, scale, destination);
            TensorPrimitives.Multiply(destination, _gain.Span, destination);
            return;
        }
        var mean = TensorPrimitives.Sum(input) / input.Length;
        TensorPrimitives.Subtract(input, mean, destination);
        var inverse = (float)(1 / Math.Sqrt((double)TensorPrimitives.SumOfSquares<float>(destination) / input.Length + _epsilon));
        TensorPrimitives.Multiply(destination, inverse, destination);
        if (_bias is null)
            TensorPrimitives.Multiply(destination, _gain.Span, destination);
        else
            TensorPrimitives.MultiplyAdd(destination, _gain.Span, _bias.Span, destination);
    }

    private static Tensor<float> TensorOf(ICheckpoint checkpoint, string name, int width)
    {
        var tensor = checkpoint.LoadTensor(name);
        if (tensor.Length != width)
            throw new MismatchException($"{checkpoint.Path}: {name} has {tensor.Length} values, the configuration says {width}");
        return tensor;
    }

    private readonly struct RowsWork(Normalization norm, MatrixView<float> input, MatrixView<float> destination) : IParallelWork
    {
        private readonly MatrixView<float> _input = input;
        private readonly MatrixView<float> _destination = destination;

        public void Run(int part)
        {
            var end = Math.Min(_input.Rows, (part + 1) * RowsPerPart);
            for (var row = part * RowsPerPart; row < end; row++)
                norm.ApplyRow(_input.Row(row), _destination.Row(row));
        }
    }
}
