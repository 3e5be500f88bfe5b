using Sparseland.Recipes;

namespace Sparseland.Tests.Recipes;

public class GlobalAllocationTests
{
    private static readonly PrunableMatrix[] Sets = [new("a", 0, 4, 10), new("b", 1, 4, 10)];

    [Fact]
    public void One_threshold_takes_the_lowest_scores_wherever_they_are() =>
        Assert.Equal([0.75, 0.25], Allocate("global:standardise=false", 0.5, [1, 2, 3, 40], [2.5, 30, 50, 60]));

    [Fact]
    public void Standardised_scores_do_not_depend_on_a_layers_scale() =>
        Assert.Equal(Allocate("global", 0.5, [1, 2, 3, 40], [2.5, 30, 50, 60]), Allocate("global", 0.5, [100, 200, 300, 4000], [2.5, 30, 50, 60]));

    [Fact]
    public void Every_layer_keeps_one() => Assert.Equal([0.75, 0.5], Allocate("global:standardise=false", 0.625, [1, 2, 3, 4], [20, 30, 50, 60]));

    [Fact]
    public void Layers_of_equal_scores_are_told_apart_by_nothing() => Assert.Equal(1, Allocate("global", 0.5, [3, 3, 3, 3], [5, 5, 5, 5]).Sum(), 1e-12);

    private static double[] Allocate(string choice, double sparsity, params double[][] scores) =>
        Methods.Allocations.Create(MethodChoice.Parse(choice)).Allocate(new AllocationRequest(Sets, sparsity) { Scores = scores });
}
