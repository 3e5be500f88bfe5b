using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Contextual;

/// <summary>
/// Feed-forward layers of some neurons only, copied once into smaller matrices of the same storage type (sparse ones into dense), so that decoding runs the usual kernels over half the bytes.
/// Not thread-safe: the buffers are kept.
/// </summary>
public sealed class CompactFeedForward : IFeedForwardPath
{
    private readonly Layer[] _layers;
    private readonly ActivationKind _activation;
    private float[] _gate = [];
    private float[] _up = [];

    /// <summary>Copies the chosen neurons.</summary>
    /// <param name="model">The model.</param>
    /// <param name="neurons">For each block the numbers of its neurons, ascending.</param>
    public CompactFeedForward(TransformerModel model, IReadOnlyList<int[]> neurons)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(neurons);
        Neurons = neurons;
        _activation = model.Configuration.Activation;
        _layers = [.. model.Blocks.Select((block, index) => Gather(block, neurons[index], model.Configuration.GatedFeedForward))];
    }

    /// <summary>For each block the numbers of the neurons that take part.</summary>
    public IReadOnlyList<int[]> Neurons { get; }

    /// <inheritdoc/>
    public long Apply(int block, MatrixView<float> states)
    {
        var layer = _layers[block];
        var (rows, inner) = (states.Rows, layer.Up.Matrix.Rows);
        var up = View(ref _up, rows, inner);
        layer.Up.Apply(states, up);
        if (layer.Gate is { } projection)
        {
            var gate = View(ref _gate, rows, inner);
            projection.Apply(states, gate);
            FeedForwardActivation.ApplyGated(_activation, gate, up);
        }
        else
        {
            FeedForwardActivation.Apply(_activation, up);
        }
        layer.Down.Apply(up, states);
        return layer.ByteCount;
    }

    private static unsafe MatrixView<float> View(ref float[] buffer, int rows, int columns)
    {
        if (buffer.Length < (long)rows * columns)
            buffer = GC.AllocateUninitializedArray<float>(checked(rows * columns), pinned: true);
        return new((float*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref buffer[0]), rows, columns, columns, buffer);
    }

    private static Layer Gather(TransformerBlock block, int[] neurons, bool gated)
    {
        var down = block["mlp.down_proj"];
        return new Layer(gated ? Rows(block["mlp.gate_proj"], neurons) : null, Rows(block["mlp.up_proj"], neurons), new Projection(down.Name, Columns(down.Matrix, neurons), down.Bias));
    }

    private static Projection Rows(Projection projection, int[] rows)
    {
        var values = Tensor<float>.Uninitialized(new Shape(rows.Length, projection.Matrix.Columns));
        for (var i = 0; i < rows.Length; i++)
            projection.Matrix.CopyRow(rows[i], values.Matrix.Row(i));
        Tensor<float>? bias = null;
        if (projection.Bias is { } whole)
        {
            bias = Tensor<float>.Uninitialized(new Shape(rows.Length));
            for (var i = 0; i < rows.Length; i++)
                bias.Span[i] = whole.Span[rows[i]];
        }
        return new Projection(projection.Name, Store(values, projection.Matrix.Element), bias);
    }

    private static DenseMatrix Columns(MatrixLayout matrix, int[] columns)
    {
        var values = Tensor<float>.Uninitialized(new Shape(matrix.Rows, columns.Length));
        var whole = new float[matrix.Columns];
        for (var row = 0; row < matrix.Rows; row++)
        {
            matrix.CopyRow(row, whole);
            var target = values.Matrix.Row(row);
            for (var i = 0; i < columns.Length; i++)
                target[i] = whole[columns[i]];
        }
        return Store(values, matrix.Element);
    }

    private static DenseMatrix Store(Tensor<float> values, ElementType element) => DenseMatrix.FromFloat32(values.Matrix, ModelLayouts.Fitting(element, values.Matrix.Columns));

    private sealed record Layer(Projection? Gate, Projection Up, Projection Down)
    {
        public long ByteCount { get; } = BytesOf(Gate) + BytesOf(Up) + BytesOf(Down);

        private static long BytesOf(Projection? projection) => projection is null ? 0 : projection.Matrix.ByteCount + (projection.Bias?.Length ?? 0) * sizeof(float);
    }
}
