using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>One call of <see cref="ModelPruner.Prune"/>: the work folder, what is found in it, and the stages.</summary>
internal sealed class PruneRun
{
    private const string StatisticsName = "statistics";
    private const string PrunedName = "pruned";
    private const string RecoveryFile = "recovery.safetensors";
    private const string HiddenWork = "hidden.work";

    private readonly PruneRequest _request;
    private readonly IProgress<ProgressReport>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly ICheckpoint _checkpoint;
    private readonly Recipe _recipe;
    private readonly string _identity;
    private readonly StartingMasks? _masks;

    public PruneRun(PruneRequest request, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        (_request, _progress, _cancellation, _checkpoint, _recipe) = (request, progress, cancellation, request.Checkpoint, request.Recipe);
        var text = $"{_recipe.ToJson()}\n{DenseStatistics.Fingerprint(_checkpoint)}\n{request.Calibration?.Hash}\n{request.RecoveryText?.Hash}";
        if (request.MasksFrom is { } pruned)
        {
            _masks = new StartingMasks(_checkpoint, pruned, _recipe, request.AllowsUpdated);
            text += $"\n{DenseStatistics.Fingerprint(pruned)}\n{request.AllowsUpdated}";
        }
        _identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private bool Recovers => _recipe.Recovery is { Steps: > 0 };

    public PruneResult Run()
    {
        var estimate = PruneMemory.Of(_checkpoint.Configuration, _recipe, _request.Calibration?.Count ?? 0, _request.Calibration?.Length ?? 0, _request.HiddenStateBudget);
        using var folder = AtomicFolder.Create(_request.Output, _request.Replace, resume: true);
        try
        {
            return RunStages(folder, estimate.TotalBytes);
        }
        catch (Exception fault)
        {
            // What another run can go on with stays; a recipe that turned out not to be possible leaves nothing.
            var work = folder.WorkFolder;
            folder.KeepUnfinished = File.Exists(Path.Combine(work, PruneProgress.FileName)) || (fault is OperationCanceledException && Directory.Exists(Path.Combine(work, StatisticsName)));
            throw;
        }
    }

    private PruneResult RunStages(AtomicFolder folder, long estimate)
    {
        var work = folder.WorkFolder;
        // While a recovery is to come, the pruned weights are kept exactly; the recipe's values and layout come at its end.
        var stage = Recovers ? Path.Combine(work, PrunedName) : work;
        Directory.CreateDirectory(stage);
        var before = _request.Measure is null ? [] : Measure(_checkpoint);
        var progress = PruneProgress.Read(work, _identity, block => Path.Combine(stage, PartFile(block)));
        var resumed = progress?.Blocks.Count ?? 0;
        if (progress is null)
            Clear(work, stage);
        progress ??= Allocate(work);
        var plan = PruningPlan.Make(_checkpoint, _recipe, new FixedAllocation(progress.Sparsities));
        if (!progress.IsAssembled)
            progress = PruneBlocks(work, stage, plan, progress);
        IReadOnlyList<RecoveryPoint> curve = [];
        var layers = progress.Blocks.SelectMany(block => block.Layers).ToList();
        if (Recovers)
            (curve, layers) = Recover(work, stage, plan, layers);
        var report = Finish(work, layers, progress.Figures, curve, before);
        folder.Commit();
        using var process = Process.GetCurrentProcess();
        return new PruneResult(report, folder.Path, resumed, estimate, process.PeakWorkingSet64);
    }

    private PruneProgress Allocate(string work)
    {
        var allocation = Methods.Allocations.Create(_recipe.Allocation);
        if (allocation.NeedsWalk)
            ModelPruner.ObserveDense(_checkpoint, _request.Calibration!, allocation, null, _progress, _cancellation, StatisticsFolder(work));
        var group = (_recipe.Pattern as NofMPattern)?.Group ?? 0;
        var sparsities = _masks?.Sparsities ?? allocation.Allocate(new AllocationRequest(PruningPlan.PrunableMatrices(_checkpoint.Configuration), _recipe.TargetSparsity, group));
        return new PruneProgress(_identity, sparsities, [.. allocation.Figures.Select(figure => new BlockFigure(figure.Name, figure.Values))], [], null, null);
    }

    private PruneProgress PruneBlocks(string work, string stage, PruningPlan plan, PruneProgress progress)
    {
        var writer = new CheckpointWriter(stage, _checkpoint.Configuration, PrunedFolder.WriterOptions(_checkpoint, _recipe));
        progress = WalkBlocks(work, stage, plan, progress, writer);
        // Nothing of the walk is held any more when the largest tensors come.
        MemoryRelief.After(plan.Tensors.Max(tensor => tensor.Shape.Length));
        WriteOutside(writer, plan);
        writer.Complete();
        progress = progress with { IsAssembled = true };
        progress.Write(work);
        return progress;
    }

    private PruneProgress WalkBlocks(string work, string stage, PruningPlan plan, PruneProgress progress, CheckpointWriter writer)
    {
        var pruner = new BlockPruner(_recipe, plan, Recovers ? ElementType.Float32 : _recipe.Values, Recovers ? "bitmap" : _recipe.Layout, _masks);
        var needs = pruner.Needs != StatisticsKind.None;
        var dense = needs && _recipe.Calibration.DenseInputs
            ? DenseStatistics.Collect(_checkpoint, _request.Calibration!, pruner.Needs, StatisticsFolder(work), _progress, _cancellation)
            : null;
        using var calibration = needs && dense is null
            ? new CalibrationWalk(_checkpoint, _request.Calibration!, _request.HiddenStateBudget, Path.Combine(work, HiddenWork))
            : null;
        if (calibration is not null)
            Restore(work, progress, calibration);
        foreach (var block in new PruningWalk(_checkpoint, _recipe, pruner, calibration, dense).Run(progress.Blocks.Count, _progress, _cancellation))
        {
            writer.WritePart(PartName(block.Block), [.. BlockWeights(plan, block)]);
            progress = Advance(work, stage, progress, block, calibration);
            MemoryRelief.After(block.Matrices.Sum(matrix => (long)matrix.Mask.Rows * matrix.Mask.Columns));
        }
        return progress;
    }

    // One at a time: embedding and head are the largest tensors of most models.
    private void WriteOutside(CheckpointWriter writer, PruningPlan plan)
    {
        foreach (var (index, tensor) in plan.Tensors.Where(tensor => tensor.Block < 0).Index())
        {
            writer.WritePart($"outside-{index:d2}", [DenseWeight(tensor)]);
            MemoryRelief.After(tensor.Shape.Length);
        }
    }

    // What the next run needs comes first, the file that names it last.
    private static PruneProgress Advance(string work, string stage, PruneProgress progress, PrunedBlock block, CalibrationWalk? calibration)
    {
        var old = progress.HiddenFile;
        string? name = null;
        if (calibration is not null)
        {
            name = $"hidden-{block.Block + 1:d3}.bin";
            AtomicFile.Write(Path.Combine(work, name), calibration.Hidden.Save);
        }
        var finished = new FinishedBlock(block.Block, PruneProgress.Digest(Path.Combine(stage, PartFile(block.Block))), [.. block.Matrices.Select(matrix => matrix.Report)]);
        progress = progress with
        {
            Blocks = [.. progress.Blocks, finished],
            HiddenFile = name,
            HiddenDigest = name is null ? null : PruneProgress.Digest(Path.Combine(work, name)),
        };
        progress.Write(work);
        if (old is not null)
            File.Delete(Path.Combine(work, old));
        return progress;
    }

    private static void Restore(string work, PruneProgress progress, CalibrationWalk calibration)
    {
        if (progress.HiddenFile is null)
        {
            calibration.Embed();
            return;
        }
        var path = Path.Combine(work, progress.HiddenFile);
        using var stream = File.OpenRead(path);
        calibration.Hidden.Load(stream, path);
    }

    private IEnumerable<CheckpointWeight> BlockWeights(PruningPlan plan, PrunedBlock block)
    {
        foreach (var matrix in block.Matrices)
            yield return CheckpointWeight.Of(matrix.Report.Name, matrix.Stored);
        var pruned = block.Matrices.Select(matrix => matrix.Report.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var tensor in plan.Tensors.Where(tensor => tensor.Block == block.Block && !pruned.Contains(tensor.Name)))
            yield return DenseWeight(tensor);
    }

    private CheckpointWeight DenseWeight(PlannedTensor tensor)
    {
        var source = _checkpoint.Tensors.First(known => known.Name == tensor.Name).Element;
        return CheckpointWeight.Dense(tensor.Name, _checkpoint.LoadTensor(tensor.Name), Recovers ? ElementType.Float32 : OutsideElement.Masked(_recipe, source, tensor.Shape.Rank));
    }

    private (IReadOnlyList<RecoveryPoint> Curve, List<LayerReport> Layers) Recover(string work, string stage, PruningPlan plan, List<LayerReport> layers)
    {
        using var pruned = Checkpoint.Open(stage);
        var recovery = new Recovery(_checkpoint, pruned, _recipe, _request.RecoveryText ?? _request.Calibration!);
        var curve = recovery.Run(Path.Combine(work, RecoveryFile), _progress, _cancellation);
        layers = recovery.Write(new CheckpointWriter(work, _checkpoint.Configuration, PrunedFolder.WriterOptions(_checkpoint, _recipe)), plan, layers);
        return (curve, layers);
    }

    private PruneReport Finish(string work, List<LayerReport> layers, IReadOnlyList<BlockFigure> figures, IReadOnlyList<RecoveryPoint> curve, IReadOnlyList<(string Name, double Value)> before)
    {
        using var result = Checkpoint.Open(work);
        foreach (var layer in layers)
            CheckKept(result, layer);
        var after = _request.Measure is null ? [] : Measure(result);
        var report = new PruneReport
        {
            Model = _request.ModelName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(_checkpoint.Path)),
            Recipe = JsonDocument.Parse(_recipe.ToJson()).RootElement.Clone(),
            MasksFrom = _request.MasksFrom is { } pruned ? Path.GetFileName(Path.TrimEndingDirectorySeparator(pruned.Path)) : null,
            CalibrationSource = _request.Calibration?.Source,
            CalibrationSequences = _request.Calibration?.Count ?? 0,
            CalibrationLength = _request.Calibration?.Length ?? 0,
            CalibrationHash = _request.Calibration?.Hash,
            Parameters = _checkpoint.Tensors.Sum(tensor => tensor.Shape.Length),
            PrunableParameters = layers.Sum(layer => (long)layer.Rows * layer.Columns),
            KeptParameters = layers.Sum(layer => (long)Math.Round((1 - layer.Achieved) * layer.Rows * layer.Columns)),
            BytesBefore = _checkpoint.Tensors.Sum(tensor => tensor.ByteCount),
            BytesAfter = result.Tensors.Sum(tensor => tensor.ByteCount),
            Figures = [.. after.Select((figure, index) => new ReportFigure(figure.Name, before[index].Value, figure.Value))],
            Blocks = figures,
            Recovery = curve,
            Warnings = [.. layers.SelectMany(WarningCodes.Of), .. WarningCodes.Of(_recipe, layers)],
            Layers = layers,
        };
        PrunedFolder.WriteCompanions(_request, report, work);
        foreach (var name in new[] { PruneProgress.FileName, RecoveryFile })
            File.Delete(Path.Combine(work, name));
        foreach (var hidden in Directory.EnumerateFiles(work, "hidden-*.bin"))
            File.Delete(hidden);
        foreach (var name in new[] { PrunedName, StatisticsName })
            if (Directory.Exists(Path.Combine(work, name)))
                Directory.Delete(Path.Combine(work, name), recursive: true);
        return report;
    }

    private static void CheckKept(Checkpoint result, LayerReport layer)
    {
        if (result.LoadMatrix(layer.Name) is ILayoutParts and MatrixLayout { HasMask: true } stored && Math.Abs(stored.Sparsity - layer.Achieved) > 1e-9)
            throw new MismatchException($"SPL005 {layer.Name}: the file keeps {stored.KeptCount} weights, the mask {layer.Achieved:P3} less than all");
        MemoryRelief.After((long)layer.Rows * layer.Columns);
    }

    private IReadOnlyList<(string Name, double Value)> Measure(ICheckpoint checkpoint) =>
        _request.Measure!(TransformerModel.Load(checkpoint, _progress, _cancellation), _cancellation);

    private string StatisticsFolder(string work) => _request.StatisticsFolder ?? Path.Combine(work, StatisticsName);

    private static string PartName(int block) => $"block-{block:d4}";

    private static string PartFile(int block) => $"part-{PartName(block)}.safetensors";

    // What another recipe or model left is of no use; statistics are kept under a key of their own.
    private static void Clear(string work, string stage)
    {
        foreach (var entry in new DirectoryInfo(work).EnumerateFileSystemInfos())
        {
            if (entry.Name is AtomicFolder.MarkFile or StatisticsName)
                continue;
            if (entry is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
        Directory.CreateDirectory(stage);
    }

    private sealed class FixedAllocation(double[] sparsities) : IAllocation
    {
        public string Name => "fixed";

        public double[] Allocate(AllocationRequest request) => sparsities;
    }
}
