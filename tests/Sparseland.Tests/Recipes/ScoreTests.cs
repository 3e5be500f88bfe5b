using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class ScoreTests
{
    private const StatisticsKind All = StatisticsKind.SumOfSquares | StatisticsKind.Gram;

    [Fact]
    public void Wanda_on_white_inputs_is_magnitude_within_rows()
    {
        var layer = new SyntheticLayer(rows: 10, columns: 32, rank: 8);
        var statistics = new LayerStatistics(32, StatisticsKind.SumOfSquares);
        var inputs = new Tensor<float>(new Shape(64, 32));
        for (var t = 0; t < 64; t++)
            for (var j = 0; j < 32; j++)
                inputs.Matrix[t, j] = (t * 31 + j * 17) % 2 == 0 ? 1 : -1;
        statistics.Add(inputs.Matrix, 4);
        var problem = new LayerProblem("white", SyntheticLayer.ToFloat(layer.Weights).Matrix, statistics);
        Assert.Equal(Choose("magnitude", problem, ComparisonGroup.Row).Words.ToArray(), Choose("wanda", problem, ComparisonGroup.Row).Words.ToArray());
    }

    [Fact]
    public void The_column_weights_of_a_score_are_what_its_scores_are_made_of()
    {
        var problem = new SyntheticLayer().Problem(All);
        foreach (var name in new[] { "magnitude", "wanda", "sparsegpt" })
        {
            var score = Methods.Scores.Create(new MethodChoice(name));
            var scores = new Tensor<float>(new Shape(problem.Weights.Rows, problem.Weights.Columns));
            var columns = new double[problem.Weights.Columns];
            score.Compute(problem, scores.Matrix);
            Assert.True(score.TryColumnWeights(problem, columns));
            for (var j = 0; j < columns.Length; j++)
                Assert.Equal(Math.Abs(problem.Weights[3, j]) * columns[j], scores.Matrix[3, j], 1e-4 * scores.Matrix[3, j] + 1e-12);
        }
    }

    [Fact]
    public void Chance_depends_on_seed_and_name_only()
    {
        var layer = new SyntheticLayer(rows: 4, columns: 8, tokens: 8, rank: 2);
        var a = Choose("random", layer.Problem(All, seed: 1), ComparisonGroup.Layer);
        Assert.Equal(a.Words.ToArray(), Choose("random", layer.Problem(All, seed: 1), ComparisonGroup.Layer).Words.ToArray());
        Assert.NotEqual(a.Words.ToArray(), Choose("random", layer.Problem(All, seed: 2), ComparisonGroup.Layer).Words.ToArray());
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.7)]
    public void Layer_errors_come_in_the_published_order_with_a_factor_of_a_half_between_neighbours(double sparsity)
    {
        var errors = new[] { ("magnitude", "none"), ("wanda", "none"), ("wanda", "obs"), ("sparsegpt", "obs") }
            .Select(pair => Error(pair.Item1, pair.Item2, Pattern.Unstructured, sparsity)).ToArray();
        for (var i = 1; i < errors.Length; i++)
            Assert.True(errors[i - 1] >= 1.5 * errors[i], $"errors {string.Join(", ", errors)}");
    }

    [Fact]
    public void Patterns_cost_in_the_published_order()
    {
        Assert.True(Error("wanda", "none", new NofMPattern(2, 4), 0.5) >= 1.5 * Error("sparsegpt", "obs", new NofMPattern(2, 4), 0.5));
        foreach (var (score, update) in new[] { ("wanda", "none"), ("sparsegpt", "obs") })
        {
            var free = Error(score, update, Pattern.Unstructured, 0.5);
            var eight = Error(score, update, new NofMPattern(4, 8), 0.5);
            var four = Error(score, update, new NofMPattern(2, 4), 0.5);
            Assert.True(free < eight && eight < four, $"{score}: {free}, {eight}, {four}");
        }
    }

    [Fact]
    public void The_update_keeps_the_mask_of_a_score_that_is_chosen_first_and_prunes_blocks_too()
    {
        var problem = new SyntheticLayer().Problem(All);
        var wanda = Methods.Scores.Create(new MethodChoice("wanda"));
        var request = new MaskRequest(Pattern.Unstructured, 0.5, ComparisonGroup.Row);
        var none = Methods.Updates.Create(new MethodChoice("none")).Apply(problem, wanda, request);
        var obs = Methods.Updates.Create(new MethodChoice("obs")).Apply(problem, wanda, request);
        Assert.Equal(none.Mask.Words.ToArray(), obs.Mask.Words.ToArray());
        var onTheWay = Methods.Updates.Create(MethodChoice.Parse("obs:masks=columns,blockSize=32")).Apply(problem, wanda, request);
        Assert.NotEqual(none.Mask.Words.ToArray(), onTheWay.Mask.Words.ToArray());
        Assert.Equal(0.5, onTheWay.Mask.Sparsity, 1e-6);
        var blocks = Methods.Updates.Create(new MethodChoice("obs")).Apply(problem, wanda, new MaskRequest(new BlockPattern(1, 8), 0.5, ComparisonGroup.Row));
        Assert.Equal(0.5, blocks.Mask.Sparsity, 1e-6);
        for (var j = 0; j < 128; j += 8)
            Assert.Equal(blocks.Mask[5, j], blocks.Mask[5, j + 7]);
    }

    [Fact]
    public void Nothing_to_prune_leaves_every_bit_whatever_the_method()
    {
        var problem = new SyntheticLayer(rows: 8).Problem(All);
        foreach (var score in Methods.Scores.Entries)
            foreach (var update in Methods.Updates.Entries)
            {
                var outcome = Methods.Updates.Create(new MethodChoice(update.Name)).Apply(problem, Methods.Scores.Create(new MethodChoice(score.Name)),
                    new MaskRequest(Pattern.Unstructured, 0, ComparisonGroup.Layer, SelectionMode.AtOrBelow));
                for (var row = 0; row < 8; row++)
                    Assert.Equal(problem.Weights.Row(row).ToArray(), outcome.Weights.Matrix.Row(row).ToArray());
            }
    }

    private static double Error(string scoreName, string updateName, Pattern pattern, double sparsity)
    {
        var layer = new SyntheticLayer();
        var score = Methods.Scores.Create(new MethodChoice(scoreName));
        var outcome = Methods.Updates.Create(new MethodChoice(updateName)).Apply(layer.Problem(All), score, new MaskRequest(pattern, sparsity, score.Group, score.Mode));
        return layer.RelativeError(outcome.Weights);
    }

    private static Mask Choose(string score, LayerProblem problem, ComparisonGroup group) =>
        new MaskRequest(Pattern.Unstructured, 0.5, group).Choose(problem, Methods.Scores.Create(new MethodChoice(score)));
}
