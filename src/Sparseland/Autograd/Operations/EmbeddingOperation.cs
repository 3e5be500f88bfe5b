using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Autograd.Operations;

/// <summary>Looks rows up in a table.</summary>
public static class EmbeddingOperation
{
    // Each part adds the rows of the ids with its remainder, in the order of their places: no two parts touch the same row.
    private const int Parts = 8;

    /// <summary>The rows of a table that ids name.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="weight">The table, [entries, width].</param>
    /// <param name="ids">Row numbers; copied.</param>
    /// <param name="idShape">The shape of the ids, such as [batch, length].</param>
    /// <returns>[.., width], with the ids' extents before the width.</returns>
    /// <exception cref="ArgumentException">The number of ids is not the shape's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is not a row of the table.</exception>
    public static Variable<T> Embedding<T>(this Tape<T> tape, Variable<T> weight, ReadOnlySpan<int> ids, Shape idShape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.Shape.Rank != 2 || ids.Length != idShape.Length)
            throw new ArgumentException($"{ids.Length} ids of the shape {idShape} into a table of the shape {weight.Shape}", nameof(ids));
        var (entries, width) = (weight.Shape[0], weight.Shape[1]);
        foreach (var id in ids)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)entries, nameof(ids));
        var output = tape.Rent(new Shape([.. idShape.ToArray(), width]));
        var (table, rows) = (weight.Value.Matrix, output.Matrix);
        for (var i = 0; i < ids.Length; i++)
            table.Row(ids[i]).CopyTo(rows.Row(i));
        table.KeepAlive();
        rows.KeepAlive();
        return tape.Record(output, new Gradient<T>(weight, tape.Keep(ids)), weight);
    }

    private sealed class Gradient<T>(Variable<T> weight, Tensor<int> ids) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) => saved.Buffer(ids);

        public override void Backward(Tensor<T> gradient)
        {
            var destination = weight.GradientBuffer(out var accumulate);
            if (!accumulate)
                destination.Span.Clear();
            WorkerPool.Run(Parts, new Scatter<T>(ids, gradient, destination));
        }
    }

    private readonly struct Scatter<T>(Tensor<int> ids, Tensor<T> gradient, Tensor<T> destination) : IParallelWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            var source = gradient.Matrix;
            var table = destination.Matrix;
            var places = ids.Span;
            for (var i = 0; i < places.Length; i++)
            {
                if (places[i] % Parts != part)
                    continue;
                var row = table.Row(places[i]);
                TensorPrimitives.Add(row, source.Row(i), row);
            }
            source.KeepAlive();
            table.KeepAlive();
        }
    }
}
