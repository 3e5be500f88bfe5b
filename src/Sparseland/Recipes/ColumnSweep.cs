using System.Numerics;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Recipes;

/// <summary>
/// The loop of SparseGPT over blocks of columns. Inside a block every row is by itself (and so done in parallel); what the block's errors do to the
/// columns right of it is one product, W[:, right] −= E · U[block, right].
/// </summary>
internal sealed class ColumnSweep<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RowsPerPart = 8;
    private const int ScoredRowsPerPart = 64;

    private readonly MatrixView<T> _weights;
    private readonly Tensor<double> _upper;
    private readonly Mask _mask;
    private readonly SparseGptOptions _options;
    private readonly Tensor<T> _errors;
    private readonly Tensor<T> _block;
    private readonly T[] _columnWeights;
    private readonly double[] _rowLoss;
    private readonly RowGrid<T>[] _grids;

    public ColumnSweep(MatrixView<T> weights, Tensor<double> upper, Mask mask, SparseGptOptions options)
    {
        (_weights, _upper, _mask, _options) = (weights, upper, mask, options);
        _errors = new Tensor<T>(new Shape(weights.Rows, options.BlockSize));
        _block = new Tensor<T>(new Shape(options.BlockSize, options.BlockSize));
        _columnWeights = new T[weights.Columns];
        for (var j = 0; j < _columnWeights.Length; j++)
            _columnWeights[j] = T.CreateChecked(options.ColumnWeights is { } given ? given[j] : 1 / upper.Matrix[j, j]);
        _rowLoss = new double[weights.Rows];
        _grids = options.QuantizationBits > 0 ? RowGrid<T>.Of(weights, options.QuantizationBits) : [];
    }

    public double Run()
    {
        var columns = _weights.Columns;
        var right = new Tensor<T>(new Shape(_options.BlockSize, columns));
        for (var first = 0; first < columns; first += _options.BlockSize)
        {
            var width = Math.Min(_options.BlockSize, columns - first);
            for (var i = 0; i < width; i++)
                TensorPrimitives.ConvertChecked<double, T>(_upper.Matrix.Row(first + i).Slice(first, width), _block.Matrix.Row(i)[..width]);
            if (_options is { Mask: null, Group: 0 })
                ChooseUnstructured(first, width);
            WorkerPool.Run((_weights.Rows + RowsPerPart - 1) / RowsPerPart, new RowWork(this, first, width));
            var rest = columns - first - width;
            if (rest == 0)
                break;
            var factor = right.Matrix.Slice(0, width, 0, rest);
            for (var i = 0; i < width; i++)
                TensorPrimitives.ConvertChecked<double, T>(_upper.Matrix.Row(first + i).Slice(first + width, rest), factor.Row(i));
            // The errors are stored negated, so that the product can be added.
            Gemm.Multiply(_errors.Matrix.Slice(0, _weights.Rows, 0, width), false, factor, false,
                _weights.Slice(0, _weights.Rows, first + width, rest), accumulate: true);
        }
        var loss = 0.0;
        foreach (var row in _rowLoss)
            loss += row;
        return loss / 2;
    }

    // Scores of the block as the weights are now, compared over all its rows; w² / U_jj² and |w| / U_jj rank alike.
    private void ChooseUnstructured(int first, int width)
    {
        var scores = Tensor<float>.Uninitialized(new Shape(_weights.Rows, width));
        WorkerPool.Run((_weights.Rows + ScoredRowsPerPart - 1) / ScoredRowsPerPart, new ScoreWork(this, first, width, scores));
        var chosen = MaskSelection.Unstructured(scores.Matrix, _options.Sparsity, ComparisonGroup.Layer, _options.Mode);
        var inWholeWords = first % 64 == 0 && (width % 64 == 0 || first + width == _weights.Columns);
        for (var row = 0; row < _weights.Rows; row++)
        {
            if (inWholeWords)
                chosen.Row(row).CopyTo(_mask.Row(row)[(first / 64)..]);
            else
                for (var j = 0; j < width; j++)
                    _mask[row, first + j] = chosen[row, j];
        }
    }

    private void PruneRow(int row, int first, int width)
    {
        var values = _weights.Row(row).Slice(first, width);
        var errors = _errors.Matrix.Row(row)[..width];
        var words = _mask.Row(row);
        var loss = 0.0;
        for (var i = 0; i < width; i++)
        {
            var column = first + i;
            if (_options is { Mask: null, Group: > 0 } && column % _options.Group == 0)
                ChooseGroup(values.Slice(i, _options.Group), column, words);
            var kept = (words[column >> 6] >> (column & 63) & 1) != 0;
            var value = values[i];
            var target = !kept ? T.Zero : _grids.Length > 0 ? _grids[row].Round(value) : value;
            values[i] = target;
            if (target == value)
            {
                errors[i] = T.Zero;
                continue;
            }
            var factors = _block.Matrix.Row(i);
            var error = (value - target) / factors[i];
            errors[i] = -error;
            loss += double.CreateTruncating(error * error);
            AddScaled(factors.Slice(i + 1, width - i - 1), -error, values[(i + 1)..]);
        }
        _rowLoss[row] += loss;
    }

    private void ChooseGroup(ReadOnlySpan<T> values, int column, Span<ulong> words)
    {
        Span<float> scores = stackalloc float[64];
        scores = scores[..values.Length];
        for (var j = 0; j < values.Length; j++)
            scores[j] = float.CreateTruncating(T.Abs(values[j]) * _columnWeights[column + j]);
        var kept = MaskSelection.KeepHighest(scores, _options.Keep);
        for (var j = 0; j < values.Length; j++)
        {
            var bit = 1UL << ((column + j) & 63);
            ref var word = ref words[(column + j) >> 6];
            word = (kept >> j & 1) != 0 ? word | bit : word & ~bit;
        }
    }

    // y += a x on runs of at most a block's width: too short for the call overhead of TensorPrimitives to vanish.
    private static void AddScaled(ReadOnlySpan<T> x, T a, Span<T> y)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var factor = new Vector<T>(a);
            for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
                (new Vector<T>(x[i..]) * factor + new Vector<T>(y[i..])).CopyTo(y[i..]);
        }
        for (; i < x.Length; i++)
            y[i] += x[i] * a;
    }

    private readonly struct ScoreWork(ColumnSweep<T> sweep, int first, int width, Tensor<float> scores) : IParallelWork
    {
        public void Run(int part)
        {
            var scaled = new T[width];
            var last = Math.Min(sweep._weights.Rows, (part + 1) * ScoredRowsPerPart);
            for (var row = part * ScoredRowsPerPart; row < last; row++)
            {
                TensorPrimitives.Abs<T>(sweep._weights.Row(row).Slice(first, width), scaled);
                TensorPrimitives.Multiply<T>(scaled, sweep._columnWeights.AsSpan(first, width), scaled);
                TensorPrimitives.ConvertTruncating<T, float>(scaled, scores.Matrix.Row(row));
            }
        }
    }

    private readonly struct RowWork(ColumnSweep<T> sweep, int first, int width) : IParallelWork
    {
        public void Run(int part)
        {
            var last = Math.Min(sweep._weights.Rows, (part + 1) * RowsPerPart);
            for (var row = part * RowsPerPart; row < last; row++)
                sweep.PruneRow(row, first, width);
        }
    }
}
