using Sparseland.Reproduce.FatPolygonalPartitions;
using Sparseland.Trees.Partitions;

namespace Sparseland.Reproduce.Tests.FatPolygonalPartitions;

public class FatPolygonalPartitionsExperimentTests
{
    [Fact]
    public void Every_claim_but_the_times_holds_on_caterpillars_boxes_and_embeddings()
    {
        var (tables, outcomes) = (new List<ExperimentTable>(), new List<ClaimOutcome>());
        CaterpillarSweep.Run(tables, outcomes, CancellationToken.None);
        EmbeddingDistortion.Run(new ExperimentContext { Quick = true }, tables, outcomes, null, CancellationToken.None);
        Assert.Equal(5, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.True(outcome.Verdict == Verdict.Holds, $"{outcome.Claim.Id}: {outcome.Evidence}"));
    }

    [Fact]
    public void Trees_have_the_leaves_that_were_asked_for()
    {
        Assert.Equal(500, PartitionTrees.Files(500, 1).LeafCount);
        Assert.Equal(500, PartitionTrees.Binary(500, 1).LeafCount);
        Assert.Equal((31, 30), (PartitionTrees.Caterpillar(30).LeafCount, PartitionTrees.Caterpillar(30).Depth));
        var tree = PartitionTrees.Tapering(3);
        Assert.Equal([0.5, 0.25, 0.125, 1], Enumerable.Range(0, tree.Count).Where(tree.IsLeaf).Select(tree.Weight));
        Assert.InRange(PartitionTrees.Octree(500, 1).Count, 50, 500);
    }

    [Fact]
    public void A_line_through_points_of_a_line_is_that_line()
    {
        var fit = LineFit.Of([1, 2, 5], [1, 3, 9]);
        Assert.Equal((2, -1, 1), (fit.Slope, fit.Offset, fit.RSquared));
        Assert.Equal(0.75, LineFit.Of([0, 1, 2], [0, 0, 1]).RSquared, 1e-12);
    }
}
