using Sparseland.Reproduce.Tyr;

namespace Sparseland.Reproduce.Tests.Tyr;

public class TyrExperimentTests
{
    [Fact]
    public void The_local_pruner_holds_without_a_model_and_what_has_no_model_is_not_tested()
    {
        var experiment = new TyrExperiment();
        var result = experiment.Run(new ExperimentContext { Quick = true });
        Assert.True(result.Holds);
        Assert.Equal(2, result.Outcomes.Count(outcome => outcome.Verdict == Verdict.Holds));
        Assert.Equal(experiment.Claims.Count - 2, result.Outcomes.Count(outcome => outcome.Verdict == Verdict.NotTested));
        Assert.Contains(result.Notes, note => note.Contains("storyteller", StringComparison.Ordinal));
    }
}
