using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Learning.Optimisers;
using Sparseland.Learning.Schedules;
using Sparseland.Learning.Training;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Space.Fields.Neural;

/// <summary>
/// Teaches a network the unsigned distance of another field: mean absolute error on points of which two fifths lie close to the surface, two fifths farther around it, and one fifth anywhere in the cube.
/// Equal seeds give equal weights, for any number of threads.
/// </summary>
public static class NeuralFieldTrainer
{
    private const double Close = 0.02;
    private const double Around = 0.1;

    /// <summary>Trains a network.</summary>
    /// <param name="field">What is learned: unsigned distances, with gradients that lead to the surface.</param>
    /// <param name="bounds">Where: the smallest cube with the same middle that holds this box. Points near the surface may lie a little outside.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run between two steps.</param>
    /// <exception cref="InvalidSettingException">A setting is out of range, or the box is empty.</exception>
    /// <exception cref="NumericalException">The field or the loss is not finite.</exception>
    public static NeuralField Train(IBatchField field, Box3 bounds, NeuralFieldOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        options ??= new NeuralFieldOptions();
        options.Validate();
        var half = 0.5f * Math.Max(bounds.Extent.X, Math.Max(bounds.Extent.Y, bounds.Extent.Z));
        if (bounds.IsEmpty || !(half > 0 && float.IsFinite(half)))
            throw new InvalidSettingException($"bounds {bounds.Minimum} to {bounds.Maximum} are no box; give one of finite size above zero");
        var shape = new NeuralFieldShape(options.Width, options.Layers, options.Frequency, bounds.Centre, half);
        var network = new SineNetwork(options.Width, options.Layers, options.Frequency);
        network.Initialise(new RandomStream(options.Seed, "neural field weights"));
        var (points, distances) = Draw(field, shape, options);
        var task = new Task(network, points, distances, options);
        var schedule = new LearningRateSchedule(options.LearningRate, options.Steps, Math.Min(options.Steps, 50), DecayKind.Cosine, 0.01);
        var optimiser = new AdamW<float>(network.Parameters, new AdamWOptions(Beta2: 0.99, WeightDecay: 0));
        new TrainingLoop<float>(task, optimiser, new TrainingOptions(schedule, ValidateEvery: options.Steps)).Run(null, progress, cancellation);
        return new(network, shape);
    }

    // In the cube's own measure: coordinates and distances in halves of its side.
    private static (Vector3[] Points, float[] Distances) Draw(IBatchField field, NeuralFieldShape shape, NeuralFieldOptions options)
    {
        var chance = new RandomStream(options.Seed, "neural field points");
        var (points, distances, gradients) = (new Vector3[options.Samples], new float[options.Samples], new Vector3[options.Samples]);
        float Uniform() => (float)(chance.NextDouble() * 2 - 1);
        Vector3 Normal(double deviation) => (float)(deviation * shape.HalfSide) * new Vector3((float)chance.NextNormal(), (float)chance.NextNormal(), (float)chance.NextNormal());
        for (var i = 0; i < points.Length; i++)
            points[i] = shape.Centre + shape.HalfSide * new Vector3(Uniform(), Uniform(), Uniform());
        field.DistancesAndGradients(points, distances, gradients);
        for (var i = 0; i < points.Length; i++)
        {
            if (i % 5 < 4)
                points[i] += -distances[i] * gradients[i] + Normal(i % 5 < 2 ? Close : Around);
        }
        field.Distances(points, distances);
        for (var i = 0; i < points.Length; i++)
        {
            if (!(distances[i] >= 0 && float.IsFinite(distances[i])))
                throw new NumericalException(FormattableString.Invariant($"the field's distance at ({points[i].X}, {points[i].Y}, {points[i].Z}) is {distances[i]}, and an unsigned distance is finite and never negative"));
            points[i] = (points[i] - shape.Centre) / shape.HalfSide;
            distances[i] = Math.Max(0, distances[i] / shape.HalfSide + (float)(options.Noise * chance.NextNormal()));
        }
        return (points, distances);
    }

    private sealed class Task(SineNetwork network, Vector3[] points, float[] distances, NeuralFieldOptions options) : ITrainingTask<float>
    {
        private readonly Tape<float> _judge = new() { Recording = false };

        public IReadOnlyList<Parameter<float>> Parameters => network.Parameters;

        public string Identity => FormattableString.Invariant($"neural distance {options}");

        public Variable<float> Loss(Tape<float> tape, long step, int microBatch)
        {
            var chance = new RandomStream(options.Seed, "neural field batch", (ulong)step);
            var rows = new int[options.Batch];
            for (var i = 0; i < rows.Length; i++)
                rows[i] = chance.NextInt(points.Length);
            return Error(tape, rows);
        }

        public IReadOnlyList<(string Name, double Value)> Validate(CancellationToken cancellationToken)
        {
            var error = Error(_judge, [.. Enumerable.Range(0, Math.Min(points.Length, 4 * options.Batch))]).Value.Span[0];
            _judge.Reset();
            return [("mean absolute error", error)];
        }

        private Variable<float> Error(Tape<float> tape, int[] rows)
        {
            var (inputs, targets) = (Tensor<float>.Uninitialized(new Shape(rows.Length, 3)), Tensor<float>.Uninitialized(new Shape(rows.Length, 1)));
            var places = MemoryMarshal.Cast<float, Vector3>(inputs.Span);
            for (var i = 0; i < rows.Length; i++)
                (places[i], targets.Span[i]) = (points[rows[i]], distances[rows[i]]);
            return network.Forward(tape.Constant(inputs)).Subtract(tape.Constant(targets)).Absolute().Mean();
        }
    }
}
