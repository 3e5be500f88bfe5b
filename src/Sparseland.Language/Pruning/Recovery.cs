using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Training;
using Sparseland.Layouts;
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
    private readonly RecoveryTask _task;

    public Recovery(ICheckpoint dense, ICheckpoint pruned, Recipe recipe, CalibrationSet text)
    {
        (_dense, _recipe, _settings) = (dense, recipe, recipe.Recovery!);
        _network = TransformerNetwork<float>.Load(pruned);
        foreach (var matrix in PruningPlan.PrunableMatrices(dense.Configuration))
            _network[matrix.Name].Mask = pruned.LoadMatrix(matrix.Name).ToMask();
        _task = new RecoveryTask(_network, _network.Parameters, _settings.Distillation > 0 ? TransformerModel.Load(dense) : null, _settings, text, recipe.Seed, recipe.ToJson());
    }

    /// <summary>Trains.</summary>
    /// <param name="checkpointPath">Where the run stands between steps.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run between two steps, after writing the checkpoint.</param>
    public IReadOnlyList<RecoveryPoint> Run(string checkpointPath, IProgress<ProgressReport>? progress, CancellationToken cancellation) =>
        _task.Train(checkpointPath, progress, cancellation);

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
}
