using System.Diagnostics;
using System.Text.Json;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>One call of <see cref="ModelPruner.Prune"/> with a structured pattern: the plan, then the smaller model tensor by tensor. It takes minutes at most, so nothing is kept of a run that ends early.</summary>
internal sealed class StructureRun(PruneRequest request, IProgress<ProgressReport>? progress, CancellationToken cancellation)
{
    private readonly ICheckpoint _checkpoint = request.Checkpoint;
    private readonly Recipe _recipe = request.Recipe;

    public PruneResult Run()
    {
        var estimate = PruneMemory.Of(_checkpoint.Configuration, _recipe, request.Calibration?.Count ?? 0, request.Calibration?.Length ?? 0, request.HiddenStateBudget);
        using var folder = AtomicFolder.Create(request.Output, request.Replace);
        var before = request.Measure is null ? [] : Measure(_checkpoint);
        var plan = StructurePruner.Plan(_checkpoint, _recipe, request.Calibration, request.StatisticsFolder, progress, cancellation);
        var compacted = plan.Apply(_checkpoint);
        WriteModel(folder.WorkFolder, compacted);
        var report = Report(folder.WorkFolder, plan, before);
        PrunedFolder.WriteCompanions(request, report, folder.WorkFolder);
        folder.Commit();
        using var process = Process.GetCurrentProcess();
        return new PruneResult(report, folder.Path, 0, estimate.TotalBytes, process.PeakWorkingSet64);
    }

    private void WriteModel(string work, CompactedCheckpoint compacted)
    {
        var writer = new CheckpointWriter(work, compacted.Configuration, PrunedFolder.WriterOptions(_checkpoint, _recipe));
        for (var i = 0; i < compacted.Tensors.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var tensor = compacted.Tensors[i];
            progress?.Report(new ProgressReport("writing the smaller model", i, compacted.Tensors.Count, tensor.Name));
            writer.WritePart($"tensor-{i:d5}", [CheckpointWeight.Dense(tensor.Name, compacted.LoadTensor(tensor.Name), OutsideElement.Structured(_recipe, tensor.Element, tensor.Shape.Rank))]);
            MemoryRelief.After(tensor.Shape.Length);
        }
        writer.Complete();
        progress?.Report(new ProgressReport("writing the smaller model", compacted.Tensors.Count, compacted.Tensors.Count));
    }

    private PruneReport Report(string work, StructurePlan plan, IReadOnlyList<(string Name, double Value)> before)
    {
        using var result = Checkpoint.Open(work);
        var after = request.Measure is null ? [] : Measure(result);
        var layers = Layers(plan, result);
        return new PruneReport
        {
            Model = request.ModelName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(_checkpoint.Path)),
            Recipe = JsonDocument.Parse(_recipe.ToJson()).RootElement.Clone(),
            CalibrationSource = request.Calibration?.Source,
            CalibrationSequences = request.Calibration?.Count ?? 0,
            CalibrationLength = request.Calibration?.Length ?? 0,
            CalibrationHash = request.Calibration?.Hash,
            Parameters = _checkpoint.Tensors.Sum(tensor => tensor.Shape.Length),
            PrunableParameters = layers.Sum(layer => (long)layer.Rows * layer.Columns),
            KeptParameters = layers.Sum(layer => result.Tensors.First(tensor => tensor.Name == layer.Name).Shape.Length),
            BytesBefore = _checkpoint.Tensors.Sum(tensor => tensor.ByteCount),
            BytesAfter = result.Tensors.Sum(tensor => tensor.ByteCount),
            Figures = [.. after.Select((figure, index) => new ReportFigure(figure.Name, before[index].Value, figure.Value))],
            Blocks = [.. plan.Figures.Select(figure => new BlockFigure(figure.Name, figure.Values))],
            Structures = new StructuresReport(ParameterCount.Of(_checkpoint.Configuration), ParameterCount.Of(result.Configuration),
                [.. plan.Sets.Select(set => new StructureReport(set.Kept.Set.Name, set.Kept.Set.Block, set.Kept.Set.Count, set.Kept.Indices.Count, set.Requested))]),
            Warnings = [.. layers.SelectMany(WarningCodes.Of), .. WarningCodes.Of(_recipe, layers)],
            Layers = layers,
        };
    }

    private List<LayerReport> Layers(StructurePlan plan, Checkpoint result)
    {
        var requested = plan.Sets.SelectMany(set => set.Kept.Set.Matrices.Select(name => KeyValuePair.Create(name, set.Requested))).ToDictionary(StringComparer.Ordinal);
        var after = result.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        return [.. PruningPlan.PrunableMatrices(_checkpoint.Configuration).Select(matrix => new LayerReport
        {
            Name = matrix.Name,
            Block = matrix.Block,
            Rows = matrix.Rows,
            Columns = matrix.Columns,
            Pattern = requested.ContainsKey(matrix.Name) ? _recipe.Pattern.ToString()! : "dense",
            Requested = requested.GetValueOrDefault(matrix.Name),
            Achieved = 1 - (double)after[matrix.Name].Shape.Length / ((double)matrix.Rows * matrix.Columns),
            Layout = "dense",
            Bytes = after[matrix.Name].ByteCount,
        })];
    }

    private IReadOnlyList<(string Name, double Value)> Measure(ICheckpoint checkpoint) =>
        request.Measure!(TransformerModel.Load(checkpoint, progress, cancellation), cancellation);
}
