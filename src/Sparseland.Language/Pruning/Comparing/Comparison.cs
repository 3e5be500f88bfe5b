using System.Globalization;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Progress;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>
/// Compares recipes on one model at equal bytes or equal time per token, over seeds, beside naive baselines and the dense model in fewer bits. Bytes are made equal by solving
/// each recipe's sparsity on its exact price (<see cref="RecipePrice"/>), time by pruning and timing a few times; either is checked in the result. What makes the
/// comparison fair is checked by <see cref="ComparisonRules"/>. Finished cells are kept, so that a comparison that was stopped goes on when it is asked for again.
/// </summary>
public sealed class Comparison
{
    private readonly ComparisonRequest _request;
    private readonly IProgress<ProgressReport>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly List<PruneWarning> _flags = [];
    private readonly Dictionary<ulong, ComparisonData> _data = [];
    private readonly Dictionary<(string Name, ulong Seed), (RecipePrice Price, double Seconds)> _prices = [];
    private readonly Dictionary<(string Name, double Target), (double Sparsity, double Seconds)> _speeds = [];
    private readonly string _timing;
    private long _done, _total;

    private Comparison(ComparisonRequest request, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        (_request, _progress, _cancellation) = (request, progress, cancellation);
        _timing = request.Timing?.ToString() ?? "not timed";
    }

    /// <summary>Compares, and writes the folder: comparison.json, the cells, and what <see cref="ComparisonRequest.Finish"/> adds.</summary>
    /// <param name="request">What, on which text, at which budget.</param>
    /// <param name="progress">Told after every cell.</param>
    /// <param name="cancellation">Heeded between cells and inside them; finished cells stay in the work folder beside the output.</param>
    /// <exception cref="SparselandException">A rule is broken, a recipe cannot meet the budget, or a file is damaged; the output then is as it was.</exception>
    public static ComparisonResult Run(ComparisonRequest request, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Comparison(request, progress, cancellation).Run();
    }

    private ComparisonResult Run()
    {
        _flags.AddRange(ComparisonRules.Check(_request));
        foreach (var one in _request.Recipes)
            Named(one.Name, () => ModelPruner.Plan(_request.Checkpoint, one.Recipe!));
        using var folder = AtomicFolder.Create(_request.Output, _request.Replace, resume: true);
        var cells = Path.Combine(folder.WorkFolder, CellStore.FolderName);
        try
        {
            var store = new CellStore(folder.WorkFolder, DenseStatistics.Fingerprint(_request.Checkpoint));
            store.Adopt(folder.Path);
            foreach (var seed in _request.Seeds)
                _flags.AddRange(ComparisonRules.Check(_request, _data[seed] = _request.Data(seed)));
            var result = Compare(store, new CellRunner(_request, folder.WorkFolder, _cancellation));
            // What a run that was killed had begun.
            foreach (var unfinished in Directory.EnumerateDirectories(folder.WorkFolder, $"{CellRunner.ModelName}*"))
                Directory.Delete(unfinished, recursive: true);
            AtomicFile.WriteText(Path.Combine(folder.WorkFolder, ComparisonResult.FileName), result.ToJson() + "\n");
            _request.Finish?.Invoke(folder.WorkFolder, result);
            folder.Commit();
            return result;
        }
        catch
        {
            folder.KeepUnfinished = Directory.Exists(cells) && Directory.EnumerateFiles(cells, "*.json").Any();
            throw;
        }
    }

    private ComparisonResult Compare(CellStore store, CellRunner runner)
    {
        IReadOnlyList<double> targets = _request.Budget.Targets.Count > 0 ? _request.Budget.Targets : [FirstTarget(store, runner)];
        var budget = _request.Budget with { Targets = targets };
        var baselines = Baselines.Of(_request.Recipes);
        var references = Baselines.References(_request.Smaller);
        if (budget.By == EqualBy.Bytes)
            foreach (var (one, target) in from one in _request.Recipes from target in targets select (one, target))
                SolveBytes(one, target, _data[_request.Seeds[0]], budget);
        _total = _request.Seeds.Count * ((_request.Recipes.Count + baselines.Count) * targets.Count + (long)references.Count);
        var cells = new List<ComparisonCell>();
        foreach (var data in _request.Seeds.Select(seed => _data[seed]))
        {
            foreach (var one in references)
                cells.Add(Cell(store, one, null, data, () => runner.Reference(one, data, _cancellation)));
            foreach (var target in targets)
                foreach (var one in _request.Recipes.Concat(baselines))
                    if (TryCell(store, runner, one, target, data, budget) is { } cell)
                        cells.Add(cell);
        }
        ComparisonRules.Check(cells);
        return Summarise(cells, budget);
    }

    private ComparisonResult Summarise(List<ComparisonCell> cells, ComparisonBudget budget)
    {
        // A baseline that could not be made under one seed has no row.
        var whole = cells.GroupBy(cell => (cell.Name, cell.Target)).Where(group => group.Count() == _request.Seeds.Count).SelectMany(group => group).ToList();
        var rows = ComparisonSummary.Rows(whole, budget);
        var pairs = ComparisonSummary.Pairs(rows, budget);
        foreach (var missed in rows.Where(row => row.Target is not null && !row.MeetsBudget))
            _flags.Add(new(ComparisonRules.BudgetMissed, missed.Name, string.Create(CultureInfo.InvariantCulture,
                $"{(budget.By == EqualBy.Bytes ? $"takes {missed.Bytes:N0} bytes" : $"decodes {missed.SpeedRatio.Mean:0.00} times as fast as dense bf16")}, not {budget.Describe(missed.Target!.Value)}: it is shown and not ranked")));
        var isOneText = _data.Values.Select(data => data.EvaluationHash).Distinct().Count() == 1;
        if (_request.Seeds.Count > 1 && isOneText)
            _flags.Add(new(ComparisonRules.OneEvaluation, "comparison", "all seeds are evaluated on the same text: the spread is that of calibration and chance, not of the text"));
        if (_request.Recipes.Any(one => one.Recipe!.Recovery is { Steps: > 0 }))
            _flags.Add(new(ComparisonRules.DifferentTraining, "fewer neurons", "the smaller dense baseline is not fine-tuned: there is no mask to train under"));
        var first = _data[_request.Seeds[0]];
        return new ComparisonResult
        {
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(_request.Checkpoint.Path)),
            Budget = budget,
            Seeds = _request.Seeds,
            Calibration = $"{first.Calibration.Count} sequences of {first.Calibration.Length} tokens from {first.Calibration.Source}, drawn anew for every seed",
            Evaluation = $"{first.Evaluation.Source}; {first.Evaluation.Protocol.Name}{(isOneText ? "" : "; as many others for every other seed")}",
            Rows = rows,
            Pairs = pairs,
            Flags = [.. _flags.Distinct()],
            Conclusions = ComparisonSummary.Conclusions(rows, pairs, budget, _request.Seeds.Count),
        };
    }

    // What the first recipe takes as it is written, under the first seed.
    private double FirstTarget(CellStore store, CellRunner runner)
    {
        var (first, data) = (_request.Recipes[0], _data[_request.Seeds[0]]);
        return _request.Budget.By == EqualBy.Bytes
            ? Named(first.Name, () => PriceOf(first, data).Price.Bytes(first.Recipe!.Sparsity))
            : Cell(store, first, null, data, () => runner.Prune(first, first.Recipe!.Sparsity, data, Inner(first, data), _cancellation)).SpeedRatio;
    }

    private ComparisonCell? TryCell(CellStore store, CellRunner runner, Contestant one, double target, ComparisonData data, ComparisonBudget budget)
    {
        try
        {
            return Cell(store, one, target, data, () =>
            {
                var (sparsity, seconds) = budget.By == EqualBy.Bytes ? SolveBytes(one, target, data, budget) : SolveSpeed(runner, one, target, budget);
                var cell = runner.Prune(one, sparsity, data, Inner(one, data), _cancellation);
                return cell with { Target = target, SearchSeconds = cell.SearchSeconds + seconds };
            });
        }
        catch (InvalidSettingException fault) when (one.Kind == ContestantKind.Baseline)
        {
            _flags.Add(new(ComparisonRules.BaselineMissing, one.Name, fault.Message));
            _done++;
            return null;
        }
    }

    private ComparisonCell Cell(CellStore store, Contestant one, double? target, ComparisonData data, Func<ComparisonCell> make)
    {
        _cancellation.ThrowIfCancellationRequested();
        var key = store.Key(one, _request.Budget.By, target, data, _timing);
        var cell = store.Read(key);
        if (cell is null)
            store.Write(key, cell = make());
        _progress?.Report(new ProgressReport("comparing", ++_done, _total, string.Create(CultureInfo.InvariantCulture, $"{one.Name}, seed {data.Seed}: perplexity {cell.Perplexity:F3}")));
        return cell;
    }

    private (double Sparsity, double Seconds) SolveBytes(Contestant one, double target, ComparisonData data, ComparisonBudget budget)
    {
        var (price, prepared) = PriceOf(one, data);
        var started = _request.Clock.GetTimestamp();
        var own = one.Recipe!.Sparsity;
        var sparsity = one.HasFreeSize ? Named(one.Name, () => SizeSolver.ForBytes(one.Name, price.Bytes, own, target, budget)) : Fixed(one, price.Bytes(own), target, budget);
        return (sparsity, prepared + _request.Clock.GetElapsedTime(started).TotalSeconds);
    }

    private static double Fixed(Contestant one, long bytes, double target, ComparisonBudget budget) => budget.IsMet(bytes, target)
        ? one.Recipe!.Sparsity
        : throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture,
            $"{one.Name} takes {bytes:N0} bytes and no others, because its pattern {one.Recipe!.Pattern} has one size, not {target:N0}: compare at that size, or leave it out"));

    // Timed once, under the first seed: the mask's place hardly changes a kernel's time, and each probe is a whole pruning.
    private (double Sparsity, double Seconds) SolveSpeed(CellRunner runner, Contestant one, double target, ComparisonBudget budget)
    {
        if (!one.HasFreeSize)
            return (one.Recipe!.Sparsity, 0);
        if (_speeds.TryGetValue((one.Name, target), out var solved))
            return solved;
        var (data, started) = (_data[_request.Seeds[0]], _request.Clock.GetTimestamp());
        var sparsity = SizeSolver.ForSpeed(share => runner.Prune(one, share, data, Inner(one, data), _cancellation).SpeedRatio, target, budget);
        solved = (sparsity, _request.Clock.GetElapsedTime(started).TotalSeconds);
        _speeds[(one.Name, target)] = solved;
        return solved;
    }

    private (RecipePrice Price, double Seconds) PriceOf(Contestant one, ComparisonData data)
    {
        if (_prices.TryGetValue((one.Name, data.Seed), out var known))
            return known;
        var started = _request.Clock.GetTimestamp();
        var price = Named(one.Name, () => RecipePrice.Prepare(_request.Checkpoint, one.Recipe! with { Seed = data.Seed }, data.Calibration, Inner(one, data), _cancellation));
        return _prices[(one.Name, data.Seed)] = (price, _request.Clock.GetElapsedTime(started).TotalSeconds);
    }

    private Step Inner(Contestant one, ComparisonData data) => new(this, $"{one.Name}, seed {data.Seed}");

    // Messages of a part say which contestant they are about.
    private static T Named<T>(string name, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InvalidSettingException fault) when (!fault.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new InvalidSettingException($"{name}: {fault.Message}");
        }
    }

    private sealed class Step(Comparison owner, string name) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => owner._progress?.Report(new ProgressReport("comparing", owner._done, owner._total, $"{name}: {value.Stage}"));
    }
}
