using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Learning.Optimisers;

/// <summary>Figures of <see cref="AdamW{T}"/>.</summary>
/// <param name="Beta1">Memory of the mean of gradients, 0 to 1.</param>
/// <param name="Beta2">Memory of their mean square, 0 to 1.</param>
/// <param name="Epsilon">Added to the root of the mean square.</param>
/// <param name="WeightDecay">Pull towards zero per step, times the learning rate; on matrices only, never on gains and biases.</param>
public sealed record AdamWOptions(double Beta1 = 0.9, double Beta2 = 0.95, double Epsilon = 1e-8, double WeightDecay = 0.1);

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), bias-corrected.</summary>
/// <typeparam name="T">float, or double in tests.</typeparam>
public sealed class AdamW<T> : Optimiser<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ChunkLength = 16384;
    private readonly AdamWOptions _options;
    private readonly Tensor<T>[] _means;
    private readonly Tensor<T>[] _squares;

    /// <summary>Makes an optimiser with fresh state.</summary>
    public AdamW(IEnumerable<Parameter<T>> parameters, AdamWOptions? options = null) : base(parameters)
    {
        _options = options ?? new AdamWOptions();
        _means = [.. Parameters.Select(parameter => new Tensor<T>(parameter.TrainedShape))];
        _squares = [.. Parameters.Select(parameter => new Tensor<T>(parameter.TrainedShape))];
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor<T> Value)> State
    {
        get
        {
            for (var i = 0; i < Parameters.Count; i++)
            {
                yield return ($"adamw.mean.{Parameters[i].Name}", _means[i]);
                yield return ($"adamw.square.{Parameters[i].Name}", _squares[i]);
            }
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<Tensor<T>> StateOf(int index) => [_means[index], _squares[index]];

    /// <summary>The state of one parameter, for an optimiser that leaves some parameters to this one.</summary>
    internal IEnumerable<Tensor<T>> StateFor(int index) => StateOf(index);

    /// <summary>Changes one parameter as step number <paramref name="step"/>, for an optimiser that leaves some parameters to this one.</summary>
    internal void StepOne(int index, long step, double learningRate)
    {
        StepCount = step;
        Update(index, Parameters[index], learningRate);
    }

    /// <inheritdoc/>
    protected override unsafe void Update(int index, Parameter<T> parameter, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var correction1 = 1 - Math.Pow(_options.Beta1, StepCount);
        var correction2 = 1 - Math.Pow(_options.Beta2, StepCount);
        var decay = parameter.Value.Shape.Rank >= 2 ? _options.WeightDecay : 0;
        // A slice of columns is rows at a distance; everything else is one long row.
        var trained = parameter.Trained;
        var length = parameter.TrainedShape.Length;
        var rowLength = trained.RowStride == trained.Columns ? length : trained.Columns;
        var work = new Chunks(
            trained.Pointer, trained.RowStride, rowLength, parameter.Gradient.Pointer, _means[index].Pointer, _squares[index].Pointer, length, Math.Max(1, ChunkLength / Math.Max(1, rowLength)) * rowLength,
            T.CreateChecked(_options.Beta1), T.CreateChecked(_options.Beta2), T.CreateChecked(_options.Epsilon),
            T.CreateChecked(learningRate / correction1), T.CreateChecked(1 / correction2), T.CreateChecked(1 - learningRate * decay));
        WorkerPool.Run(work.Count, work);
        GC.KeepAlive(parameter);
    }

    private readonly unsafe struct Chunks(
        T* value, long rowStride, long rowLength, T* gradient, T* mean, T* square, long length, long rowsLength, T beta1, T beta2, T epsilon, T rate, T squareScale, T keep) : IParallelWork
    {
        // One long row is cut anywhere, a slice between its rows.
        private readonly long _chunk = rowLength == length ? ChunkLength : rowsLength;

        public int Count => checked((int)((length + _chunk - 1) / _chunk));

        public void Run(int part)
        {
            var start = part * _chunk;
            var end = Math.Min(length, start + _chunk);
            if (rowLength == length)
            {
                Run(value + start, start, end - start);
                return;
            }
            for (; start < end; start += rowLength)
                Run(value + start / rowLength * rowStride, start, rowLength);
        }

        private void Run(T* values, long start, long count)
        {
            var gradients = gradient + start;
            var means = mean + start;
            var squares = square + start;
            var width = Vector<T>.Count;
            var (vBeta1, vBeta2, vEpsilon) = (new Vector<T>(beta1), new Vector<T>(beta2), new Vector<T>(epsilon));
            var (vRate, vScale, vKeep) = (new Vector<T>(rate), new Vector<T>(squareScale), new Vector<T>(keep));
            var (vRest1, vRest2) = (new Vector<T>(T.One - beta1), new Vector<T>(T.One - beta2));
            var i = 0L;
            for (; Vector.IsHardwareAccelerated && i + width <= count; i += width)
            {
                var g = Vector.Load(gradients + i);
                var m = Vector.Load(means + i) * vBeta1 + g * vRest1;
                var v = Vector.Load(squares + i) * vBeta2 + g * g * vRest2;
                Vector.Store(m, means + i);
                Vector.Store(v, squares + i);
                var step = m * vRate / (Vector.SquareRoot(v * vScale) + vEpsilon);
                Vector.Store(Vector.Load(values + i) * vKeep - step, values + i);
            }
            for (; i < count; i++)
            {
                var g = gradients[i];
                var m = means[i] = means[i] * beta1 + g * (T.One - beta1);
                var v = squares[i] = squares[i] * beta2 + g * g * (T.One - beta2);
                values[i] = values[i] * keep - m * rate / (T.Sqrt(v * squareScale) + epsilon);
            }
        }
    }
}
