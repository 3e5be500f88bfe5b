using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>What a supernet is made from.</summary>
/// <param name="Checkpoint">The dense model.</param>
/// <param name="Recipe">Score, update and seed are taken from it; its calibration says with denseInputs that errors shall not accumulate.</param>
/// <param name="Calibration">The sequences.</param>
/// <param name="Sets">The layers.</param>
/// <param name="Ranges">The levels of each.</param>
public sealed record SupernetRequest(ICheckpoint Checkpoint, Recipe Recipe, CalibrationSet Calibration, IReadOnlyList<StructureSet> Sets, IReadOnlyList<LevelRange> Ranges)
{
    /// <summary>Whether later blocks are calibrated on what the mean over all levels leaves; otherwise on what level 0 leaves.</summary>
    public bool ExpectedInputs { get; init; } = true;

    /// <summary>Where levels are kept; null keeps them in memory. A run that was ended goes on with what it finds there.</summary>
    public string? Folder { get; init; }
}

/// <summary>
/// Every layer of a model pruned at several levels (Týr-the-Pruner, NeurIPS 2025): any choice of a level per layer is a smaller model. It is built in one walk over the blocks. Each block's inputs
/// come from the blocks before it with expected weights Σ k_l W_l / Σ k_l, with k_l the share of structures that level l keeps, so that layers are pruned on inputs that already carry the
/// errors of those before them. (The authors' published loop compares a number that it has just set to zero and so passes on the dense outputs; the paper's mean is what is done here.)
/// Both layers of a block are pruned on the activations of the dense block. Reading levels is thread-safe.
/// </summary>
public sealed class Supernet
{
    // Four copies of a Hessian in double are 32 MiB then.
    private const int MostColumnsAside = 1024;

    private readonly SupernetRequest _request;
    private readonly LevelStore _store;
    private readonly IStructureScore _score;
    private readonly IStructureUpdate _update;

    private Supernet(SupernetRequest request)
    {
        _request = request;
        _store = new LevelStore(request.Folder, Identity(request));
        _score = Methods.StructureScores.Create(request.Recipe.Score);
        _update = Methods.StructureUpdates.Create(request.Recipe.Update);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<StructureSet> Sets => _request.Sets;

    /// <summary>The levels of each.</summary>
    public IReadOnlyList<LevelRange> Ranges => _request.Ranges;

    /// <summary>Builds it, or goes on with what a run that was ended left in the folder.</summary>
    /// <param name="request">What from.</param>
    /// <param name="progress">Told block by block.</param>
    /// <param name="cancellation">Heeded between sequences and levels.</param>
    /// <exception cref="Errors.MismatchException">The folder holds levels of another model, calibration or settings.</exception>
    /// <exception cref="Errors.NumericalException">A layer's equations cannot be solved.</exception>
    public static Supernet Build(SupernetRequest request, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Sets.Count != request.Ranges.Count)
            throw new ArgumentException($"{request.Ranges.Count} ranges of levels for {request.Sets.Count} layers", nameof(request));
        var supernet = new Supernet(request);
        supernet.Walk(progress, cancellation);
        return supernet;
    }

    /// <summary>A layer at a level.</summary>
    /// <param name="set">Which layer.</param>
    /// <param name="level">Within its range.</param>
    public PrunedLevel Load(int set, int level)
    {
        var range = Ranges[set];
        ArgumentOutOfRangeException.ThrowIfLessThan(level, range.Lowest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, range.Highest);
        return _store.Load(Sets[set], range.KeptAt(level));
    }

    /// <summary>The smaller model of a choice of levels.</summary>
    /// <param name="levels">One per layer.</param>
    public CompactedCheckpoint Compact(IReadOnlyList<int> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        var chosen = Sets.Select((_, set) => Load(set, levels[set])).ToList();
        return new CompactedCheckpoint(_request.Checkpoint, [.. chosen.Select(level => level.Kept)], Biases(chosen), NewWeights(levels, chosen));
    }

    /// <summary>What takes the place of the consumers' kept columns, read from the store when called.</summary>
    internal Dictionary<string, Func<Tensor<float>>> NewWeights(IReadOnlyList<int> levels, IReadOnlyList<PrunedLevel> chosen) =>
        Enumerable.Range(0, Sets.Count).Where(set => chosen[set].Weights is not null)
            .ToDictionary(set => Sets[set].ConsumerWeight, set => (Func<Tensor<float>>)(() => Load(set, levels[set]).Weights!.Copy()), StringComparer.Ordinal);

    internal static Dictionary<string, float[]> Biases(IEnumerable<PrunedLevel> chosen) =>
        chosen.Where(level => level.AddedBias is not null).ToDictionary(level => level.Kept.Set.ConsumerBias, level => level.AddedBias!, StringComparer.Ordinal);

    private static string Identity(SupernetRequest request)
    {
        var recipe = request.Recipe;
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"{DenseStatistics.Fingerprint(request.Checkpoint)} {request.Calibration.Hash} {recipe.Score} {recipe.Update} {recipe.Seed} {recipe.Calibration.DenseInputs} {request.ExpectedInputs}\n"));
        for (var i = 0; i < request.Sets.Count; i++)
            text.Append(request.Sets[i].Name).Append(' ').Append(request.Ranges[i]).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private void Walk(IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var blocks = _request.Checkpoint.Configuration.BlockCount;
        using var walk = new CalibrationWalk(_request.Checkpoint, _request.Calibration, CalibrationWalk.DefaultBudget, _request.Folder is null ? null : HiddenFile());
        walk.Embed();
        for (var block = 0; block < blocks; block++)
        {
            progress?.Report(new ProgressReport("pruning every layer at every level", block, blocks));
            var layers = Enumerable.Range(0, Sets.Count).Where(set => Sets[set].Block == block).ToList();
            var dense = walk.LoadBlock(block);
            var open = layers.Where(set => !Ranges[set].Levels.All(level => _store.Contains(Sets[set], Ranges[set].KeptAt(level)))).ToList();
            if (open.Count > 0)
                Prune(open, walk, dense, cancellation);
            if (block + 1 < blocks)
                walk.Advance(_request.Recipe.Calibration.DenseInputs ? dense : walk.LoadBlock(block, Expected(layers)), null, cancellation);
            MemoryRelief.After(dense.ByteCount);
        }
        progress?.Report(new ProgressReport("pruning every layer at every level", blocks, blocks));
    }

    private string HiddenFile()
    {
        Directory.CreateDirectory(_request.Folder!);
        return Path.Combine(_request.Folder!, "hidden.work");
    }

    private void Prune(List<int> layers, CalibrationWalk walk, TransformerBlock dense, CancellationToken cancellation)
    {
        // Methods for structures look at the inputs of consumers alone.
        var recorder = new CalibrationRecorder(_request.Recipe.Needs, layers.Select(set => Sets[set].Consumer.Projection).ToHashSet());
        if (_request.Recipe.Needs != StatisticsKind.None)
            walk.Record(dense, recorder, cancellation);
        foreach (var index in layers)
        {
            var set = Sets[index];
            // One problem for all levels: what is factored once serves them all.
            var problem = StructurePruner.Problem(_request.Checkpoint, _request.Recipe, set, recorder.Statistics, cancellation);
            var shared = _score.DependsOnCount ? null : StructurePruner.Score(_score, problem);
            int[] counts = [.. Ranges[index].Levels.Select(Ranges[index].KeptAt)];
            // The sparsest first and alone: it makes what all levels share.
            PruneTo(problem, shared, set, counts[^1]);
            // Small layers level by level on each thread; large ones one after another, each on all threads, because every level takes several copies of its Hessian.
            if (problem.Consumer.Weights.Columns <= MostColumnsAside)
                GuardedParts.Run(counts.Length - 1, cancellation, level => PruneTo(problem, shared, set, counts[level]));
            else
                foreach (var count in counts[..^1])
                    PruneTo(problem, shared, set, count);
            MemoryRelief.After(set.Count * set.ParametersEach(_request.Checkpoint.Configuration));
        }
    }

    private void PruneTo(StructureProblem problem, double[]? shared, StructureSet set, int count)
    {
        problem.Consumer.Cancellation.ThrowIfCancellationRequested();
        var kept = KeptStructures.Best(set, shared ?? StructurePruner.Score(_score, problem with { Keep = count }), count);
        _store.Save(kept, kept.IsWhole ? StructureOutcome.Unchanged : _update.Apply(problem, kept.Indices));
    }

    // The dense model with expected consumers in place; only this block of it is read.
    private CompactedCheckpoint Expected(List<int> layers)
    {
        var weights = new Dictionary<string, Func<Tensor<float>>>(StringComparer.Ordinal);
        var biases = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var set in layers)
        {
            var range = Ranges[set];
            var (mean, bias) = ExpectedLevel(set, _request.ExpectedInputs ? [.. range.Levels] : [0]);
            weights[Sets[set].ConsumerWeight] = () => mean;
            if (bias is not null)
                biases[Sets[set].ConsumerBias] = bias;
        }
        return new CompactedCheckpoint(_request.Checkpoint, [], biases, weights);
    }

    private (Tensor<float> Weights, float[]? Bias) ExpectedLevel(int index, int[] levels)
    {
        var set = Sets[index];
        var dense = _request.Checkpoint.LoadTensor(set.ConsumerWeight).Matrix;
        var total = levels.Sum(level => (double)Ranges[index].KeptAt(level));
        var sums = new Tensor<double>(new Shape(dense.Rows, dense.Columns));
        var biases = new double[dense.Rows];
        var hasBias = false;
        foreach (var level in levels)
        {
            var pruned = Load(index, level);
            var share = Ranges[index].KeptAt(level) / total;
            var columns = pruned.Kept.Places(set.Consumer.Extent);
            for (var row = 0; row < dense.Rows; row++)
            {
                var sum = sums.Matrix.Row(row);
                for (var i = 0; i < columns.Length; i++)
                    sum[columns[i]] += share * (pruned.Weights?.Matrix[row, i] ?? dense[row, columns[i]]);
                biases[row] += share * (pruned.AddedBias?[row] ?? 0);
            }
            hasBias |= pruned.AddedBias is not null;
        }
        var weights = Tensor<float>.Uninitialized(sums.Shape);
        TensorPrimitives.ConvertTruncating<double, float>(sums.Span, weights.Span);
        return (weights, hasBias ? [.. biases.Select(value => (float)value)] : null);
    }
}
