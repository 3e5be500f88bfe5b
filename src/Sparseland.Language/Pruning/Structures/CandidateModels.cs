using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>Where and under which conditions a plan is made.</summary>
internal sealed record PlanSurroundings
{
    /// <summary>Where statistics are kept between runs; null keeps none.</summary>
    public string? StatisticsFolder { get; init; }

    /// <summary>Where an allocation that judges models keeps levels, logits and how far it has come; null keeps everything in memory.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>For allocations with a limit of time.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Told how it gets on.</summary>
    public IProgress<ProgressReport>? Progress { get; init; }

    /// <summary>Heeded between sequences and layers.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>
/// Candidates from a <see cref="Supernet"/>, run without the structures they lack. Layers under a rule have one level and take no part. Judging is cut into candidates and sequences,
/// which run side by side; sums are taken in the order of the sequences, so they do not depend on the number of threads.
/// </summary>
internal sealed class CandidateModels : ICandidateModels
{
    private readonly ICheckpoint _checkpoint;
    private readonly Recipe _recipe;
    private readonly CalibrationSet _calibration;
    private readonly StructuredPattern _pattern;
    private readonly IReadOnlyList<StructureSet> _sets;
    private readonly int?[] _fixed;
    private readonly int[] _free;
    private readonly PlanSurroundings _surroundings;
    private readonly MatrixCache _matrices = new();
    private readonly ConcurrentBag<JudgingWorkspace> _workspaces = [];
    private readonly Dictionary<int, DenseLogits> _logits = [];
    private TransformerModel? _dense;
    private Supernet? _supernet;

    /// <param name="checkpoint">The dense model.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="calibration">Calibrates, and judges.</param>
    /// <param name="sets">All layers.</param>
    /// <param name="given">Structures that a rule makes a layer keep; null for the layers that are free.</param>
    /// <param name="surroundings">Folder, clock and progress.</param>
    public CandidateModels(ICheckpoint checkpoint, Recipe recipe, CalibrationSet calibration, IReadOnlyList<StructureSet> sets, int?[] given, PlanSurroundings surroundings)
    {
        (_checkpoint, _recipe, _calibration, _sets, _fixed, _surroundings) = (checkpoint, recipe, calibration, sets, given, surroundings);
        _pattern = (StructuredPattern)recipe.Pattern;
        _free = [.. Enumerable.Range(0, sets.Count).Where(set => given[set] is null)];
        Identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{recipe.ToJson()}\n{DenseStatistics.Fingerprint(checkpoint)}\n{calibration.Hash}")));
    }

    /// <summary>The layers that take part, as numbers of all layers.</summary>
    public IReadOnlyList<int> Free => _free;

    public string Identity { get; }

    public string? WorkFolder => _surroundings.WorkFolder;

    public TimeProvider? Clock => _surroundings.Clock;

    public IProgress<ProgressReport>? Progress => _surroundings.Progress;

    public CancellationToken Cancellation => _surroundings.Cancellation;

    public int SequenceCount => _calibration.Count;

    public int SequenceLength => _calibration.Length;

    public int UnitOf(int layer) => _pattern.UnitOf(_sets[_free[layer]].Kind);

    public int[] Count(IReadOnlyList<double> sparsities) => StructurePruner.Count(_pattern, [.. _free.Select(set => _sets[set])], [.. sparsities]);

    public void Prepare(CandidatePreparation preparation)
    {
        var ranges = new LevelRange[_sets.Count];
        for (var set = 0; set < ranges.Length; set++)
            ranges[set] = new LevelRange(_fixed[set] ?? 0, 1, 0, 0);
        for (var layer = 0; layer < _free.Length; layer++)
            ranges[_free[layer]] = preparation.Ranges[layer];
        _supernet = Supernet.Build(new SupernetRequest(_checkpoint, _recipe, _calibration, _sets, ranges) { ExpectedInputs = preparation.ExpectedInputs, Folder = FolderOf(preparation.Iteration) },
            Progress, Cancellation);
        _matrices.Clear();
        // What the iteration before left is of no more use: whoever goes on from here needs this one.
        if (preparation.Iteration > 0 && FolderOf(preparation.Iteration - 1) is { } old && Directory.Exists(old))
            Directory.Delete(old, recursive: true);
    }

    public double[] Judge(IReadOnlyList<int[]> candidates, IReadOnlyList<TokenShare> tokens, int topTokens)
    {
        EnsureLogits(tokens, topTokens);
        var models = candidates.Select(Model).ToArray();
        var divergences = new double[models.Length * tokens.Count];
        GuardedParts.Run(divergences.Length, Cancellation, part =>
        {
            var share = tokens[part % tokens.Count];
            Rent(workspace => divergences[part] = _logits[share.Sequence].Divergence(models[part / tokens.Count], _calibration.Sequences[share.Sequence].AsSpan(0, share.Tokens), workspace));
        });
        var count = tokens.Sum(share => (double)share.Tokens);
        return [.. models.Select((_, model) => divergences.AsSpan(model * tokens.Count, tokens.Count).ToArray().Sum() / count).Select(mean => double.IsFinite(mean) ? mean : double.PositiveInfinity)];
    }

    /// <summary>The plan of what was allocated, from the levels of the last preparation.</summary>
    /// <param name="shares">Sparsities of the free layers.</param>
    /// <param name="requested">Sparsities of all layers, as the plan shall name them.</param>
    /// <param name="allocation">What allocated.</param>
    public StructurePlan Plan(double[] shares, double[] requested, IAllocation allocation)
    {
        var supernet = _supernet ?? throw new InvalidOperationException($"the allocation {allocation.Name} prepared no models");
        var levels = new int[_sets.Count];
        for (var layer = 0; layer < _free.Length; layer++)
        {
            var (set, range) = (_free[layer], supernet.Ranges[_free[layer]]);
            var kept = (int)Math.Round(_sets[set].Count * (1 - shares[layer]));
            levels[set] = range.Levels.First(level => range.KeptAt(level) == kept);
        }
        var chosen = _sets.Select((_, set) => supernet.Load(set, levels[set])).ToList();
        return new StructurePlan([.. chosen.Select((level, set) => new PlannedStructures(level.Kept, requested[set], []))], Supernet.Biases(chosen), allocation.Figures)
        {
            NewWeights = supernet.NewWeights(levels, chosen),
            Notes = allocation.Notes,
        };
    }

    private string? FolderOf(int iteration) => WorkFolder is null ? null : Path.Combine(WorkFolder, string.Create(CultureInfo.InvariantCulture, $"supernet-{iteration + 1}"));

    private TransformerModel Model(int[] candidate)
    {
        var levels = new int[_sets.Count];
        for (var layer = 0; layer < _free.Length; layer++)
            levels[_free[layer]] = candidate[layer];
        return TransformerModel.Load(_matrices.Over(_supernet!.Compact(levels), _sets, levels), null, Cancellation);
    }

    private void EnsureLogits(IReadOnlyList<TokenShare> tokens, int topTokens)
    {
        int[] missing = [.. tokens.Select(share => share.Sequence).Where(sequence => !_logits.ContainsKey(sequence))];
        if (missing.Length == 0)
            return;
        _dense ??= TransformerModel.Load(_checkpoint, null, Cancellation);
        var made = new DenseLogits[missing.Length];
        GuardedParts.Run(made.Length, Cancellation, part => Rent(workspace => made[part] = DenseLogits.Make(
            WorkFolder is null ? null : Path.Combine(WorkFolder, "logits", string.Create(CultureInfo.InvariantCulture, $"sequence-{missing[part]:d6}.logits")),
            _dense, _calibration.Sequences[missing[part]], topTokens, workspace)));
        for (var i = 0; i < missing.Length; i++)
            _logits[missing[i]] = made[i];
    }

    private void Rent(Action<JudgingWorkspace> work)
    {
        if (!_workspaces.TryTake(out var workspace))
            workspace = new JudgingWorkspace(_checkpoint.Configuration);
        work(workspace);
        _workspaces.Add(workspace);
    }
}
