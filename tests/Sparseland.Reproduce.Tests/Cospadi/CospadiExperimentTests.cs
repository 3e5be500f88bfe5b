using Sparseland.Reproduce.Cospadi;

namespace Sparseland.Reproduce.Tests.Cospadi;

public class CospadiExperimentTests
{
    [Fact]
    public void Without_models_the_synthetic_layer_shows_both_orders_and_the_rest_is_not_tested()
    {
        var result = new CospadiExperiment().Run(new ExperimentContext { Quick = true });
        Assert.Equal(["layer-gain", "layer-aware"], result.Outcomes.Where(outcome => outcome.Verdict == Verdict.Holds).Select(outcome => outcome.Claim.Id));
        Assert.Equal(2, result.Outcomes.Count(outcome => outcome.Verdict == Verdict.NotTested));
        Assert.Equal(2, Assert.Single(result.Tables).Rows.Count);
    }
}
