using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// What calibration remembers of the inputs X [tokens, columns] of one linear layer. Sums are kept as they are (not averaged), so statistics of parts can be added up;
/// who needs an average divides by <see cref="SequenceCount"/>, as Wanda's and SparseGPT's code does, or by <see cref="TokenCount"/>.
/// Not thread-safe.
/// </summary>
public sealed partial class LayerStatistics
{
    // A product of XᵀX is cut into panels of this many columns, and only those on and above the diagonal are computed.
    private const int GramPanel = 256;

    private readonly double[] _sumOfSquares;
    private readonly double[] _mean;
    private readonly double[] _deviation;
    // Only on and above the diagonal until someone reads it.
    private readonly Tensor<float>? _gram;
    private bool _isMirrored = true;

    /// <summary>Statistics of no input yet.</summary>
    /// <param name="columns">Input channels.</param>
    /// <param name="kinds">What to gather.</param>
    public LayerStatistics(int columns, StatisticsKind kinds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Columns = columns;
        Kinds = kinds;
        _sumOfSquares = kinds.HasFlag(StatisticsKind.SumOfSquares) ? new double[columns] : [];
        _mean = kinds.HasFlag(StatisticsKind.Moments) ? new double[columns] : [];
        _deviation = kinds.HasFlag(StatisticsKind.Moments) ? new double[columns] : [];
        _gram = kinds.HasFlag(StatisticsKind.Gram) ? new Tensor<float>(new Shape(columns, columns)) : null;
        _heldOut = kinds.HasFlag(StatisticsKind.HeldOut) ? new LayerStatistics(columns, HeldOutKinds) : null;
    }

    /// <summary>Input channels.</summary>
    public int Columns { get; }

    /// <summary>What is gathered.</summary>
    public StatisticsKind Kinds { get; }

    /// <summary>Tokens seen.</summary>
    public long TokenCount { get; private set; }

    /// <summary>Sequences seen.</summary>
    public long SequenceCount { get; private set; }

    /// <summary>Σx² of every channel.</summary>
    /// <exception cref="InvalidOperationException">It was not gathered.</exception>
    public ReadOnlySpan<double> SumOfSquares => Has(StatisticsKind.SumOfSquares) ? _sumOfSquares : Gathered();

    /// <summary>The mean of every channel over all tokens.</summary>
    /// <exception cref="InvalidOperationException">It was not gathered.</exception>
    public ReadOnlySpan<double> Mean => Has(StatisticsKind.Moments) ? _mean : throw Missing(StatisticsKind.Moments);

    /// <summary>Σ(x − mean)² of every channel over all tokens; divided by <see cref="TokenCount"/> it is the biased variance.</summary>
    /// <exception cref="InvalidOperationException">It was not gathered.</exception>
    public ReadOnlySpan<double> SquaredDeviation => Has(StatisticsKind.Moments) ? _deviation : throw Missing(StatisticsKind.Moments);

    /// <summary>XᵀX in float32, symmetric.</summary>
    /// <exception cref="InvalidOperationException">It was not gathered.</exception>
    public MatrixView<float> Gram
    {
        get
        {
            var gram = _gram?.Matrix ?? throw Missing(StatisticsKind.Gram);
            if (!_isMirrored)
                Mirror(gram);
            _isMirrored = true;
            return gram;
        }
    }

    /// <summary>Bytes that statistics of some kinds take.</summary>
    public static long ByteCount(int columns, StatisticsKind kinds) =>
        (kinds.HasFlag(StatisticsKind.SumOfSquares) ? 8L * columns : 0) + (kinds.HasFlag(StatisticsKind.Moments) ? 16L * columns : 0)
        + (kinds.HasFlag(StatisticsKind.Gram) ? 4L * columns * columns : 0) + (kinds.HasFlag(StatisticsKind.HeldOut) ? HeldOutByteCount(columns) : 0);

    /// <summary>Adds the inputs of some sequences.</summary>
    /// <param name="inputs">[tokens, columns].</param>
    /// <param name="sequences">How many sequences these tokens are.</param>
    /// <exception cref="NumericalException">An input is NaN or infinite.</exception>
    public void Add(MatrixView<float> inputs, int sequences)
    {
        if (inputs.Columns != Columns)
            throw new ArgumentException($"inputs of {inputs.Columns} channels for statistics of {Columns}", nameof(inputs));
        CheckFinite(inputs);
        if (Has(StatisticsKind.SumOfSquares))
            AddSquares(inputs);
        if (Has(StatisticsKind.Moments))
            AddMoments(inputs);
        if (_gram is not null && inputs.Rows > 0)
        {
            AddGram(inputs, _gram.Matrix);
            _isMirrored = false;
        }
        if (_heldOut is not null)
            AddHeldOut(_heldOut, inputs, TokenCount);
        TokenCount += inputs.Rows;
        SequenceCount += sequences;
        inputs.KeepAlive();
    }

    /// <summary>Wanda's channel norms a_j = sqrt(Σx² / sequences).</summary>
    /// <param name="destination">[columns].</param>
    public void ChannelNorms(Span<double> destination)
    {
        var squares = SumOfSquares;
        for (var j = 0; j < squares.Length; j++)
            destination[j] = Math.Sqrt(squares[j] / Math.Max(1, SequenceCount));
    }

    /// <summary>The Hessian of the layer's squared output error, H = 2/n Σ x xᵀ with n sequences, in double.</summary>
    public Tensor<double> Hessian()
    {
        var gram = Gram;
        var hessian = Tensor<double>.Uninitialized(new Shape(Columns, Columns));
        var scale = 2.0 / Math.Max(1, SequenceCount);
        for (var i = 0; i < Columns; i++)
        {
            var source = gram.Row(i);
            var target = hessian.Matrix.Row(i);
            for (var j = 0; j < source.Length; j++)
                target[j] = source[j] * scale;
        }
        return hessian;
    }

    private bool Has(StatisticsKind kind) => Kinds.HasFlag(kind);

    // The diagonal of XᵀX is Σx².
    private double[] Gathered()
    {
        if (_gram is null)
            throw Missing(StatisticsKind.SumOfSquares);
        var squares = new double[Columns];
        for (var j = 0; j < Columns; j++)
            squares[j] = _gram.Matrix[j, j];
        return squares;
    }

    private static InvalidOperationException Missing(StatisticsKind kind) => new($"calibration did not gather {kind}");

    private static void CheckFinite(MatrixView<float> inputs)
    {
        for (var row = 0; row < inputs.Rows; row++)
            if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(inputs.Row(row))))
                foreach (var value in inputs.Row(row))
                    if (!float.IsFinite(value))
                        throw new NumericalException($"an input of the layer is {value} at token {row}");
    }

    private void AddSquares(MatrixView<float> inputs)
    {
        // Float sums over short runs of tokens, added up in double: exact enough, and vectors of full width.
        const int run = 64;
        var partial = new float[Columns];
        for (var first = 0; first < inputs.Rows; first += run)
        {
            partial.AsSpan().Clear();
            for (var row = first; row < Math.Min(inputs.Rows, first + run); row++)
                TensorPrimitives.MultiplyAdd<float>(inputs.Row(row), inputs.Row(row), partial, partial);
            for (var j = 0; j < partial.Length; j++)
                _sumOfSquares[j] += partial[j];
        }
    }

    // Means and squared deviations of the new tokens, merged with those so far (Chan, Golub and LeVeque 1979).
    private void AddMoments(MatrixView<float> inputs)
    {
        if (inputs.Rows == 0)
            return;
        var (old, added) = ((double)TokenCount, (double)inputs.Rows);
        var mean = new double[Columns];
        var deviation = new double[Columns];
        for (var row = 0; row < inputs.Rows; row++)
        {
            var values = inputs.Row(row);
            for (var j = 0; j < values.Length; j++)
                mean[j] += values[j];
        }
        TensorPrimitives.Divide<double>(mean, added, mean);
        for (var row = 0; row < inputs.Rows; row++)
        {
            var values = inputs.Row(row);
            for (var j = 0; j < values.Length; j++)
                deviation[j] += (values[j] - mean[j]) * (values[j] - mean[j]);
        }
        for (var j = 0; j < mean.Length; j++)
        {
            var difference = mean[j] - _mean[j];
            _deviation[j] += deviation[j] + difference * difference * old * added / (old + added);
            _mean[j] += difference * added / (old + added);
        }
    }

    private static void AddGram(MatrixView<float> inputs, MatrixView<float> gram)
    {
        var columns = inputs.Columns;
        for (var first = 0; first < columns; first += GramPanel)
        {
            var width = Math.Min(GramPanel, columns - first);
            Gemm.Multiply(inputs.Slice(0, inputs.Rows, first, width), true, inputs.Slice(0, inputs.Rows, first, columns - first), false,
                gram.Slice(first, width, first, columns - first), accumulate: true);
        }
    }

    private static void Mirror(MatrixView<float> gram)
    {
        // Tiles, so that the rows written stay in the cache.
        const int tile = 32;
        for (var top = 0; top < gram.Rows; top += tile)
            for (var left = top; left < gram.Columns; left += tile)
                for (var i = top; i < Math.Min(gram.Rows, top + tile); i++)
                    for (var j = Math.Max(i + 1, left); j < Math.Min(gram.Columns, left + tile); j++)
                        gram[j, i] = gram[i, j];
    }
}
