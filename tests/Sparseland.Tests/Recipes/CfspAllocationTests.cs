using Sparseland.Chance;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class CfspAllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(13.1072)]
    [InlineData(1000)]
    public void The_mean_is_what_was_asked_for_and_no_block_keeps_more_than_all(double slope)
    {
        var chance = new RandomStream(3, "importance");
        for (var trial = 0; trial < 200; trial++)
        {
            double[] importance = [.. Enumerable.Range(0, 2 + chance.NextInt(40)).Select(_ => chance.NextDouble())];
            var equal = importance.Select(_ => 7.0).ToArray();
            var sparsity = 0.01 + 0.98 * chance.NextDouble();
            var keep = CfspAllocation.Keep(importance, equal, sparsity, slope);
            Assert.Equal(1 - sparsity, keep.Average(), 1e-9);
            Assert.InRange(keep.Max(), 1 - sparsity, 1 - 1e-6);
            Assert.True(keep.Min() >= 0);
            Assert.Equal(Enumerable.Range(0, keep.Length).OrderBy(i => importance[i]), Enumerable.Range(0, keep.Length).OrderBy(i => keep[i]).ThenBy(i => importance[i]));
        }
    }

    [Fact]
    public void Blocks_of_unequal_size_meet_the_share_of_parameters()
    {
        double[] sizes = [10, 200, 3000];
        var keep = CfspAllocation.Keep([0.4, 0.1, 0.2], sizes, 0.4, 13);
        Assert.Equal(0.6, keep.Zip(sizes, (k, v) => k * v).Sum() / sizes.Sum(), 1e-9);
    }

    [Fact]
    public void Without_clipping_the_shares_are_the_formula()
    {
        double[] importance = [0.30, 0.32, 0.25];
        var keep = CfspAllocation.Keep(importance, [1, 1, 1], 0.5, 2);
        double[] gates = [.. importance.Select(x => 1 / (1 + Math.Exp(-2 * (x - importance.Average()))))];
        for (var i = 0; i < keep.Length; i++)
            Assert.Equal(gates[i] / gates.Average() * 0.5, keep[i], 1e-12);
    }

    [Fact]
    public void Nothing_to_prune_keeps_all() => Assert.Equal([1, 1, 1], CfspAllocation.Keep([0.1, 0.9, 0.4], [1, 1, 1], 0, 13));

    [Fact]
    public void A_block_that_copies_has_no_importance_and_one_that_negates_counts_every_token()
    {
        var input = new Tensor<float>(new Shape(17, 9));
        new RandomStream(4, "hidden").FillNormal(input.Span, 2);
        var negated = input.Copy();
        TensorPrimitives.Negate(negated.Span, negated.Span);
        Assert.Equal(0, CfspAllocation.Importance(input.Matrix, input.Matrix));
        Assert.Equal(17, CfspAllocation.Importance(input.Matrix, negated.Matrix));
        Assert.Equal(34, CfspAllocation.Importance(input.Matrix, negated.Matrix, "cosine"));
        Assert.Equal(0, CfspAllocation.Importance(input.Matrix, input.Matrix, "mse"));
    }

    [Fact]
    public void Distances_are_their_formulas_and_a_zero_row_has_a_cosine_of_a_half()
    {
        var (a, b) = (new Tensor<float>(new Shape(2, 2)), new Tensor<float>(new Shape(2, 2)));
        (a.Span[0], b.Span[1]) = (3, 4);
        Assert.Equal(0.5 + 1.0 / 3, CfspAllocation.Importance(a.Matrix, b.Matrix), 1e-12);
        Assert.Equal((9 + 16) / 2.0, CfspAllocation.Importance(a.Matrix, b.Matrix, "mse"), 1e-12);
        Assert.Equal((3 + 4) / 2.0, CfspAllocation.Importance(a.Matrix, b.Matrix, "mae"), 1e-12);
    }

    [Fact]
    public void The_published_form_is_flat_for_few_tokens_and_the_form_per_token_is_not()
    {
        Assert.True(Spread("cfsp:form=sum") < 0.001);
        Assert.True(Spread("cfsp") > 0.1);
        Assert.Equal(0, Spread("cfsp:metric=uniform"));
    }

    // The gap between the shares of a block that copies and one that negates, seen on eight tokens.
    private static double Spread(string choice)
    {
        var allocation = Methods.Allocations.Create(MethodChoice.Parse(choice));
        var input = new Tensor<float>(new Shape(8, 5));
        new RandomStream(4, "hidden").FillNormal(input.Span, 1);
        var negated = input.Copy();
        TensorPrimitives.Negate(negated.Span, negated.Span);
        if (allocation.NeedsWalk)
        {
            allocation.Observe(new BlockObservation(0, [], [(input.Matrix, input.Matrix)]));
            allocation.Observe(new BlockObservation(1, [], [(input.Matrix, negated.Matrix)]));
        }
        var shares = allocation.Allocate(new AllocationRequest([new("a", 0, 64, 12), new("b", 1, 64, 12)], 0.5));
        return shares[0] - shares[1];
    }
}
