using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Training;
using Sparseland.Layouts;
using Sparseland.Learning.Optimisers;
using Sparseland.Learning.Schedules;
using Sparseland.Learning.Training;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>
/// Masked fine-tuning of a pruned model: every kept weight may move, every removed one stays zero. The loss is the text's next token and, by a share,
/// the divergence from the dense model's probabilities. Killed and started again it ends in the same bytes.
/// </summary>
internal sealed class Recovery
{
    private readonly ICheckpoint _dense;
    private readonly Recipe _recipe;
    private readonly RecoverySettings _settings;
    private readonly TransformerNetwork<float> _network;
    private readonly FineTuning _task;

    public Recovery(ICheckpoint dense, ICheckpoint pruned, Recipe recipe, CalibrationSet text)
    {
        (_dense, _recipe, _settings) = (dense, recipe, recipe.Recovery!);
        if (text.Length < 2)
            throw new InvalidSettingException($"recovery needs sequences of 2 tokens or more; those from {text.Source} have {text.Length}");
        _network = TransformerNetwork<float>.Load(pruned);
        foreach (var matrix in PruningPlan.PrunableMatrices(dense.Configuration))
            _network[matrix.Name].Mask = pruned.LoadMatrix(matrix.Name).ToMask();
        _task = new FineTuning(_network, _settings.Distillation > 0 ? TransformerModel.Load(dense) : null, _settings, text, recipe.Seed, recipe.ToJson());
    }

    /// <summary>Trains.</summary>
    /// <param name="checkpointPath">Where the run stands between steps.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run between two steps, after writing the checkpoint.</param>
    public IReadOnlyList<RecoveryPoint> Run(string checkpointPath, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var schedule = new LearningRateSchedule(_settings.LearningRate, _settings.Steps, Math.Min(_settings.Steps, 1 + _settings.Steps / 20), DecayKind.Cosine, 0.05);
        var options = new TrainingOptions(schedule, ValidateEvery: Math.Max(1, _settings.Steps / 20), CheckpointEvery: Math.Max(1, Math.Min(200, _settings.Steps / 4)));
        var optimiser = new AdamW<float>(_network.Parameters, new AdamWOptions(WeightDecay: 0));
        var result = new TrainingLoop<float>(_task, optimiser, options).Run(checkpointPath, progress, cancellation);
        return [.. result.Curve.Select(point => new RecoveryPoint(point.Step, point.Loss))];
    }

    /// <summary>Writes the model in the recipe's values and layout, each mask verified, and returns the reports of its matrices.</summary>
    public List<LayerReport> Write(CheckpointWriter writer, PruningPlan plan, IReadOnlyList<LayerReport> layers)
    {
        var reports = new List<LayerReport>();
        var weights = new List<CheckpointWeight>();
        foreach (var tensor in plan.Tensors)
        {
            var parameter = _network[tensor.Name];
            if (parameter.Mask is not { } mask)
            {
                weights.Add(CheckpointWeight.Dense(tensor.Name, parameter.Value, OutsideElement.Recovered(_recipe, _dense.Tensors.First(known => known.Name == tensor.Name).Element, tensor.Shape.Rank)));
                continue;
            }
            var stored = StoredLayout.Store(_recipe.Layout, _recipe.Values, parameter.Value, mask, tensor.Pattern);
            var values = Tensor<float>.Uninitialized(tensor.Shape);
            stored.ToDense(values.Matrix);
            BlockPruner.Verify(tensor.Name, tensor, mask, stored, values);
            weights.Add(CheckpointWeight.Of(tensor.Name, stored));
            // The error that pruning left is no longer what the file has.
            reports.Add(layers.First(layer => layer.Name == tensor.Name) with { Layout = stored.Name, Bytes = stored.ByteCount, OutputError = null });
        }
        writer.WritePart("model", weights);
        writer.Complete();
        return reports;
    }

    private sealed class FineTuning(TransformerNetwork<float> network, TransformerModel? teacher, RecoverySettings settings, CalibrationSet text, ulong seed, string identity) : ITrainingTask<float>
    {
        private readonly int _length = Math.Min(text.Length - 1, network.Configuration.ContextLength);
        private readonly BlockScratch _scratch = new(network.Configuration);
        private Tensor<float>? _hidden;
        private Tensor<float>? _teacherLogits;

        public IReadOnlyList<Parameter<float>> Parameters => network.Parameters;

        public string Identity => $"recovery {identity} {text.Hash}";

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
}
