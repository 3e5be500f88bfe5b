using Sparseland.Chance;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class StructureRemovalTests
{
    [Theory]
    [InlineData(24, 24, 10, 1)]
    [InlineData(24, 24, 10, 24)]
    [InlineData(24, 24, 10, 4)]
    [InlineData(24, 6, 3, 1)]
    [InlineData(24, 6, 3, 6)]
    public void The_weights_on_the_way_are_the_closed_form_for_what_is_left(int inputs, int count, int keep, int rounds)
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var problem = new CorrelatedProblem(inputs, 7, seed);
            var removal = problem.Removal(count);
            removal.Remove(keep, rounds);
            Assert.Equal(keep, removal.Live);
            int[] kept = [.. removal.Remaining.ToArray().Order()];
            var extent = inputs / count;
            int[] columns = [.. kept.SelectMany(s => Enumerable.Range(s * extent, extent))];
            var solved = SolveUpdate.Solve(SyntheticLayer.ToFloat(problem.Weights).Matrix, problem.Hessian.Matrix, [], columns);
            for (var i = 0; i < kept.Length; i++)
                for (var k = 0; k < extent; k++)
                    for (var output = 0; output < 7; output++)
                        Assert.Equal(solved.Matrix[output, i * extent + k], removal.RowsOf(kept[i])[k, output], 1e-10);
            Assert.Equal(problem.Loss(solved, columns), removal.Loss, 1e-9);
        }
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(12, 4)]
    public void The_loss_increase_of_one_removed_structure_is_its_formula(int inputs, int count)
    {
        var problem = new CorrelatedProblem(inputs, 5, 3);
        var scores = new double[count];
        problem.Removal(count).Scores(scores);
        var extent = inputs / count;
        for (var structure = 0; structure < count; structure++)
        {
            int[] kept = [.. Enumerable.Range(0, inputs).Where(column => column / extent != structure)];
            var solved = SolveUpdate.Solve(SyntheticLayer.ToFloat(problem.Weights).Matrix, problem.Hessian.Matrix, [], kept);
            Assert.Equal(problem.Loss(solved, kept), scores[structure], 1e-9);
        }
    }

    [Fact]
    public void Greedy_removal_is_never_below_the_best_subset_and_on_average_within_a_quarter_of_it()
    {
        var ratios = new List<double>();
        for (var seed = 1UL; seed <= 60; seed++)
        {
            var problem = new CorrelatedProblem(10, 4, seed);
            var removal = problem.Removal(10);
            removal.Remove(5, 5);
            var best = double.PositiveInfinity;
            for (var subset = 0; subset < 1 << 10; subset++)
            {
                if (int.PopCount(subset) != 5)
                    continue;
                int[] kept = [.. Enumerable.Range(0, 10).Where(column => (subset >> column & 1) != 0)];
                best = Math.Min(best, problem.Loss(SolveUpdate.Solve(SyntheticLayer.ToFloat(problem.Weights).Matrix, problem.Hessian.Matrix, [], kept), kept));
            }
            Assert.True(removal.Loss >= best * (1 - 1e-9), $"{removal.Loss} below {best}");
            ratios.Add(removal.Loss / best);
        }
        Assert.InRange(ratios.Average(), 1, 1.25);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Structures_that_are_zero_go_first_and_cost_nothing(int extent)
    {
        var problem = new CorrelatedProblem(10 * extent, 6, 9);
        foreach (var structure in new[] { 7, 2 })
            for (var row = 0; row < 6; row++)
                problem.Weights.Matrix.Row(row).Slice(structure * extent, extent).Clear();
        var removal = problem.Removal(10, firstOrder: true);
        removal.RemoveZeros(0);
        Assert.Equal(0, removal.Loss);
        Assert.Equal(Enumerable.Range(0, 10).Except([2, 7]), removal.Remaining.ToArray().Order());
    }

    [Fact]
    public void Nothing_to_remove_changes_nothing()
    {
        var problem = new CorrelatedProblem(8, 3, 2);
        var removal = problem.Removal(8);
        removal.Remove(8, 3);
        Assert.Equal(0, removal.Loss);
        for (var structure = 0; structure < 8; structure++)
            for (var output = 0; output < 3; output++)
                Assert.Equal(problem.Weights.Matrix[output, structure], removal.RowsOf(structure)[0, output]);
    }

    /// <summary>Random weights and the Hessian of strongly correlated inputs.</summary>
    private sealed class CorrelatedProblem
    {
        public CorrelatedProblem(int inputs, int outputs, ulong seed)
        {
            var layer = new SyntheticLayer(outputs, inputs, 4 * inputs, seed, rank: Math.Max(2, inputs / 2), noise: 0.3);
            Weights = SyntheticLayer.ToDouble(SyntheticLayer.ToFloat(layer.Weights));
            Hessian = layer.Hessian;
            var mean = Enumerable.Range(0, inputs).Average(j => Hessian.Matrix[j, j]);
            for (var j = 0; j < inputs; j++)
                Hessian.Matrix[j, j] += 0.01 * mean;
            TensorPrimitives.Divide(Hessian.Span, mean, Hessian.Span);
        }

        /// <summary>[outputs, inputs], exact in float.</summary>
        public Tensor<double> Weights { get; }

        public Tensor<double> Hessian { get; }

        public StructureRemoval Removal(int count, bool firstOrder = false)
        {
            var transposed = new Tensor<double>(new Shape(Weights.Shape.Columns, Weights.Shape.Rows));
            for (var i = 0; i < Weights.Shape.Rows; i++)
                for (var j = 0; j < Weights.Shape.Columns; j++)
                    transposed.Matrix[j, i] = Weights.Matrix[i, j];
            return new StructureRemoval(transposed, HessianFactor.Compute(Hessian.Matrix, 0).Inverse(), count, firstOrder ? Hessian : null);
        }

        /// <summary>½ tr((W − B) H (W − B)ᵀ) by definition.</summary>
        public double Loss(Tensor<double> kept, int[] columns)
        {
            var difference = Weights.Copy();
            for (var i = 0; i < columns.Length; i++)
                for (var row = 0; row < difference.Shape.Rows; row++)
                    difference.Matrix[row, columns[i]] -= kept.Matrix[row, i];
            var loss = 0.0;
            for (var row = 0; row < difference.Shape.Rows; row++)
                for (var i = 0; i < difference.Shape.Columns; i++)
                    for (var j = 0; j < difference.Shape.Columns; j++)
                        loss += difference.Matrix[row, i] * Hessian.Matrix[i, j] * difference.Matrix[row, j] / 2;
            return loss;
        }
    }
}
