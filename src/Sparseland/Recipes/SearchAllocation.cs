using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Progress;

namespace Sparseland.Recipes;

/// <summary>
/// The search of Týr-the-Pruner (NeurIPS 2025) for how sparse every layer shall be, judged by the whole model: all layers are pruned at some levels around the uniform share, an evolutionary search
/// exchanges levels between layers of a kind (<see cref="LevelMutation"/>), and the best becomes the centre of the next iteration with half the step.
/// A generation's offspring are judged in stages on more and more tokens while fewer and fewer remain; the parent joins the last stage.
/// Options: "iterations" (3), "generations" (15), "offspring" (24), "levels" (9, odd), "step" (0.125, share of a layer's structures, halved in every iteration down to the pattern's unit),
/// "tokens" ([1024, 4096, 16384]) and "survivors" ([6, 3, 1]) of the stages, "fixedTokens" (true: the last stage is the same for a whole run, so the parent's divergence never rises),
/// "topTokens" (8192), "accumulate": "expected" (default) or "centre" (what later layers are prepared on), "minutes" (0: no limit; the best found by then is the result).
/// Ours: these sizes (the authors' are 4, 50, 128 and stages of 2048, 16384 and 131072 tokens with 16, 4 and 2 survivors), kinds told apart by what they are and not by the order of names,
/// bounded retries, an exchange always between two layers, and the last stage known by its number.
/// </summary>
public sealed class SearchAllocation : IAllocation
{
    private readonly int _iterations, _generations, _offspring, _levels, _topTokens;
    private readonly double _step, _minutes;
    private readonly int[] _tokens, _survivors;
    private readonly bool _fixedTokens, _expected;
    private readonly List<string> _notes = [];

    /// <summary>Reads its options.</summary>
    /// <exception cref="InvalidSettingException">Stages do not fit each other, or the levels are even.</exception>
    public SearchAllocation(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _iterations = options.Integer("iterations", 3, 1, 64);
        _generations = options.Integer("generations", 15, 0, 1_000_000);
        _offspring = options.Integer("offspring", 24, 1, 1_000_000);
        _levels = options.Integer("levels", 9, 3, 99);
        _step = options.Number("step", 0.125, 1e-6, 0.5);
        _tokens = [.. (options.Numbers("tokens", 1, int.MaxValue) ?? [1024, 4096, 16384]).Select(value => (int)value)];
        _survivors = [.. (options.Numbers("survivors", 1, int.MaxValue) ?? [6, 3, 1]).Select(value => (int)value)];
        _fixedTokens = options.Flag("fixedTokens", true);
        _topTokens = options.Integer("topTokens", 8192, 1, int.MaxValue);
        _expected = options.Text("accumulate", "expected", "expected", "centre") == "expected";
        _minutes = options.Number("minutes", 0, 0, 1e6);
        if (_tokens.Length == 0 || _tokens.Length != _survivors.Length)
            throw new InvalidSettingException($"search: {_tokens.Length} numbers of tokens and {_survivors.Length} of survivors; give one of each per stage");
        if (_levels % 2 == 0)
            throw new InvalidSettingException($"search: {_levels} levels; an odd number has a centre");
    }

    /// <inheritdoc/>
    public string Name => "search";

    /// <inheritdoc/>
    public bool JudgesModels => true;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _notes;

    /// <inheritdoc/>
    public double[] Allocate(AllocationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var models = request.Candidates ?? throw new InvalidOperationException("the allocation search needs models to judge");
        if (_minutes > 0 && models.Clock is null)
            throw new InvalidSettingException("search: minutes are given and there is no clock: leave minutes out");
        _notes.Clear();
        var counts = models.Count([.. request.Matrices.Select(_ => request.Sparsity)]);
        var identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{models.Identity}\n{request.Sparsity:r}\n{LevelMutation.Key(counts)}"))));
        var state = SearchState.Read(models.WorkFolder, identity) ?? new SearchState(identity, 0, 0, counts, new int[counts.Length], [[]], 0);
        var kept = new Run(this, request, models, state).Complete();
        return [.. request.Matrices.Select((matrix, layer) => 1 - (double)kept[layer] / matrix.Rows)];
    }

    // Structures per step: the same for all layers of a kind, or an exchange between them would change the total.
    private int StepOf(IEnumerable<PrunableMatrix> kind, int unit, int iteration)
    {
        var structures = kind.Average(matrix => matrix.Rows) * _step / Math.Pow(2, iteration);
        return Math.Max(1, (int)Math.Round(structures / unit)) * unit;
    }

    private sealed class Run(SearchAllocation options, AllocationRequest request, ICandidateModels models, SearchState state)
    {
        private readonly long _start = models.Clock?.GetTimestamp() ?? 0;
        private readonly double _secondsBefore = state.Seconds;
        private SearchState _state = state;
        private LevelRange[] _ranges = [];
        private double _longestPreparation, _longestGeneration;
        private bool _isOutOfTime;

        private double Seconds => _secondsBefore + (models.Clock?.GetElapsedTime(_start).TotalSeconds ?? 0);

        public int[] Complete()
        {
            while (true)
            {
                Iterate();
                var kept = _ranges.Select((range, layer) => range.KeptAt(_state.Parent[layer])).ToArray();
                if (_isOutOfTime || _state.Iteration + 1 == options._iterations || !HasTimeFor(_longestPreparation))
                {
                    Conclude();
                    return kept;
                }
                _state = _state with { Iteration = _state.Iteration + 1, Generation = 0, Centres = kept, Parent = new int[kept.Length], History = [.. _state.History, []], Seconds = Seconds };
                _state.Write(models.WorkFolder);
            }
        }

        private void Iterate()
        {
            var (kinds, steps) = KindsAndSteps();
            _ranges = [.. request.Matrices.Select((matrix, layer) => LevelRange.Around(matrix.Rows, Math.Min(models.UnitOf(layer), matrix.Rows), _state.Centres[layer], steps[layer], options._levels))];
            _longestPreparation = Math.Max(_longestPreparation, Timed(() => models.Prepare(new CandidatePreparation(_state.Iteration, _ranges, options._expected))));
            var mutation = new LevelMutation(_ranges, kinds);
            if (_state.Generation == 0 && double.IsNaN(_state.Divergence) && options._fixedTokens)
                _state = _state.Append(models.Judge([_state.Parent], LastTokens(), options._topTokens)[0]);
            while (_state.Generation < options._generations)
            {
                if (!HasTimeFor(_longestGeneration))
                {
                    _isOutOfTime = true;
                    return;
                }
                models.Cancellation.ThrowIfCancellationRequested();
                Report();
                _longestGeneration = Math.Max(_longestGeneration, Timed(() => Generation(mutation)));
                (_state = _state with { Seconds = Seconds }).Write(models.WorkFolder);
            }
            Report();
        }

        private (int[] Kinds, int[] Steps) KindsAndSteps()
        {
            var (kinds, steps) = (new int[request.Matrices.Count], new int[request.Matrices.Count]);
            // What a structure is and what it weighs: only like is exchanged for like.
            var groups = request.Matrices.Select((matrix, layer) => (matrix, layer)).GroupBy(pair => (pair.matrix.Kind, pair.matrix.Columns, Unit: models.UnitOf(pair.layer)));
            foreach (var (index, group) in groups.Index())
                foreach (var (_, layer) in group)
                    (kinds[layer], steps[layer]) = (index, options.StepOf(group.Select(pair => pair.matrix), group.Key.Unit, _state.Iteration));
            return (kinds, steps);
        }

        private void Generation(LevelMutation mutation)
        {
            var candidates = mutation.Offspring(_state.Parent, options._offspring, Chance("offspring"));
            var best = _state.Parent;
            var divergence = _state.Divergence;
            for (var stage = 0; stage < options._tokens.Length && candidates.Count > 0; stage++)
            {
                var isLast = stage == options._tokens.Length - 1;
                var tokens = isLast && options._fixedTokens ? LastTokens() : Draw(options._tokens[stage], Chance($"tokens of stage {stage}"));
                var divergences = models.Judge(candidates, tokens, options._topTokens);
                if (isLast && !options._fixedTokens)
                    divergence = models.Judge([best], tokens, options._topTokens)[0];
                // A stable order: of equals the earlier stays.
                int[] order = [.. Enumerable.Range(0, candidates.Count).OrderBy(index => divergences[index])];
                if (isLast && !(divergences[order[0]] >= divergence))
                    (best, divergence) = (candidates[order[0]], divergences[order[0]]);
                candidates = [.. order.Take(options._survivors[stage]).Select(index => candidates[index])];
            }
            _state = (_state with { Parent = best, Generation = _state.Generation + 1 }).Append(divergence);
        }

        private List<TokenShare> LastTokens() => Draw(options._tokens[^1], new RandomStream(request.Seed, "tokens of the last stage"));

        // Random sequences without repetition until there are exactly so many tokens, or no more sequences.
        private List<TokenShare> Draw(int tokens, RandomStream chance)
        {
            int[] sequences = [.. Enumerable.Range(0, models.SequenceCount)];
            chance.Shuffle<int>(sequences);
            var shares = new List<TokenShare>();
            foreach (var sequence in sequences)
            {
                if (tokens <= 0)
                    break;
                shares.Add(new TokenShare(sequence, Math.Min(tokens, models.SequenceLength)));
                tokens -= models.SequenceLength;
            }
            return shares;
        }

        private RandomStream Chance(string what) => new(request.Seed, $"search of iteration {_state.Iteration}: {what}", (ulong)_state.Generation);

        private double Timed(Action work)
        {
            var before = Seconds;
            work();
            return Seconds - before;
        }

        private bool HasTimeFor(double seconds) => options._minutes == 0 || Seconds + seconds <= 60 * options._minutes;

        private void Report() => models.Progress?.Report(new ProgressReport("searching for the best distribution of sparsity",
            (long)_state.Iteration * options._generations + _state.Generation, (long)options._iterations * options._generations,
            string.Create(CultureInfo.InvariantCulture, $"iteration {_state.Iteration + 1} of {options._iterations}, divergence {_state.Divergence:g5}")));

        private void Conclude()
        {
            for (var iteration = 0; iteration < _state.History.Count; iteration++)
                if (_state.History[iteration] is { Count: > 0 } history)
                    options._notes.Add(string.Create(CultureInfo.InvariantCulture,
                        $"search, iteration {iteration + 1}: the divergence from the dense model went from {history[0]:g5} to {history[^1]:g5} nats per token in {history.Count - (options._fixedTokens ? 1 : 0)} generations"));
            if (_isOutOfTime || _state.Iteration + 1 < options._iterations)
                options._notes.Add(string.Create(CultureInfo.InvariantCulture,
                    $"search: the {options._minutes:0.##} minutes were over in iteration {_state.Iteration + 1} of {options._iterations} after {_state.Generation} of {options._generations} generations; this is the best found by then"));
        }
    }
}
