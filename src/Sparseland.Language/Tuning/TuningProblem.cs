using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Training;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>What a fine-tuning method looks at when it decides what is trained.</summary>
/// <param name="checkpoint">The model.</param>
/// <param name="network">The same model as a network, which the method will freeze and may renumber.</param>
/// <param name="data">What it will be trained on; null where no choice depends on it.</param>
/// <param name="seed">Seeds the choices.</param>
public sealed class TuningProblem(ICheckpoint checkpoint, TransformerNetwork<float> network, TuningData? data, ulong seed)
{
    private const int GradientBatches = 8;
    private const int GradientBatchSize = 8;

    private DenseStatistics? _statistics;
    private Dictionary<string, Tensor<float>>? _gradients;

    /// <summary>The network.</summary>
    public TransformerNetwork<float> Network => network;

    /// <summary>The seed.</summary>
    public ulong Seed => seed;

    /// <summary>The norm of every input channel of a projection over the tuning data.</summary>
    /// <param name="asker">Who asks, for the message.</param>
    /// <param name="block">The block.</param>
    /// <param name="projection">The projection.</param>
    /// <param name="cancellation">Heeded between sequences.</param>
    /// <exception cref="InvalidSettingException">There is no data.</exception>
    public double[] ActivationNorms(string asker, int block, string projection, CancellationToken cancellation = default)
    {
        _statistics ??= DenseStatistics.Collect(checkpoint, Data(asker, "activations").ToCalibration(checkpoint.Configuration.ContextLength), StatisticsKind.SumOfSquares, null, null, cancellation);
        return [.. _statistics.Load(block)[projection].SumOfSquares.ToArray().Select(Math.Sqrt)];
    }

    /// <summary>The gradient of a trained matrix on the first batches of the tuning data.</summary>
    /// <param name="asker">Who asks, for the message.</param>
    /// <param name="name">The matrix: of a value, output, up or down projection.</param>
    /// <param name="cancellation">Heeded between batches.</param>
    /// <exception cref="InvalidSettingException">There is no data.</exception>
    public Tensor<float> Gradient(string asker, string name, CancellationToken cancellation = default)
    {
        _gradients ??= Gradients(Data(asker, "gradients"), cancellation);
        return _gradients[name];
    }

    private Dictionary<string, Tensor<float>> Gradients(TuningData examples, CancellationToken cancellation)
    {
        string[] wanted = ["self_attn.v_proj.", "self_attn.o_proj.", "mlp.up_proj.", "mlp.down_proj."];
        foreach (var parameter in network.Parameters)
            parameter.Trainable = parameter.Value.Shape.Rank == 2 && wanted.Any(part => parameter.Name.Contains(part, StringComparison.Ordinal));
        var tape = new Tape<float>();
        for (var index = 0; index < GradientBatches; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = examples.Batch(index, GradientBatchSize, seed, network.Configuration.ContextLength);
            tape.Backward(network.Hidden(tape, batch.Ids, batch.Count, batch.Length).LinearCrossEntropy(tape.Leaf(network.Head), batch.AnswerTargets));
            tape.Reset();
        }
        var gradients = network.Parameters.Where(parameter => parameter.Trainable).ToDictionary(parameter => parameter.Name, parameter => parameter.Gradient.Copy());
        foreach (var parameter in network.Parameters)
            parameter.ClearGradient();
        return gradients;
    }

    private TuningData Data(string asker, string what) => data ?? throw new InvalidSettingException($"the selection {asker} looks at {what}: give it tuning data, or choose random or a selection by weight");
}
