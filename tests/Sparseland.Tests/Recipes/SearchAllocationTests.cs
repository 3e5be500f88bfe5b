using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Tests.Recipes;

public sealed class SearchAllocationTests : IDisposable
{
    private const string Small = "{\"iterations\": 2, \"generations\": 12, \"offspring\": 8, \"step\": 0.25, \"tokens\": [10, 30], \"survivors\": [3, 1]}";
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-search-").FullName;

    private static double[] Allocate(ToyModels models, string options = Small, double sparsity = 0.5) =>
        Methods.Allocations.Create(new MethodChoice("search", options)).Allocate(Request(models, sparsity));

    private static AllocationRequest Request(ToyModels models, double sparsity) =>
        new([.. Enumerable.Range(0, ToyModels.Layers).Select(layer => new PrunableMatrix($"layer {layer}", layer, 32, 10) { Kind = layer % 2 == 0 ? "heads" : "neurons" })], sparsity) { Candidates = models, Seed = 5 };

    [Fact]
    public void It_finds_a_better_distribution_with_the_same_sum_of_every_kind()
    {
        var models = new ToyModels();
        var shares = Allocate(models);
        for (var kind = 0; kind < 2; kind++)
            Assert.Equal(3 * 16, Enumerable.Range(0, ToyModels.Layers).Where(layer => layer % 2 == kind).Sum(layer => 32 * (1 - shares[layer])), 1e-9);
        Assert.True(ToyModels.Cost([.. shares.Select(share => (int)Math.Round(32 * (1 - share)))]) < 0.8 * ToyModels.Cost([.. Enumerable.Repeat(16, ToyModels.Layers)]));
        Assert.Equal([8, 4], models.Steps);
    }

    [Fact]
    public void With_a_fixed_last_stage_the_divergence_of_the_parent_never_rises()
    {
        var allocation = Methods.Allocations.Create(new MethodChoice("search", Small));
        var reports = new List<string>();
        allocation.Allocate(Request(new ToyModels { Progress = new Listener(report => reports.Add(report.Note!)) }, 0.5));
        double[] divergences = [.. reports.Select(note => double.Parse(note.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(26, divergences.Length);
        for (var i = 1; i < divergences.Length; i++)
            Assert.True(divergences[i] <= divergences[i - 1] * (1 + 1e-4) || reports[i].StartsWith("iteration 2", StringComparison.Ordinal) != reports[i - 1].StartsWith("iteration 2", StringComparison.Ordinal));
        Assert.Equal(2, allocation.Notes.Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(40)]
    [InlineData(49)]
    public void A_search_that_was_ended_goes_on_to_the_same_result_without_doing_all_again(int judgements)
    {
        var whole = new ToyModels();
        var expected = Allocate(whole);
        Assert.Throws<OperationCanceledException>(() => Allocate(new ToyModels { WorkFolder = _folder, EndAfter = judgements }));
        var rest = new ToyModels { WorkFolder = _folder };
        Assert.Equal(expected, Allocate(rest));
        Assert.True(rest.Judgements <= whole.Judgements - judgements + 4, $"{rest.Judgements} of {whole.Judgements} after {judgements}");
    }

    [Fact]
    public void Another_search_does_not_go_on_from_there()
    {
        Allocate(new ToyModels { WorkFolder = _folder });
        var other = new ToyModels { WorkFolder = _folder, Identity = "other" };
        Allocate(other);
        var whole = new ToyModels();
        Allocate(whole);
        Assert.Equal(whole.Judgements, other.Judgements);
    }

    [Fact]
    public void When_time_is_over_the_best_so_far_is_the_result_and_the_notes_say_so()
    {
        var clock = new SteppingClock(TimeSpan.FromSeconds(1));
        var allocation = Methods.Allocations.Create(new MethodChoice("search", Small.Replace("\"step\"", "\"minutes\": 0.5, \"step\"", StringComparison.Ordinal)));
        var models = new ToyModels { Clock = clock };
        var shares = allocation.Allocate(Request(models, 0.5));
        Assert.Equal(6 * 16, shares.Sum(share => 32 * (1 - share)), 1e-9);
        Assert.Contains("minutes were over", allocation.Notes[^1], StringComparison.Ordinal);
        Assert.InRange(clock.Seconds, 1, 40);
        Assert.Throws<InvalidSettingException>(() => Allocate(new ToyModels(), "{\"minutes\": 1}"));
    }

    [Fact]
    public void Without_generations_the_share_is_uniform_and_still_prepared() =>
        Assert.All(Allocate(new ToyModels(), "{\"generations\": 0, \"iterations\": 1}"), share => Assert.Equal(0.5, share));

    [Fact]
    public void Fresh_tokens_in_every_generation_work_as_well()
    {
        var shares = Allocate(new ToyModels(), Small.Replace("\"step\"", "\"fixedTokens\": false, \"step\"", StringComparison.Ordinal));
        Assert.Equal(6 * 16, shares.Sum(share => 32 * (1 - share)), 1e-9);
    }

    [Theory]
    [InlineData("{\"tokens\": [10], \"survivors\": [2, 1]}")]
    [InlineData("{\"levels\": 8}")]
    [InlineData("{\"generation\": 8}")]
    public void Options_that_do_not_fit_are_refused(string options) =>
        Assert.Throws<InvalidSettingException>(() => Methods.Allocations.Create(new MethodChoice("search", options)));

    [Fact]
    public void Patterns_of_zeros_refuse_it_and_so_does_a_score_that_needs_the_count_with_an_allocation_that_compares()
    {
        var fault = Assert.Throws<InvalidSettingException>(() => new Recipe { Allocation = new MethodChoice("search") }.Validate());
        Assert.Contains("judges models", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => new Recipe
        {
            Pattern = Pattern.Parse("neurons"), Score = MethodChoice.Parse("obs:rounds=4"), Allocation = new MethodChoice("global"),
        }.Validate());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Layers that matter differently: a known cost in place of a model.</summary>
    private sealed class ToyModels : ICandidateModels
    {
        public const int Layers = 6;
        private IReadOnlyList<LevelRange> _ranges = [];

        public string Identity { get; init; } = "toy";

        public string? WorkFolder { get; init; }

        public TimeProvider? Clock { get; init; }

        public IProgress<ProgressReport>? Progress { get; init; }

        public CancellationToken Cancellation => CancellationToken.None;

        public int SequenceCount => 5;

        public int SequenceLength => 8;

        public int EndAfter { get; init; } = int.MaxValue;

        public int Judgements { get; private set; }

        public List<int> Steps { get; } = [];

        public int UnitOf(int layer) => layer % 2 == 0 ? 1 : 4;

        public int[] Count(IReadOnlyList<double> sparsities) => [.. sparsities.Select(share => (int)Math.Round(32 * (1 - share)))];

        public void Prepare(CandidatePreparation preparation)
        {
            _ranges = preparation.Ranges;
            Steps.Add(_ranges[0].Step);
        }

        public double[] Judge(IReadOnlyList<int[]> candidates, IReadOnlyList<TokenShare> tokens, int topTokens)
        {
            if (++Judgements > EndAfter)
                throw new OperationCanceledException();
            Assert.Contains(tokens.Sum(share => share.Tokens), new[] { 10, 30, SequenceCount * SequenceLength });
            Assert.Equal(tokens.Count, tokens.Select(share => share.Sequence).Distinct().Count());
            // A little noise from the tokens, as in a real judgement.
            return [.. candidates.Select(levels => Cost([.. levels.Select((level, layer) => _ranges[layer].KeptAt(level))]) * (1 + 1e-3 * tokens[0].Sequence))];
        }

        public static double Cost(int[] kept) => kept.Select((count, layer) => (1 + layer) * (1 + layer) * Math.Pow(1 - count / 33.0, 2)).Sum();
    }

    private sealed class Listener(Action<ProgressReport> report) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => report(value);
    }

    /// <summary>A clock that moves on whenever it is looked at.</summary>
    private sealed class SteppingClock(TimeSpan step) : TimeProvider
    {
        private long _ticks;

        public double Seconds => TimeSpan.FromTicks(_ticks).TotalSeconds;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks += step.Ticks;
    }
}
