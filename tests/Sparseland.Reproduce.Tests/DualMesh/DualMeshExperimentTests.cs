using Sparseland.Reproduce.DualMesh;

namespace Sparseland.Reproduce.Tests.DualMesh;

public class DualMeshExperimentTests
{
    [Fact]
    public void Exact_fields_come_out_as_claimed_and_what_has_no_data_is_not_tested()
    {
        var result = new DualMeshExperiment().Run(new ExperimentContext { Quick = true });
        Assert.True(result.Holds, result.ToMarkdown());
        Assert.Equal(6, result.Outcomes.Count(outcome => outcome.Verdict == Verdict.Holds));
        Assert.Equal(new DualMeshExperiment().Claims.Count, result.Outcomes.Count);
    }
}
