using Sparseland.Errors;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class SolveUpdateTests
{
    private const int Inputs = 128;

    private static StructureProblem Problem(SyntheticLayer layer, int count) => new("layer", count, [], layer.Problem(StatisticsKind.Gram));

    private static int[] Best(StructureProblem problem, string score, int keep)
    {
        var scores = new double[problem.Count];
        Methods.StructureScores.Create(MethodChoice.Parse(score)).Compute(problem with { Keep = keep }, scores);
        return [.. Enumerable.Range(0, scores.Length).OrderByDescending(s => scores[s]).Take(keep).Order()];
    }

    private static double Error(SyntheticLayer layer, StructureProblem problem, int[] kept, string update)
    {
        var outcome = Methods.StructureUpdates.Create(MethodChoice.Parse(update)).Apply(problem, kept);
        var pruned = new Tensor<double>(layer.Weights.Shape);
        var columns = problem.ColumnsOf(kept);
        for (var row = 0; row < pruned.Shape.Rows; row++)
            for (var i = 0; i < columns.Length; i++)
                pruned.Matrix[row, columns[i]] = outcome.Weights?.Matrix[row, i] ?? problem.Consumer.Weights[row, columns[i]];
        return layer.RelativeError(pruned);
    }

    [Theory]
    [InlineData(Inputs, 96)]
    [InlineData(Inputs, 64)]
    [InlineData(8, 4)]
    public void Greedy_order_and_least_squares_cut_the_error_of_wanda_to_a_third(int count, int keep)
    {
        var layer = new SyntheticLayer();
        var problem = Problem(layer, count);
        var wanda = Error(layer, problem, Best(problem, "wanda", keep), "none");
        foreach (var score in new[] { "obs", "obs:rounds=16", "obs:saliency=first-plus-second" })
            Assert.True(3 * Error(layer, problem, Best(problem, score, keep), "solve") <= wanda, $"{score}: {Error(layer, problem, Best(problem, score, keep), "solve")} against {wanda}");
    }

    [Theory]
    [InlineData("wanda")]
    [InlineData("magnitude")]
    [InlineData("cfsp")]
    [InlineData("random")]
    [InlineData("obs")]
    public void After_any_score_the_error_falls(string score)
    {
        var layer = new SyntheticLayer(seed: 4);
        var problem = Problem(layer, Inputs);
        var kept = Best(problem, score, 80);
        Assert.True(Error(layer, problem, kept, "solve") < Error(layer, problem, kept, "none"));
    }

    [Fact]
    public void The_gradient_over_the_kept_columns_vanishes()
    {
        var layer = new SyntheticLayer(rows: 6, columns: 16, tokens: 64);
        int[] kept = [0, 3, 4, 9, 15];
        var solved = SolveUpdate.Solve(SyntheticLayer.ToFloat(layer.Weights).Matrix, layer.Hessian.Matrix, [], kept);
        var weights = SyntheticLayer.ToFloat(layer.Weights);
        for (var row = 0; row < 6; row++)
            foreach (var column in kept)
            {
                var gradient = 0.0;
                for (var j = 0; j < 16; j++)
                {
                    var place = Array.IndexOf(kept, j);
                    gradient += ((place >= 0 ? solved.Matrix[row, place] : 0) - weights.Matrix[row, j]) * layer.Hessian.Matrix[j, column];
                }
                Assert.Equal(0, gradient / layer.Hessian.Matrix[column, column], 1e-9);
            }
    }

    [Fact]
    public void When_all_structures_stay_nothing_changes()
    {
        var problem = Problem(new SyntheticLayer(), Inputs);
        Assert.Same(StructureOutcome.Unchanged, Methods.StructureUpdates.Create(new MethodChoice("solve")).Apply(problem, [.. Enumerable.Range(0, Inputs)]));
    }

    [Fact]
    public void A_singular_Hessian_without_damping_is_refused_with_the_layers_name()
    {
        // Fewer tokens than inputs.
        var problem = Problem(new SyntheticLayer(rows: 4, columns: 32, tokens: 8), 32);
        foreach (var fault in new[]
                 {
                     Assert.Throws<NumericalException>(() => { Methods.StructureUpdates.Create(MethodChoice.Parse("solve:damping=0")).Apply(problem, [1, 2]); }),
                     Assert.Throws<NumericalException>(() => Methods.StructureScores.Create(MethodChoice.Parse("obs:damping=0")).Compute(problem, new double[32])),
                 })
            Assert.Contains("synthetic", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Channels_that_calibration_never_saw_go_first_and_count_as_zero()
    {
        var layer = new SyntheticLayer(rows: 5, columns: 16, tokens: 64);
        int[] dead = [3, 8];
        foreach (var column in dead)
            for (var t = 0; t < 64; t++)
                layer.Inputs.Matrix[t, column] = 0;
        var problem = Problem(layer, 16);
        Assert.Equal(Enumerable.Range(0, 16).Except(dead), Best(problem, "obs", 14));
        var outcome = Methods.StructureUpdates.Create(new MethodChoice("solve")).Apply(problem, [.. Enumerable.Range(0, 15)]);
        for (var row = 0; row < 5; row++)
            Assert.Equal(0, outcome.Weights!.Matrix[row, 3]);
    }

    [Fact]
    public void Scores_in_rounds_ask_for_the_count_and_scores_on_one_path_do_not()
    {
        Assert.True(Methods.StructureScores.Create(MethodChoice.Parse("obs:rounds=4")).DependsOnCount);
        Assert.False(Methods.StructureScores.Create(new MethodChoice("obs")).DependsOnCount);
        var problem = Problem(new SyntheticLayer(), Inputs);
        Assert.Throws<InvalidOperationException>(() => Methods.StructureScores.Create(MethodChoice.Parse("obs:rounds=4")).Compute(problem, new double[Inputs]));
    }
}
