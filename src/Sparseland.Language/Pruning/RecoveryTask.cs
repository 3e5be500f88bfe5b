using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Training;
using Sparseland.Learning.Optimisers;
using Sparseland.Learning.Schedules;
using Sparseland.Learning.Training;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>The loss of a recovery: the text's next token and, by a share, the divergence from the dense model's probabilities.</summary>
/// <param name="network">The pruned model.</param>
/// <param name="parameters">What of it is trained.</param>
/// <param name="teacher">The dense model; null without distillation.</param>
/// <param name="settings">How.</param>
/// <param name="text">What it learns from.</param>
/// <param name="seed">Seeds the batches.</param>
/// <param name="identity">What makes this recovery this one.</param>
internal sealed class RecoveryTask(
    TransformerNetwork<float> network, IReadOnlyList<Parameter<float>> parameters, TransformerModel? teacher, RecoverySettings settings, CalibrationSet text, ulong seed, string identity) : ITrainingTask<float>
{
    private readonly int _length = Math.Min(text.Length - 1, network.Configuration.ContextLength);
    // The dense model may be wider than the one that is trained.
    private readonly BlockScratch _scratch = new(teacher?.Configuration ?? network.Configuration);
    private Tensor<float>? _hidden;
    private Tensor<float>? _teacherLogits;

    public IReadOnlyList<Parameter<float>> Parameters => parameters;

    public string Identity => $"recovery {identity} {text.Hash}";

    /// <summary>Trains with AdamW, a short warm-up and half a cosine.</summary>
    /// <param name="checkpointPath">Where the run stands between steps.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run between two steps, after writing the checkpoint.</param>
    public IReadOnlyList<RecoveryPoint> Train(string? checkpointPath, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        if (text.Length < 2)
            throw new InvalidSettingException($"recovery needs sequences of 2 tokens or more; those from {text.Source} have {text.Length}");
        var schedule = new LearningRateSchedule(settings.LearningRate, settings.Steps, Math.Min(settings.Steps, 1 + settings.Steps / 20), DecayKind.Cosine, 0.05);
        var options = new TrainingOptions(schedule, ValidateEvery: Math.Max(1, settings.Steps / 20), CheckpointEvery: Math.Max(1, Math.Min(200, settings.Steps / 4)));
        var result = new TrainingLoop<float>(this, new AdamW<float>(parameters, new AdamWOptions(WeightDecay: 0)), options).Run(checkpointPath, progress, cancellation);
        return [.. result.Curve.Select(point => new RecoveryPoint(point.Step, point.Loss))];
    }

    public Variable<float> Loss(Tape<float> tape, long step, int microBatch)
    {
        var chance = new RandomStream(seed, "recovery batch", (ulong)step);
        var ids = new int[settings.Batch * _length];
        var targets = new int[ids.Length];
        for (var i = 0; i < settings.Batch; i++)
        {
            var sequence = text.Sequences[chance.NextInt(text.Count)];
            sequence.AsSpan(0, _length).CopyTo(ids.AsSpan(i * _length));
            sequence.AsSpan(1, _length).CopyTo(targets.AsSpan(i * _length));
        }
        var logits = network.Logits(tape, ids, settings.Batch, _length);
        if (teacher is null)
            return logits.CrossEntropy(targets);
        var divergence = logits.KlDivergence(TeacherLogits(ids, logits.Shape));
        return settings.Distillation >= 1 ? divergence : divergence.Scale(settings.Distillation).Add(logits.CrossEntropy(targets).Scale(1 - settings.Distillation));
    }

    public IReadOnlyList<(string Name, double Value)> Validate(CancellationToken cancellationToken) => [];

    private Tensor<float> TeacherLogits(int[] ids, Shape shape)
    {
        _hidden ??= Tensor<float>.Uninitialized(new Shape(ids.Length, network.Configuration.Width));
        _teacherLogits ??= Tensor<float>.Uninitialized(shape);
        for (var i = 0; i < settings.Batch; i++)
            teacher!.Embed(ids.AsSpan(i * _length, _length), 0, _hidden.Matrix.SliceRows(i * _length, _length));
        foreach (var block in teacher!.Blocks)
            block.Forward(_hidden.Matrix, settings.Batch, _length, _scratch);
        teacher.ComputeLogits(_hidden.Matrix, _teacherLogits.Matrix);
        return _teacherLogits;
    }
}
