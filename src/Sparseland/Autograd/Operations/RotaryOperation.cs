using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Rotary position embedding (Su et al. 2021).</summary>
public static class RotaryOperation
{
    /// <summary>
    /// Turns the pairs (i, i + headWidth / 2) of every head by the angle of the row's position: two halves, as Hugging Face stores Llama, not neighbours as the paper draws it.
    /// </summary>
    /// <param name="x">[batch, length, heads · headWidth].</param>
    /// <param name="table">The angles; must reach position <paramref name="firstPosition"/> + length - 1.</param>
    /// <param name="headWidth">The width of a head; twice the table's number of frequencies.</param>
    /// <param name="firstPosition">The position of the first row of each sequence.</param>
    /// <exception cref="ArgumentException">The extents do not fit the table.</exception>
    public static Variable<T> Rotary<T>(this Variable<T> x, RotaryTable table, int headWidth, int firstPosition = 0) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNegative(firstPosition);
        if (headWidth != 2 * table.FrequencyCount || x.Shape.Rank < 2 || x.Shape.Columns % headWidth != 0)
            throw new ArgumentException($"heads of {headWidth} with {table.FrequencyCount} frequencies on an input of the shape {x.Shape}", nameof(headWidth));
        if (firstPosition + x.Shape[-2] > table.Positions)
            throw new ArgumentException($"positions {firstPosition} to {firstPosition + x.Shape[-2] - 1} of a rotary table with {table.Positions}", nameof(firstPosition));
        var output = x.Tape.Rent(x.Shape);
        Turn(x.Value, output, table, firstPosition, T.One);
        return x.Tape.Record(output, new Gradient<T>(x, table, firstPosition), x);
    }

    private static void Turn<T>(Tensor<T> source, Tensor<T> destination, RotaryTable table, int firstPosition, T direction) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Ranges.Run(source.Shape.Rows, Ranges.RowsOf(source.Shape.Columns), new Work<T>(source, destination, table, firstPosition, direction));

    private readonly struct Work<T>(Tensor<T> source, Tensor<T> destination, RotaryTable table, int firstPosition, T direction) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var (inputs, outputs) = (source.Matrix, destination.Matrix);
            var length = source.Shape[-2];
            for (var row = start; row < start + count; row++)
            {
                var position = firstPosition + (row % length);
                RotaryRows.Turn(inputs.Row(row), table.Cosines<T>(position), table.Sines<T>(position), direction, outputs.Row(row));
            }
            inputs.KeepAlive();
            outputs.KeepAlive();
        }
    }

    private sealed class Gradient<T>(Variable<T> x, RotaryTable table, int firstPosition) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        // A rotation's transpose turns the other way.
        public override void Backward(Tensor<T> gradient)
        {
            Turn(gradient, gradient, table, firstPosition, -T.One);
            x.PassGradient(gradient);
        }
    }
}
