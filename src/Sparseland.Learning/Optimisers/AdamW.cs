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
        _means = [.. Parameters.Select(parameter => new Tensor<T>(parameter.Value.Shape))];
        _squares = [.. Parameters.Select(parameter => new Tensor<T>(parameter.Value.Shape))];
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
        var length = parameter.Value.Length;
        var work = new Chunks(
            parameter.Value.Pointer, parameter.Gradient.Pointer, _means[index].Pointer, _squares[index].Pointer, length,
            T.CreateChecked(_options.Beta1), T.CreateChecked(_options.Beta2), T.CreateChecked(_options.Epsilon),
            T.CreateChecked(learningRate / correction1), T.CreateChecked(1 / correction2), T.CreateChecked(1 - learningRate * decay));
        WorkerPool.Run(checked((int)((length + ChunkLength - 1) / ChunkLength)), work);
        GC.KeepAlive(parameter);
    }

    private readonly unsafe struct Chunks(T* value, T* gradient, T* mean, T* square, long length, T beta1, T beta2, T epsilon, T rate, T squareScale, T keep) : IParallelWork
    {
        public void Run(int part)
        {
            var i = (long)part * ChunkLength;
            var end = Math.Min(length, i + ChunkLength);
            var width = Vector<T>.Count;
            var (vBeta1, vBeta2, vEpsilon) = (new Vector<T>(beta1), new Vector<T>(beta2), new Vector<T>(epsilon));
            var (vRate, vScale, vKeep) = (new Vector<T>(rate), new Vector<T>(squareScale), new Vector<T>(keep));
            var (vRest1, vRest2) = (new Vector<T>(T.One - beta1), new Vector<T>(T.One - beta2));
            for (; Vector.IsHardwareAccelerated && i + width <= end; i += width)
            {
                var g = Vector.Load(gradient + i);
                var m = Vector.Load(mean + i) * vBeta1 + g * vRest1;
                var v = Vector.Load(square + i) * vBeta2 + g * g * vRest2;
                Vector.Store(m, mean + i);
                Vector.Store(v, square + i);
                var step = m * vRate / (Vector.SquareRoot(v * vScale) + vEpsilon);
                Vector.Store(Vector.Load(value + i) * vKeep - step, value + i);
            }
            for (; i < end; i++)
            {
                var g = gradient[i];
                var m = mean[i] = mean[i] * beta1 + g * (T.One - beta1);
                var v = square[i] = square[i] * beta2 + g * g * (T.One - beta2);
                value[i] = value[i] * keep - m * rate / (T.Sqrt(v * squareScale) + epsilon);
            }
        }
    }
}
