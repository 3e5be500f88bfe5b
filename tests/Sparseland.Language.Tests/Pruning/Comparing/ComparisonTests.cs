using System.Text.Json.Nodes;
using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning.Comparing;

public class ComparisonTests
{
    [Fact]
    public void Recipes_stand_at_equal_bytes_beside_every_baseline_and_the_dense_model_in_fewer_bits()
    {
        using var fixture = new ComparisonFixture();
        var result = Comparison.Run(Request(fixture));
        Assert.Equal(["dense 4 bits", "dense Q8_0", "dense bf16", "fewer neurons", "magnitude", "random mask", "sparsegpt", "wanda+owl"], result.Rows.Select(row => row.Name).Order(StringComparer.Ordinal));
        var target = Assert.Single(result.Budget.Targets);
        Assert.All(result.Rows.Where(row => row.Target is not null), row =>
        {
            Assert.True(row.MeetsBudget, row.Name);
            Assert.InRange(row.Bytes / target, 0.99, 1.01);
            Assert.Equal(3, row.NatsPerToken.Count);
            Assert.True(row.Perplexity.Deviation > 0);
        });
        // A pass over 4 sequences of 24 tokens for what calibrates, nothing for what does not.
        Assert.Equal((96, 0), (result.Rows.Single(row => row.Name == "sparsegpt").CalibrationTokens, result.Rows.Single(row => row.Name == "magnitude").CalibrationTokens));
        Assert.Contains(result.Pairs, pair => (pair.First, pair.Second) is ("wanda+owl", "sparsegpt") or ("sparsegpt", "wanda+owl"));
        Assert.Contains(result.Pairs, pair => pair is { First: "sparsegpt", Second: "random mask" });
        Assert.Empty(result.Flags);
        Assert.NotEmpty(result.Conclusions);
        Assert.True(File.Exists(Path.Combine(fixture.Output, ComparisonResult.FileName)));
        Assert.Equal(["cells"], Directory.GetDirectories(fixture.Output).Select(Path.GetFileName));
    }

    [Fact]
    public void A_comparison_that_was_stopped_goes_on_and_ends_as_one_that_was_not()
    {
        using var fixture = new ComparisonFixture();
        var whole = Comparison.Run(Request(fixture) with { Output = Path.Combine(fixture.Folder, "whole") }).ToJson();
        using var stop = new CancellationTokenSource();
        var cells = 0;
        var stopping = new Watch(report =>
        {
            if (report.Note!.Contains("perplexity", StringComparison.Ordinal) && ++cells == 10)
                stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Comparison.Run(Request(fixture), stopping, stop.Token));
        var kept = Directory.GetFiles(Path.Combine(fixture.Output + ".partial", "cells"));
        Assert.Equal(10, kept.Length);
        var written = kept.Select(File.GetLastWriteTimeUtc).ToList();
        Assert.Equal(whole, Comparison.Run(Request(fixture)).ToJson());
        Assert.Equal(written, kept.Select(path => File.GetLastWriteTimeUtc(path.Replace(".partial", "", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_comparison_that_grows_keeps_its_cells_and_another_model_budget_or_text_does_not_use_them()
    {
        using var fixture = new ComparisonFixture();
        var request = Request(fixture);
        var target = Comparison.Run(request).Budget.Targets[0];
        // A cell that is used again shows what was written into it.
        foreach (var path in Directory.GetFiles(Path.Combine(fixture.Output, "cells")))
        {
            var cell = JsonNode.Parse(File.ReadAllText(path))!;
            cell["searchSeconds"] = 77;
            File.WriteAllText(path, cell.ToJsonString());
        }
        double[] Costs(ComparisonRequest changed) => [.. Comparison.Run(changed with { Replace = true }).Rows.Where(row => row.Name is "sparsegpt" or "wanda").Select(row => row.SearchSeconds)];
        Assert.Equal([0, 77], Costs(request with { Recipes = [.. request.Recipes, ComparisonFixture.Named("wanda", ComparisonFixture.Recipe(sparsity: 0.4))] }).Order());
        Assert.Equal([0], Costs(request with { Budget = new ComparisonBudget(EqualBy.Bytes, [1.1 * target]) }));
        Assert.Equal([0], Costs(request with { Seeds = [4, 5, 6] }));
    }

    [Fact]
    public void A_recipe_of_one_size_that_is_not_the_budget_is_refused_before_anything_runs()
    {
        using var fixture = new ComparisonFixture();
        var request = fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe(sparsity: 0.8)), ComparisonFixture.Named("2:4", ComparisonFixture.Recipe(pattern: "2:4")));
        var fault = Assert.Throws<InvalidSettingException>(() => Comparison.Run(request));
        Assert.StartsWith("2:4 takes ", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(fixture.Output) || Directory.Exists(fixture.Output + ".partial"));
        // When it comes first its size is the budget.
        Assert.All(Comparison.Run(request with { Recipes = [.. request.Recipes.Reverse()], Seeds = [1] }).Rows.Where(row => row.Kind == ContestantKind.Recipe), row => Assert.True(row.MeetsBudget));
    }

    [Fact]
    public void A_baseline_that_cannot_be_made_is_flagged_and_one_seed_calls_nothing_better()
    {
        using var fixture = new ComparisonFixture();
        // Without neurons the attention alone is larger than this.
        var result = Comparison.Run(fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe(sparsity: 0.9))) with { Seeds = [1] });
        Assert.Equal([ComparisonRules.BaselineMissing, ComparisonRules.FewSeeds], result.Flags.Select(flag => flag.Code).Order(StringComparer.Ordinal).Reverse());
        Assert.All(result.Pairs, pair => Assert.Equal(Standing.Undecided, pair.Difference.Standing));
        Assert.Contains(result.Conclusions, sentence => sentence.Contains("nothing is called better", StringComparison.Ordinal));
    }

    [Fact]
    public void Seeds_that_share_one_evaluation_text_are_flagged_and_seeds_of_their_own_texts_are_not()
    {
        using var fixture = new ComparisonFixture();
        var own = fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe())) with { Seeds = [1, 2] };
        var shared = ComparisonFixture.Data(9).Evaluation;
        var one = own with { Replace = true, Data = seed => new ComparisonData(seed, ComparisonFixture.Calibration(seed), shared) };
        Assert.DoesNotContain(Comparison.Run(own).Flags, flag => flag.Code == ComparisonRules.OneEvaluation);
        Assert.Contains(Comparison.Run(one).Flags, flag => flag.Code == ComparisonRules.OneEvaluation);
    }

    [Fact]
    public void At_equal_time_results_that_miss_the_speed_are_shown_and_not_ranked()
    {
        using var fixture = new ComparisonFixture();
        var result = Comparison.Run(fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe())) with
        {
            Seeds = [1],
            Budget = new ComparisonBudget(EqualBy.Time, [1000]),
            Timing = new DecodeBenchmarkOptions(0, 2, 1) { WarmUpSeconds = 0, LeastSeconds = 0, TimesProducts = false },
        });
        var row = result.Rows.Single(row => row.Name == "wanda");
        Assert.False(row.MeetsBudget);
        Assert.True(row.SpeedRatio.Mean > 0);
        Assert.Contains(ComparisonRules.BudgetMissed, row.Warnings);
        Assert.Contains(result.Flags, flag => flag.Code == ComparisonRules.BudgetMissed && flag.Subject == "wanda");
        Assert.Empty(result.Pairs);
        Assert.Contains("no recipe is at the budget", Assert.Single(result.Conclusions), StringComparison.Ordinal);
    }

    private static ComparisonRequest Request(ComparisonFixture fixture) => fixture.Request(
        ComparisonFixture.Named("sparsegpt", ComparisonFixture.Recipe("sparsegpt", update: "obs", sparsity: 0.4)),
        ComparisonFixture.Named("wanda+owl", ComparisonFixture.Recipe(allocation: "owl")));

    private sealed class Watch(Action<ProgressReport> action) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => action(value);
    }
}
