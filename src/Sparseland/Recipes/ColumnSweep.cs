using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Recipes;

/// <summary>
/// The loop of SparseGPT over blocks of columns. Inside a block every row is by itself, and so done in parallel (<see cref="PanelSweep{TVector,TOperations,T}"/>); what the
/// block's errors do to the columns right of it is one product, W[:, right] −= E · U[block, right].
/// </summary>
internal sealed unsafe class ColumnSweep<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ScoredRowsPerPart = 64;

    private readonly MatrixView<T> _weights;
    private readonly Tensor<double> _upper;
    private readonly Mask _mask;
    private readonly SparseGptOptions _options;
    private readonly int _blockSize;
    private readonly Tensor<T> _errors;
    private readonly Tensor<T> _factors;
    private readonly Tensor<T> _inversePivots;
    private readonly Tensor<float>? _scores;
    private readonly T[] _columnWeights;
    private readonly double[] _rowLoss;
    private readonly RowGrid<T>[] _grids;

    public ColumnSweep(MatrixView<T> weights, Tensor<double> upper, Mask mask, SparseGptOptions options)
    {
        (_weights, _upper, _mask, _options) = (weights, upper, mask, options);
        _blockSize = Math.Min(options.BlockSize, weights.Columns);
        _errors = Tensor<T>.Uninitialized(new Shape(weights.Rows, _blockSize));
        _factors = Tensor<T>.Uninitialized(new Shape(_blockSize, weights.Columns));
        _inversePivots = Tensor<T>.Uninitialized(new Shape(weights.Columns));
        _scores = options is { Mask: null, Group: 0 } ? Tensor<float>.Uninitialized(new Shape(weights.Rows, _blockSize)) : null;
        _columnWeights = new T[weights.Columns];
        for (var j = 0; j < _columnWeights.Length; j++)
        {
            _inversePivots.Span[j] = T.CreateChecked(1 / upper.Matrix[j, j]);
            _columnWeights[j] = options.ColumnWeights is { } given ? T.CreateChecked(given[j]) : _inversePivots.Span[j];
        }
        _rowLoss = new double[weights.Rows];
        _grids = options.QuantizationBits > 0 ? RowGrid<T>.Of(weights, options.QuantizationBits) : [];
    }

    public double Run()
    {
        var columns = _weights.Columns;
        for (var first = 0; first < columns; first += _blockSize)
        {
            var width = Math.Min(_blockSize, columns - first);
            // Rows of U from the block on: its triangle, then what it does to the columns right of it.
            for (var i = 0; i < width; i++)
                TensorPrimitives.ConvertTruncating<double, T>(_upper.Matrix.Row(first + i)[first..], _factors.Matrix.Row(i)[..(columns - first)]);
            if (_scores is not null)
                ChooseUnstructured(_scores.Matrix.Slice(0, _weights.Rows, 0, width), first);
            SweepBlock(first, width);
            var rest = columns - first - width;
            if (rest == 0)
                break;
            // The errors are stored negated, so that the product can be added.
            Gemm.Multiply(_errors.Matrix.Slice(0, _weights.Rows, 0, width), false, _factors.Matrix.Slice(0, width, width, rest), false,
                _weights.Slice(0, _weights.Rows, first + width, rest), accumulate: true);
        }
        var loss = 0.0;
        foreach (var row in _rowLoss)
            loss += row;
        return loss / 2;
    }

    // Scores of the block as the weights are now, compared over all its rows; w² / U_jj² and |w| / U_jj rank alike.
    private void ChooseUnstructured(MatrixView<float> scores, int first)
    {
        WorkerPool.Run((_weights.Rows + ScoredRowsPerPart - 1) / ScoredRowsPerPart, new ScoreWork(this, first, scores));
        MaskSelection.CheckScores(scores);
        MaskSelection.PrunePanel(scores, _mask, first, _options.Sparsity, _options.Mode);
    }

    private void SweepBlock(int first, int width)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            SweepPanels<T, ScalarOperations<T>>(first, width);
        else if (Vector512.IsHardwareAccelerated)
            SweepPanels<Vector512<T>, Vector512Operations<T>>(first, width);
        else if (Vector256.IsHardwareAccelerated)
            SweepPanels<Vector256<T>, Vector256Operations<T>>(first, width);
        else if (Vector128.IsHardwareAccelerated)
            SweepPanels<Vector128<T>, Vector128Operations<T>>(first, width);
        else
            SweepPanels<T, ScalarOperations<T>>(first, width);
    }

    private void SweepPanels<TVector, TOperations>(int first, int width)
        where TVector : unmanaged
        where TOperations : struct, IVectorOperations<TVector, T>
    {
        var rows = PanelSweep<TVector, TOperations, T>.Lanes;
        WorkerPool.Run((_weights.Rows + rows - 1) / rows, new PanelSweep<TVector, TOperations, T>
        {
            Weights = _weights.Slice(0, _weights.Rows, first, width),
            Errors = _errors.Matrix,
            Factors = _factors.Matrix,
            InversePivots = _inversePivots.Pointer + first,
            FirstColumn = first,
            Mask = _mask,
            RowLoss = _rowLoss,
            ColumnWeights = _columnWeights,
            Grids = _grids,
            Keep = _options.Keep,
            Group = _options.Mask is null ? _options.Group : 0,
        });
        GC.KeepAlive(_inversePivots);
    }

    private readonly struct ScoreWork(ColumnSweep<T> sweep, int first, MatrixView<float> scores) : IParallelWork
    {
        public void Run(int part)
        {
            var scaled = new T[scores.Columns];
            var last = Math.Min(scores.Rows, (part + 1) * ScoredRowsPerPart);
            for (var row = part * ScoredRowsPerPart; row < last; row++)
            {
                // The library's conversion of float to float goes element by element.
                var target = typeof(T) == typeof(float) ? MemoryMarshal.Cast<float, T>(scores.Row(row)) : scaled;
                TensorPrimitives.Abs<T>(sweep._weights.Row(row).Slice(first, scores.Columns), target);
                TensorPrimitives.Multiply<T>(target, sweep._columnWeights.AsSpan(first, scores.Columns), target);
                if (typeof(T) != typeof(float))
                    TensorPrimitives.ConvertTruncating<T, float>(target, scores.Row(row));
            }
        }
    }
}
