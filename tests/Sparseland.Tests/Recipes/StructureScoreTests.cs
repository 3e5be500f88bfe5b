using Sparseland.Chance;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class StructureScoreTests
{
    private const int Width = 12;
    private const int Count = 10;
    private const int Tokens = 40;
    private const int Sequences = 4;
    private static readonly int[] Dead = [2, 7];

    public static TheoryData<string> ScoresOfActivations => ["cfsp", "cfsp:form=authors", "cfsp:exponent=0.5,weightExponent=2", "wanda", "flap"];

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public void The_published_formula_is_the_activation_norm_because_the_weights_cancel(double exponent)
    {
        var (problem, activations) = Random(1);
        var scores = Scores($"cfsp:form=authors,exponent={exponent}", problem);
        for (var j = 0; j < Count; j++)
            Assert.Equal(3 * Math.Pow(Norm(activations, j), exponent) / Width, scores[j], 1e-6);
    }

    [Fact]
    public void The_relative_form_is_its_formula()
    {
        var (problem, activations) = Random(1);
        var scores = Scores("cfsp", problem);
        var (gate, up, down) = (problem.Producers[0].Weights, problem.Producers[1].Weights, problem.Consumer.Weights);
        for (var j = 0; j < Count; j++)
        {
            var sum = 0.0;
            for (var r = 0; r < Width; r++)
            {
                int[] all = [.. Enumerable.Range(0, Count)];
                sum += Math.Abs(down[r, j]) * Norm(activations, j) / all.Sum(i => Math.Abs(down[r, i]) * Norm(activations, i));
                sum += Math.Abs(up[j, r]) / all.Sum(i => (double)Math.Abs(up[i, r])) + Math.Abs(gate[j, r]) / all.Sum(i => (double)Math.Abs(gate[i, r]));
            }
            Assert.Equal(sum / Width * Norm(activations, j), scores[j], 1e-6);
        }
    }

    [Theory, MemberData(nameof(ScoresOfActivations))]
    public void Dead_structures_have_the_lowest_scores(string score)
    {
        foreach (var extent in new[] { 1, 3 })
        {
            var scores = Scores(score, Random(extent, Dead).Problem);
            Assert.All(Dead, j => Assert.Equal(0, scores[j]));
            Assert.Equal(Dead.Length, scores.Count(value => value == 0));
            Assert.All(scores, value => Assert.True(value >= 0));
        }
    }

    [Fact]
    public void A_structure_of_several_columns_takes_them_all()
    {
        var (problem, activations) = Random(3);
        var (wanda, magnitude) = (Scores("wanda", problem), Scores("magnitude", problem));
        var flap = Scores("flap", problem);
        var down = problem.Consumer.Weights;
        for (var s = 0; s < Count; s++)
        {
            var (products, squares, fluctuation) = (0.0, 0.0, 0.0);
            for (var c = 3 * s; c < 3 * s + 3; c++)
            {
                double[] values = [.. Enumerable.Range(0, Tokens).Select(t => (double)activations.Matrix[t, c])];
                var variance = values.Sum(value => (value - values.Average()) * (value - values.Average())) / Tokens;
                for (var r = 0; r < Width; r++)
                {
                    products += Math.Abs(down[r, c]) * Norm(activations, c);
                    squares += down[r, c] * down[r, c];
                    fluctuation += variance * down[r, c] * down[r, c];
                }
            }
            Assert.Equal(products / (3 * Width), wanda[s], 1e-5);
            Assert.Equal(Math.Sqrt(squares), magnitude[s], 1e-5);
            Assert.Equal(fluctuation / 3, flap[s], 1e-5);
        }
    }

    [Fact]
    public void The_bias_is_the_mean_of_what_the_removed_structures_add()
    {
        var (problem, activations) = Random(3);
        int[] kept = [0, 1, 4, 9];
        var bias = Methods.StructureUpdates.Create(new MethodChoice("bias")).Apply(problem, kept).AddedBias!;
        for (var r = 0; r < Width; r++)
        {
            var expected = 0.0;
            for (var c = 0; c < 3 * Count; c++)
                if (!kept.Contains(c / 3))
                    expected += Enumerable.Range(0, Tokens).Average(t => (double)activations.Matrix[t, c]) * problem.Consumer.Weights[r, c];
            Assert.Equal(expected, bias[r], 1e-5);
        }
        Assert.Same(StructureOutcome.Unchanged, Methods.StructureUpdates.Create(new MethodChoice("bias")).Apply(problem, [.. Enumerable.Range(0, Count)]));
        Assert.Same(StructureOutcome.Unchanged, Methods.StructureUpdates.Create(new MethodChoice("none")).Apply(problem, kept));
    }

    [Fact]
    public void Every_registered_score_fills_every_place_and_repeats_itself()
    {
        foreach (var entry in Methods.StructureScores.Entries)
        {
            var first = Scores(entry.Name, Random(2).Problem);
            Assert.All(first, value => Assert.True(double.IsFinite(value) && value >= 0, entry.Name));
            Assert.Equal(first, Scores(entry.Name, Random(2).Problem));
            Assert.Equal(entry.Name, entry.Create(new MethodOptions(new MethodChoice(entry.Name))).Name);
        }
    }

    private static double[] Scores(string choice, StructureProblem problem)
    {
        var scores = new double[problem.Count];
        scores.AsSpan().Fill(double.NaN);
        Methods.StructureScores.Create(MethodChoice.Parse(choice)).Compute(problem, scores);
        return scores;
    }

    private static double Norm(Tensor<float> activations, int column) =>
        Math.Sqrt(Enumerable.Range(0, Tokens).Sum(t => Math.Pow(activations.Matrix[t, column], 2)) / Sequences);

    private static (StructureProblem Problem, Tensor<float> Activations) Random(int extent, params int[] dead)
    {
        var activations = Normal("activations", Tokens, Count * extent);
        for (var t = 0; t < Tokens; t++)
            for (var c = 0; c < Count * extent; c++)
                activations.Matrix[t, c] = dead.Contains(c / extent) ? 0 : activations.Matrix[t, c] + 0.5f;
        var statistics = new LayerStatistics(Count * extent, StatisticsKind.SumOfSquares | StatisticsKind.Moments | StatisticsKind.Gram);
        statistics.Add(activations.Matrix, Sequences);
        var problem = new StructureProblem("layer", Count, [Layer("gate", Count * extent, Width), Layer("up", Count * extent, Width)], Layer("down", Width, Count * extent, statistics));
        return (problem, activations);
    }

    private static LayerProblem Layer(string name, int rows, int columns, LayerStatistics? statistics = null) => new(name, Normal(name, rows, columns).Matrix, statistics, 1);

    private static Tensor<float> Normal(string name, int rows, int columns)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(9, name).FillNormal(tensor.Span, 1);
        return tensor;
    }
}
