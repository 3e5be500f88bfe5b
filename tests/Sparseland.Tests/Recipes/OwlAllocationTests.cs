using CsCheck;
using Sparseland.Errors;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class OwlAllocationTests
{
    [Fact]
    public void Sparsities_average_the_target_span_two_lambda_and_fall_with_outliers()
    {
        Gen.Select(Gen.Double[0.1, 30].Array[2, 40], Gen.Double[0.2, 0.8]).Sample((outliers, sparsity) =>
        {
            const double lambda = 0.08;
            if (outliers.Distinct().Count() < 2)
                return;
            var shares = OwlAllocation.Share(outliers, sparsity, lambda);
            Assert.Equal(sparsity, shares.Average(), 1e-9);
            Assert.Equal(2 * lambda, shares.Max() - shares.Min(), 1e-9);
            Assert.Equal(outliers.Max(), outliers[Array.IndexOf(shares, shares.Min())]);
        }, seed: "0N0XIzNsQ0O2", iter: 500);
    }

    [Fact]
    public void Equal_outliers_give_uniform_sparsity() => Assert.Equal([0.7, 0.7, 0.7], OwlAllocation.Share([3, 3, 3], 0.7, 0.08).Select(s => Math.Round(s, 12)));

    [Fact]
    public void A_lambda_beyond_what_is_possible_is_refused_with_the_largest_that_is()
    {
        var message = Assert.Throws<InvalidSettingException>(() => OwlAllocation.Share([1, 5, 2], 0.9, 0.2)).Message;
        var largest = double.Parse(message.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.All(OwlAllocation.Share([1, 5, 2], 0.9, largest), share => Assert.InRange(share, 0, 0.99999));
        Assert.Throws<InvalidSettingException>(() => OwlAllocation.Share([1, 5, 2], 0.9, largest * 1.02));
    }

    [Fact]
    public void For_N_of_M_the_sparsities_are_whole_counts()
    {
        var shares = OwlAllocation.ShareGroups([1, 9, 5, 5], 5 / 8.0, 2, 8);
        Assert.Equal([6 / 8.0, 4 / 8.0, 5 / 8.0, 5 / 8.0], shares);
        Assert.Throws<InvalidSettingException>(() => OwlAllocation.ShareGroups([1, 9], 0.5, 12, 8));
    }

    [Fact]
    public void The_special_structure_keeps_two_more_where_the_plain_one_keeps_one_more() =>
        Assert.Equal([6 / 8.0, 3 / 8.0, 5 / 8.0, 5 / 8.0], OwlAllocation.ShareGroups([1, 9, 5, 5], 5 / 8.0, 2, 8, structureSpecial: true));

    [Fact]
    public void Scaling_channels_and_unscaling_the_columns_that_read_them_changes_no_outlier()
    {
        var (weights, inputs) = Layer(1);
        var before = Outliers(weights, inputs);
        foreach (var j in new[] { 3, 40, 77 })
        {
            for (var t = 0; t < inputs.Shape.Rows; t++)
                inputs.Matrix[t, j] *= 16;
            for (var row = 0; row < weights.Shape.Rows; row++)
                weights.Matrix[row, j] /= 16;
        }
        Assert.Equal(before, Outliers(weights, inputs), 1e-9);
    }

    [Fact]
    public void Loud_rows_in_one_block_give_it_the_lowest_sparsity()
    {
        var owl = new OwlAllocation(new MethodOptions(new MethodChoice("owl")));
        var matrices = new List<PrunableMatrix>();
        for (var block = 0; block < 3; block++)
        {
            var (weights, inputs) = Layer((ulong)block);
            if (block == 1)
                for (var row = 0; row < 4; row++)
                    foreach (ref var weight in weights.Matrix.Row(row))
                        weight *= 20;
            owl.Observe(new BlockObservation(block, [Problem(weights, inputs)], []));
            matrices.Add(new PrunableMatrix($"block {block}", block, weights.Shape.Rows, weights.Shape.Columns));
        }
        var shares = owl.Allocate(new AllocationRequest(matrices, 0.7));
        Assert.Equal(1, Array.IndexOf(shares, shares.Min()));
        Assert.Equal(3, owl.Figures[0].Values.Count);
    }

    [Fact]
    public void By_hand_every_matrix_gets_what_its_name_or_block_says()
    {
        PrunableMatrix[] matrices = [new("model.layers.0.a", 0, 1, 1), new("model.layers.0.b", 0, 1, 1), new("model.layers.1.a", 1, 1, 1)];
        double[] Allocate(string options) => Methods.Allocations.Create(new MethodChoice("given", options)).Allocate(new AllocationRequest(matrices, 0.5));
        Assert.Equal([0.3, 0.3, 0.6], Allocate("""{"blocks":[0.3,0.6]}"""));
        Assert.Equal([0.5, 0.9, 0.5], Allocate("""{"layers":{"*.b":0.9}}"""));
        Assert.Contains("matches no", Assert.Throws<InvalidSettingException>(() => Allocate("""{"layers":{"*.c":0.9}}""")).Message);
        Assert.Throws<InvalidSettingException>(() => Allocate("""{"blocks":[0.3]}"""));
        Assert.Throws<InvalidSettingException>(() => Allocate("{}"));
        Assert.Throws<InvalidSettingException>(() => Allocate("""{"blocks":[0.3,1.6]}"""));
    }

    private static (Tensor<float> Weights, Tensor<float> Inputs) Layer(ulong seed)
    {
        var layer = new SyntheticLayer(rows: 176, columns: 128, tokens: 64, seed: seed);
        return (SyntheticLayer.ToFloat(layer.Weights), SyntheticLayer.ToFloat(layer.Inputs));
    }

    private static double Outliers(Tensor<float> weights, Tensor<float> inputs) => OwlAllocation.OutlierPercentage([Problem(weights, inputs)], 5);

    private static LayerProblem Problem(Tensor<float> weights, Tensor<float> inputs)
    {
        var statistics = new LayerStatistics(weights.Shape.Columns, StatisticsKind.SumOfSquares);
        statistics.Add(inputs.Matrix, 4);
        return new LayerProblem("layer", weights.Matrix, statistics);
    }
}
