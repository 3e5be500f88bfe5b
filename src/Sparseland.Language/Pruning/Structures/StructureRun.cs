using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>
/// One call of <see cref="ModelPruner.Prune"/> with a structured pattern: the plan, the recovery, then the smaller model tensor by tensor. Statistics, pruned levels and the state of a search and of a recovery stay in the work folder
/// when a run ends early, and the same call goes on from there.
/// </summary>
internal sealed class StructureRun(PruneRequest request, IProgress<ProgressReport>? progress, CancellationToken cancellation)
{
    private const string StatisticsName = "statistics";
    private const string SearchName = "search";
    private const string IdentityName = "identity";
    private const string RecoveryName = "recovery.safetensors";
    private static readonly string[] Kept = [StatisticsName, SearchName];

    private readonly ICheckpoint _checkpoint = request.Checkpoint;
    private readonly Recipe _recipe = request.Recipe;

    public PruneResult Run()
    {
        using var folder = AtomicFolder.Create(request.Output, request.Replace, resume: true);
        try
        {
            return RunStages(folder);
        }
        catch (Exception fault)
        {
            // A recipe that turned out not to be possible leaves nothing.
            folder.KeepUnfinished = fault is OperationCanceledException or ResourceLimitException && Kept.Append(RecoveryName).Any(name => Path.Exists(Path.Combine(folder.WorkFolder, name)));
            throw;
        }
    }

    private PruneResult RunStages(AtomicFolder folder)
    {
        var work = folder.WorkFolder;
        Claim(work);
        var estimate = PruneMemory.Of(_checkpoint.Configuration, _recipe, request.Calibration?.Count ?? 0, request.Calibration?.Length ?? 0, request.HiddenStateBudget);
        var before = request.Measure is null ? [] : Measure(_checkpoint);
        var plan = StructurePruner.MakePlan(_checkpoint, _recipe, request.Calibration, new PlanSurroundings
        {
            StatisticsFolder = request.StatisticsFolder ?? Path.Combine(work, StatisticsName),
            WorkFolder = Path.Combine(work, SearchName),
            Clock = request.Clock,
            Progress = progress,
            Cancellation = cancellation,
        });
        ICheckpoint smaller = plan.Apply(_checkpoint);
        IReadOnlyList<RecoveryPoint> curve = [];
        if (_recipe.Recovery is { Steps: > 0 })
            (smaller, curve) = LoraRecovery.Run(_checkpoint, smaller, plan, _recipe, request.RecoveryText ?? request.Calibration!, Path.Combine(work, RecoveryName), progress, cancellation);
        WriteModel(work, smaller);
        var report = Report(work, plan, before) with { Recovery = curve };
        PrunedFolder.WriteCompanions(request, report, work);
        foreach (var name in Kept.Where(name => Directory.Exists(Path.Combine(work, name))))
            Directory.Delete(Path.Combine(work, name), recursive: true);
        File.Delete(Path.Combine(work, IdentityName));
        File.Delete(Path.Combine(work, RecoveryName));
        folder.Commit();
        using var process = Process.GetCurrentProcess();
        return new PruneResult(report, folder.Path, 0, estimate.TotalBytes, process.PeakWorkingSet64);
    }

    // What another recipe, model or calibration left is of no use. Statistics are kept under a key of their own.
    private void Claim(string work)
    {
        var text = $"{_recipe.ToJson()}\n{DenseStatistics.Fingerprint(_checkpoint)}\n{request.Calibration?.Hash}\n{request.RecoveryText?.Hash}";
        var identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var path = Path.Combine(work, IdentityName);
        if (File.Exists(path) && File.ReadAllText(path) == identity)
            return;
        foreach (var entry in new DirectoryInfo(work).EnumerateFileSystemInfos().Where(entry => entry.Name is not (AtomicFolder.MarkFile or StatisticsName)))
            if (entry is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        AtomicFile.WriteText(path, identity);
    }

    private void WriteModel(string work, ICheckpoint compacted)
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
            Notes = plan.Notes,
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
