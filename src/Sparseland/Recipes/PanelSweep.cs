using System.Numerics;
using System.Runtime.CompilerServices;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Recipes;

/// <summary>
/// SparseGPT's sweep over one block of columns for a few rows at a time. The rows are the lanes of vectors (their weights lie transposed in scratch), so that nothing
/// branches on the mask and the columns' order costs no latency; what the columns done so far do to the next few is the matrix product's own kernel.
/// </summary>
internal unsafe struct PanelSweep<TVector, TOperations, T> : IParallelWork
    where TVector : unmanaged
    where TOperations : struct, IVectorOperations<TVector, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int KernelColumns = GemmKernel<TVector, TOperations, T>.WideRows;

    /// <summary>Rows done together.</summary>
    public static int Lanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TOperations.Width;
    }

    /// <summary>The block's columns of W; overwritten.</summary>
    public required MatrixView<T> Weights;

    /// <summary>Written: for every row and column of the block, minus the error divided by U_ii.</summary>
    public required MatrixView<T> Errors;

    /// <summary>Rows and columns of U from the block's first on.</summary>
    public required MatrixView<T> Factors;

    /// <summary>1 / U_ii of the block's columns.</summary>
    public required T* InversePivots;

    /// <summary>The block's first column in the mask.</summary>
    public required int FirstColumn;

    /// <summary>What is kept; where a group is given it is decided here.</summary>
    public required Mask Mask;

    /// <summary>Each row's sum of squared errors; added to.</summary>
    public required double[] RowLoss;

    /// <summary>What multiplies |w| where groups are chosen.</summary>
    public required T[] ColumnWeights;

    /// <summary>Each row's grid when weights are rounded, else empty.</summary>
    public required RowGrid<T>[] Grids;

    /// <summary>How many of a group stay.</summary>
    public required int Keep;

    /// <summary>Columns of a group when the mask is chosen here, else 0.</summary>
    public required int Group;

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        var (row, width) = (part * Lanes, Weights.Columns);
        var panel = new Panel(row, Math.Min(Lanes, Weights.Rows - row), Scratch.Get<T>(Scratch.PackedLeft, (3L * width + 1) * Lanes), width);
        var weights = Weights.Pointer + row * Weights.RowStride;
        GemmPacking.Right(new Strided<T>(weights, 1, (nint)Weights.RowStride), width, panel.Rows, Lanes, panel.Values);
        if (Group == 0)
            ReadMask(panel);
        new Span<T>(panel.Loss, Lanes).Clear();
        // Whole groups, and as many columns as the kernel does at once.
        var step = Group == 0 ? KernelColumns : Group <= 4 ? 12 : Group;
        for (var first = 0; first < width; first += step)
        {
            var end = Math.Min(width, first + step);
            if (first > 0)
                CatchUp(panel, first, end);
            for (var column = first; column < end; column++)
            {
                if (Group > 0 && (FirstColumn + column) % Group == 0)
                    ChooseGroup(panel, column);
                if (Grids.Length > 0)
                    Round(panel, column);
                else
                    Remove(panel, column);
                Spread(panel, column, end);
            }
        }
        GemmPacking.Transpose(panel.Values, 1, Lanes, panel.Rows, width, weights, (nint)Weights.RowStride);
        GemmPacking.Transpose(panel.Errors, 1, Lanes, panel.Rows, width, Errors.Pointer + row * Errors.RowStride, (nint)Errors.RowStride);
        for (var lane = 0; lane < panel.Rows; lane++)
            RowLoss[row + lane] += double.CreateTruncating(panel.Loss[lane]);
    }

    // Minus one where an entry goes, zero where it stays; looked up, because a branch on a mask is guessed wrong half the time.
    private readonly void ReadMask(Panel panel)
    {
        var values = stackalloc T[] { -T.One, T.Zero };
        if (panel.Rows < Lanes)
            new Span<T>(panel.Removed, Weights.Columns * Lanes).Clear();
        for (var lane = 0; lane < panel.Rows; lane++)
        {
            var words = Mask.Row(panel.Row + lane);
            var target = panel.Removed + lane;
            for (var column = 0; column < Weights.Columns;)
            {
                var place = FirstColumn + column;
                var word = words[place >> 6] >> (place & 63);
                var end = Math.Min(Weights.Columns, column + 64 - (place & 63));
                for (; column < end; column++)
                {
                    *target = values[word & 1];
                    target += Lanes;
                    word >>= 1;
                }
            }
        }
    }

    // What all columns before the next few do to them.
    private readonly void CatchUp(Panel panel, int first, int end)
    {
        var column = first;
        for (; column + KernelColumns <= end; column += KernelColumns)
            GemmKernel<TVector, TOperations, T>.Wide(first, Factors.Pointer + column, 1, (nint)Factors.RowStride, panel.Errors, panel.Values + column * Lanes, Lanes, true);
        for (; column < end; column++)
        {
            var values = panel.Values + column * Lanes;
            var (low, high) = (TOperations.Load(values), TOperations.Load(values + TOperations.Width));
            for (nint k = 0; k < first; k++)
            {
                var factor = TOperations.Broadcast(Factors.Pointer + k * (nint)Factors.RowStride + column);
                low = TOperations.MultiplyAdd(factor, TOperations.Load(panel.Errors + k * Lanes), low);
                high = TOperations.MultiplyAdd(factor, TOperations.Load(panel.Errors + k * Lanes + TOperations.Width), high);
            }
            TOperations.Store(low, values);
            TOperations.Store(high, values + TOperations.Width);
        }
    }

    // With r = -1 where an entry goes and 0 elsewhere: w + r w is w or zero, and minus the error is r w / U_ii.
    private readonly void Remove(Panel panel, int column)
    {
        var pivot = TOperations.Broadcast(InversePivots + column);
        for (var place = column * Lanes; place < (column + 1) * Lanes; place += TOperations.Width)
        {
            var lane = place - column * Lanes;
            var value = TOperations.Load(panel.Values + place);
            var removed = TOperations.Load(panel.Removed + place);
            var error = TOperations.MultiplyAdd(TOperations.MultiplyAdd(value, removed, default), pivot, default);
            TOperations.Store(TOperations.MultiplyAdd(value, removed, value), panel.Values + place);
            TOperations.Store(error, panel.Errors + place);
            TOperations.Store(TOperations.MultiplyAdd(error, error, TOperations.Load(panel.Loss + lane)), panel.Loss + lane);
        }
    }

    private readonly void Round(Panel panel, int column)
    {
        new Span<T>(panel.Errors + column * Lanes, Lanes).Clear();
        for (var lane = 0; lane < panel.Rows; lane++)
        {
            var place = column * Lanes + lane;
            var value = panel.Values[place];
            var target = panel.Removed[place] != T.Zero ? T.Zero : Grids[panel.Row + lane].Round(value);
            var error = (target - value) * InversePivots[column];
            panel.Values[place] = target;
            panel.Errors[place] = error;
            panel.Loss[lane] += error * error;
        }
    }

    // The column's errors onto those next to it, which are done before the next product.
    private readonly void Spread(Panel panel, int column, int end)
    {
        var errors = panel.Errors + column * Lanes;
        var (low, high) = (TOperations.Load(errors), TOperations.Load(errors + TOperations.Width));
        var factors = Factors.Pointer + column * Factors.RowStride;
        for (var next = column + 1; next < end; next++)
        {
            var values = panel.Values + next * Lanes;
            var factor = TOperations.Broadcast(factors + next);
            TOperations.Store(TOperations.MultiplyAdd(factor, low, TOperations.Load(values)), values);
            TOperations.Store(TOperations.MultiplyAdd(factor, high, TOperations.Load(values + TOperations.Width)), values + TOperations.Width);
        }
    }

    // The group's weights as they are now, with all errors to their left spread.
    private readonly void ChooseGroup(Panel panel, int column)
    {
        Span<float> scores = stackalloc float[64];
        scores = scores[..Group];
        new Span<T>(panel.Removed + column * Lanes, Group * Lanes).Clear();
        for (var lane = 0; lane < panel.Rows; lane++)
        {
            for (var j = 0; j < Group; j++)
                scores[j] = float.CreateTruncating(T.Abs(panel.Values[(column + j) * Lanes + lane]) * ColumnWeights[FirstColumn + column + j]);
            var kept = MaskSelection.KeepHighest(scores, Keep);
            var words = Mask.Row(panel.Row + lane);
            for (var j = 0; j < Group; j++)
            {
                var isKept = (kept >> j & 1) != 0;
                var place = FirstColumn + column + j;
                ref var word = ref words[place >> 6];
                word = isKept ? word | 1UL << (place & 63) : word & ~(1UL << (place & 63));
                panel.Removed[(column + j) * Lanes + lane] = isKept ? T.Zero : -T.One;
            }
        }
    }

    /// <summary>Scratch of a few rows: for every column of the block a run of lanes.</summary>
    private readonly struct Panel(int row, int rows, T* memory, int width)
    {
        public readonly int Row = row, Rows = rows;
        public readonly T* Values = memory, Errors = memory + (long)width * Lanes, Removed = memory + 2L * width * Lanes, Loss = memory + 3L * width * Lanes;
    }
}
