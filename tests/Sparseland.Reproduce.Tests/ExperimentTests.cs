using Sparseland.Errors;

namespace Sparseland.Reproduce.Tests;

public class ExperimentTests
{
    private static readonly ExperimentResult Result = new(
        [new ExperimentTable("A table", ["x", "a|b"], [["1", "2"]])],
        [new ClaimOutcome(new Claim("c", "one < two"), Verdict.Holds, "1 and 2")], ["A note."]);

    [Fact]
    public void Every_experiment_is_found_by_its_name_and_says_what_it_claims()
    {
        Assert.All(ExperimentList.All, experiment =>
        {
            Assert.Same(experiment, ExperimentList.Find(experiment.Name));
            Assert.NotEmpty(experiment.Claims);
            Assert.Equal(experiment.Claims.Count, experiment.Claims.Select(claim => claim.Id).Distinct().Count());
        });
        Assert.Contains("did you mean 'owl'", Assert.Throws<InvalidSettingException>(() => ExperimentList.Find("owk")).Message);
    }

    [Fact]
    public void A_result_holds_unless_a_claim_failed()
    {
        Assert.True(Result.Holds);
        Assert.True((Result with { Outcomes = [Result.Outcomes[0] with { Verdict = Verdict.NotTested }] }).Holds);
        Assert.False((Result with { Outcomes = [Result.Outcomes[0] with { Verdict = Verdict.Fails }] }).Holds);
    }

    [Fact]
    public void A_page_keeps_what_people_wrote_and_takes_what_was_measured()
    {
        var page = $"# Title\n\nText.\n\n{ExperimentPage.Begin}\n\nold figures\n\n{ExperimentPage.End}\n\nMore text.\n";
        var first = ExperimentPage.Replace(page, Result, "sparseland reproduce x", "page.md");
        Assert.StartsWith("# Title\n\nText.", first);
        Assert.EndsWith($"{ExperimentPage.End}\n\nMore text.\n", first);
        Assert.DoesNotContain("old figures", first);
        Assert.Contains("| x | a\\|b |\n| --- | --- |\n| 1 | 2 |", first);
        Assert.Contains("| one < two | holds | 1 and 2 |", first);
        Assert.Equal(first, ExperimentPage.Replace(first, Result, "sparseland reproduce x", "page.md"));
        Assert.Contains("markers", Assert.Throws<InvalidFileException>(() => ExperimentPage.Replace("no markers", Result, "x", "page.md")).Message);
    }

    [Fact]
    public void A_sample_has_its_mean_its_deviation_and_an_order_that_every_seed_must_show()
    {
        var low = new Sample([1, 2, 3]);
        Assert.Equal((2, 1), (low.Mean, low.Deviation));
        Assert.Equal("2.000 ± 1.000", low.ToString());
        Assert.True(low.IsBelow(new Sample([2, 3, 4])));
        Assert.False(low.IsBelow(new Sample([9, 9, 3])));
        Assert.True(low.IsBelow(new Sample([9, 9, 3]), 1.02));
    }
}
