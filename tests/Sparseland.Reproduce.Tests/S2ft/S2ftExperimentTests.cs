using Sparseland.Reproduce.S2ft;

namespace Sparseland.Reproduce.Tests.S2ft;

public class S2ftExperimentTests
{
    [Fact]
    public void The_bytes_of_a_step_come_out_as_claimed_and_what_has_no_model_is_not_tested()
    {
        var result = new S2ftExperiment().Run(new ExperimentContext { Quick = true });
        // Times are not judged here: the machine may be busy.
        Assert.All(result.Outcomes.Where(outcome => outcome.Claim.Id.StartsWith("memory", StringComparison.Ordinal)), outcome => Assert.Equal(Verdict.Holds, outcome.Verdict));
        Assert.Equal(2, result.Outcomes.Count(outcome => outcome.Verdict == Verdict.NotTested));
        Assert.Equal(new S2ftExperiment().Claims.Count, result.Outcomes.Count);
        Assert.Contains(result.Notes, note => note.Contains("storyteller", StringComparison.Ordinal));
    }
}
