using Sparseland.Reproduce.Cfsp;

namespace Sparseland.Reproduce.Tests.Cfsp;

public class CfspExperimentTests
{
    [Fact]
    public void What_has_no_model_is_not_tested()
    {
        var experiment = new CfspExperiment();
        var result = experiment.Run(new ExperimentContext { Quick = true });
        Assert.True(result.Holds);
        Assert.Equal(experiment.Claims.Count, result.Outcomes.Count(outcome => outcome.Verdict == Verdict.NotTested));
        Assert.Contains(result.Notes, note => note.Contains("storyteller", StringComparison.Ordinal));
    }
}
