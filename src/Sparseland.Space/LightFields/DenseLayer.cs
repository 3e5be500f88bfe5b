using System.Numerics;
using Sparseland.Chance;
using Sparseland.Learning.Optimisers;
using Sparseland.Tensors;

namespace Sparseland.Space.LightFields;

/// <summary>
/// A linear layer y = x Wᵀ + b on batches of rows, with its gradient and its optimiser. The tape of the engine is not used here: a ray passes a different number of voxels each time, and a tile of a few
/// hundred samples goes through the whole network and back while it lies in the nearer caches, where the tape would write and read every value of the batch once per operation.
/// </summary>
internal sealed class DenseLayer
{
    private readonly RowAdam _weightAdam;
    private readonly RowAdam _biasAdam;

    /// <param name="name">What files call it.</param>
    /// <param name="inputs">Columns of its input.</param>
    /// <param name="outputs">Columns of its output.</param>
    /// <param name="deviation">Standard deviation of the first weights.</param>
    /// <param name="chance">Where they come from; null leaves zeros, for a file to fill.</param>
    /// <param name="bias">The first value of each bias.</param>
    public DenseLayer(string name, int inputs, int outputs, double deviation, RandomStream? chance, float bias = 0)
    {
        (Name, Inputs, Outputs) = (name, inputs, outputs);
        Weights = new Tensor<float>(new Shape(outputs, inputs));
        Bias = new float[outputs];
        chance?.FillNormal(Weights.Span, deviation);
        Bias.AsSpan().Fill(bias);
        _weightAdam = new RowAdam(outputs, inputs);
        _biasAdam = new RowAdam(1, outputs);
    }

    public string Name { get; }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>[outputs, inputs].</summary>
    public Tensor<float> Weights { get; }

    public float[] Bias { get; }

    /// <summary>Multiply-adds of a row.</summary>
    public long Work => (long)Inputs * Outputs;

    /// <summary>y = x Wᵀ + b, cut off below zero when asked for.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="rectify">Whether negative outputs become zero.</param>
    public void Forward(MatrixView<float> x, MatrixView<float> y, bool rectify)
    {
        for (var row = 0; row < y.Rows; row++)
            Bias.CopyTo(y.Row(row));
        Gemm.Multiply(x, false, Weights.Matrix, true, y, accumulate: true);
        if (!rectify)
            return;
        for (var row = 0; row < y.Rows; row++)
            TensorPrimitives.Max(y.Row(row), 0, y.Row(row));
    }

    /// <summary>Adds the gradients of weights and bias, and makes or adds to that of the input's first columns.</summary>
    /// <param name="x">The input.</param>
    /// <param name="outputGradient">The loss by the output.</param>
    /// <param name="gradient">Gets the gradients of weights and bias added.</param>
    /// <param name="inputGradient">Gets the loss by the first columns of the input, as many as it has; null when nobody needs it.</param>
    /// <param name="accumulate">Whether it is added.</param>
    public void Backward(MatrixView<float> x, MatrixView<float> outputGradient, DenseGradient gradient, MatrixView<float>? inputGradient, bool accumulate = false)
    {
        Gemm.Multiply(outputGradient, true, x, false, gradient.Weights.Matrix, accumulate: true);
        for (var row = 0; row < outputGradient.Rows; row++)
            TensorPrimitives.Add(gradient.Bias, outputGradient.Row(row), gradient.Bias);
        if (inputGradient is { } wanted)
            Gemm.Multiply(outputGradient, false, Weights.Matrix.Slice(0, Outputs, 0, wanted.Columns), false, wanted, accumulate);
    }

    /// <summary>Makes the gradient zero where a rectified output is zero.</summary>
    public static void MaskRectified(MatrixView<float> y, MatrixView<float> gradient)
    {
        for (var row = 0; row < y.Rows; row++)
        {
            var values = y.Row(row);
            var gradients = gradient.Row(row);
            var i = 0;
            for (; i + Vector<float>.Count <= values.Length; i += Vector<float>.Count)
                Vector.ConditionalSelect(Vector.GreaterThan(new Vector<float>(values[i..]), Vector<float>.Zero), new Vector<float>(gradients[i..]), Vector<float>.Zero).CopyTo(gradients[i..]);
            for (; i < values.Length; i++)
                gradients[i] = values[i] > 0 ? gradients[i] : 0;
        }
    }

    /// <summary>Sums the gradients of the shards in their order, changes weights and bias, and clears them.</summary>
    public void Step(ReadOnlySpan<DenseGradient> shards, int step, float rate)
    {
        var sum = shards[0];
        foreach (var shard in shards[1..])
        {
            TensorPrimitives.Add(sum.Weights.Span, shard.Weights.Span, sum.Weights.Span);
            TensorPrimitives.Add(sum.Bias, shard.Bias, sum.Bias);
        }
        for (var row = 0; row < Outputs; row++)
            _weightAdam.Update(row, step, rate, Weights.Matrix.Row(row), sum.Weights.Matrix.Row(row));
        _biasAdam.Update(0, step, rate, Bias, sum.Bias);
        foreach (var shard in shards)
            shard.Clear();
    }

    /// <summary>Lists what a file of the model holds, and what a checkpoint holds besides.</summary>
    public void Store(ArrayStore store, bool withState)
    {
        store.Add($"{Name}.weight", Weights.Span, Outputs, Inputs);
        store.Add($"{Name}.bias", Bias.AsSpan(), Outputs);
        if (withState)
        {
            store.Add($"{Name}.weight.adam", _weightAdam);
            store.Add($"{Name}.bias.adam", _biasAdam);
        }
    }

    /// <summary>Reads what <see cref="Store"/> listed.</summary>
    public void Restore(ArrayStore store, bool withState)
    {
        store.Read($"{Name}.weight", Weights.Span);
        store.Read($"{Name}.bias", Bias.AsSpan());
        if (withState)
        {
            store.Read($"{Name}.weight.adam", _weightAdam);
            store.Read($"{Name}.bias.adam", _biasAdam);
        }
    }
}

/// <summary>The gradient of one layer that one shard of a batch sums up.</summary>
internal sealed class DenseGradient(DenseLayer layer)
{
    /// <summary>[outputs, inputs].</summary>
    public Tensor<float> Weights { get; } = new(new Shape(layer.Outputs, layer.Inputs));

    public float[] Bias { get; } = new float[layer.Outputs];

    public void Clear()
    {
        Weights.Span.Clear();
        Bias.AsSpan().Clear();
    }
}
