using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>Evenly spaced values from a row's smallest to its largest weight, zero among them: the grid to which SparseGPT's joint quantisation rounds.</summary>
internal readonly struct RowGrid<T>(T step, T offset, T last) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The grids of all rows.</summary>
    /// <param name="weights">[rows, columns].</param>
    /// <param name="bits">2^bits values; 2 to 16.</param>
    public static RowGrid<T>[] Of(MatrixView<T> weights, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 16);
        var last = T.CreateChecked((1 << bits) - 1);
        var grids = new RowGrid<T>[weights.Rows];
        for (var row = 0; row < grids.Length; row++)
        {
            var low = T.Min(T.Zero, TensorPrimitives.Min<T>(weights.Row(row)));
            var high = T.Max(T.Zero, TensorPrimitives.Max<T>(weights.Row(row)));
            var step = high > low ? (high - low) / last : T.One;
            grids[row] = new RowGrid<T>(step, T.Round(-low / step), last);
        }
        return grids;
    }

    /// <summary>The nearest value of the grid.</summary>
    public T Round(T value) => (T.Clamp(T.Round(value / step) + offset, T.Zero, last) - offset) * step;
}
