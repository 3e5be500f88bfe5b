using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Errors;
using Sparseland.Learning.Optimisers;
using Sparseland.Progress;

namespace Sparseland.Learning.Training;

/// <summary>
/// Trains a task: gradient, clipping, optimiser step, validation, checkpoint. Kill it at any moment and start it again with the same arguments: it continues from
/// the last checkpoint and ends in the same bytes as a run that was never interrupted.
/// </summary>
/// <typeparam name="T">float, or double in tests.</typeparam>
public sealed class TrainingLoop<T>(ITrainingTask<T> task, Optimiser<T> optimiser, TrainingOptions options) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<CurvePoint> _curve = [];
    private double _lossSum;
    private long _lossCount;

    /// <summary>Runs to the last step, or from a checkpoint to it.</summary>
    /// <param name="checkpointPath">The checkpoint file: read when it exists, written on the way; null for none.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Ends the run between two steps, after writing a checkpoint.</param>
    /// <exception cref="NumericalException">The loss or a gradient is not finite.</exception>
    /// <exception cref="MismatchException">The checkpoint belongs to another task.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the checkpoint is written.</exception>
    public TrainingResult Run(string? checkpointPath = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        options.Validate();
        var step = checkpointPath is not null && File.Exists(checkpointPath) ? Restore(checkpointPath) : 0;
        var steps = options.Steps;
        var tape = new Tape<T>();
        var validation = _curve.LastOrDefault(point => point.Figures.Count > 0);
        while (step < steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                if (checkpointPath is not null)
                    Save(checkpointPath, step);
                cancellationToken.ThrowIfCancellationRequested();
            }
            var started = Stopwatch.GetTimestamp();
            var loss = Step(tape, step);
            _lossSum += loss;
            _lossCount++;
            step++;
            if (step % options.ValidateEvery == 0 || step == steps)
                validation = AddPoint(step, cancellationToken);
            if (checkpointPath is not null && (step % options.CheckpointEvery == 0 || step == steps))
                Save(checkpointPath, step);
            progress?.Report(new ProgressReport("training", step, steps, Note(loss, validation, Stopwatch.GetElapsedTime(started))));
        }
        return new TrainingResult(step, _curve);
    }

    private double Step(Tape<T> tape, long step)
    {
        optimiser.ClearGradients();
        var total = 0.0;
        for (var microBatch = 0; microBatch < options.MicroBatches; microBatch++)
        {
            var loss = task.Loss(tape, step, microBatch);
            total += double.CreateChecked(loss.Value.Span[0]);
            tape.Backward(loss, 1.0 / options.MicroBatches);
            tape.Reset();
        }
        total /= options.MicroBatches;
        if (!double.IsFinite(total))
            throw new NumericalException(string.Create(CultureInfo.InvariantCulture, $"the loss of step {step} is {total}; lower the learning rate or look at the data of this step"));
        GradientClipping.ByNorm(task.Parameters, options.ClipNorm);
        optimiser.Step(options.Schedule.At(step));
        return total;
    }

    private CurvePoint AddPoint(long step, CancellationToken cancellationToken)
    {
        var figures = task.Validate(cancellationToken).ToDictionary(figure => figure.Name, figure => figure.Value);
        var point = new CurvePoint(step, _lossSum / Math.Max(1, _lossCount), figures);
        _curve.Add(point);
        (_lossSum, _lossCount) = (0, 0);
        return point;
    }

    private void Save(string path, long step) =>
        TrainingCheckpoint.Write(path, task, optimiser, new TrainingPosition(step, _lossSum, _lossCount, _curve));

    private long Restore(string path)
    {
        var position = TrainingCheckpoint.Read(path, task, optimiser);
        _curve.Clear();
        _curve.AddRange(position.Curve);
        (_lossSum, _lossCount) = (position.LossSum, position.LossCount);
        return position.Step;
    }

    private static string Note(double loss, CurvePoint? validation, TimeSpan time)
    {
        var figure = validation?.Figures.FirstOrDefault();
        return string.Create(CultureInfo.InvariantCulture,
            $"loss {loss:F3}{(figure is { Key: not null } named ? $", {named.Key} {named.Value:F3} at step {validation!.Step}" : "")}, {time.TotalMilliseconds:F0} ms/step");
    }
}
