using Sparseland.Reproduce.Dsnot;

namespace Sparseland.Reproduce.Tests.Dsnot;

public class DsnotExperimentTests
{
    [Fact]
    public void The_layer_errors_come_out_as_claimed_and_what_has_no_model_is_not_tested()
    {
        var result = new DsnotExperiment().Run(new ExperimentContext { Quick = true });
        Assert.True(result.Holds, result.ToMarkdown());
        Assert.Equal(5, result.Outcomes.Count(outcome => outcome.Verdict == Verdict.Holds));
        Assert.Equal(new DsnotExperiment().Claims.Count, result.Outcomes.Count);
        Assert.Contains(result.Notes, note => note.Contains("storyteller", StringComparison.Ordinal));
    }
}
