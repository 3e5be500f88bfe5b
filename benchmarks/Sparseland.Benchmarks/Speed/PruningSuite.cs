using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>What pruning a matrix costs beside plain products of as many operations.</summary>
internal sealed class PruningSuite : ISpeedSuite
{
    private const int Tokens = 2048;
    private const double Goal = 0.5;

    public string Name => "pruning";

    public string Title => "Pruning";

    public string Explanation => $"XᵀX of {Tokens} tokens (half of it: it is symmetric) and SparseGPT's sweep at 50 %, against our own product of as many operations; then millions of weights pruned per second by Wanda (score and choice) and by SparseGPT (factor of the Hessian and sweep), calibration not counted.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var threads in quick ? [2] : new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            foreach (var (rows, columns) in quick ? [(1024, 1024)] : new[] { (1024, 1024), (2816, 1024), (1024, 2816) })
                foreach (var line in Measure(rows, columns, threads, quick ? 3 : 5))
                    yield return line;
        }
    }

    private IEnumerable<Measurement> Measure(int rows, int columns, int threads, int rounds)
    {
        var inputs = Normal(Tokens, columns);
        var weights = Normal(rows, columns);
        var statistics = new LayerStatistics(columns, StatisticsKind.Gram | StatisticsKind.SumOfSquares);
        var (half, product) = (Normal(Tokens, columns / 2), new Tensor<float>(new Shape(columns, columns / 2)));
        double operations = 1.0 * Tokens * columns * columns;
        yield return Measurement.From(Name, $"XᵀX, {columns} channels", threads, "GF/s", [operations, operations], Rivals.Measure(
        [
            new("product", _ => Gemm.Multiply(inputs.Matrix, true, half.Matrix, false, product.Matrix)),
            new("XᵀX", _ => statistics.Add(inputs.Matrix, 1)),
        ], threads, rounds, 0.05), Goal);
        var hessian = statistics.Hessian();
        var factor = HessianFactor.Compute(hessian.Matrix);
        var (right, updated) = (Normal(columns / 2, columns), new Tensor<float>(new Shape(rows, columns)));
        operations = 1.0 * rows * columns * columns;
        var left = weights.Matrix.Slice(0, rows, 0, columns / 2);
        yield return Measurement.From(Name, $"sweep, {rows} x {columns}", threads, "GF/s", [operations, operations], Rivals.Measure(
        [
            new("product", _ => Gemm.Multiply(left, false, right.Matrix, false, updated.Matrix)),
            new("sweep", _ => SparseGpt.PruneLayer(weights.Copy().Matrix, factor, new SparseGptOptions { Sparsity = 0.5 })),
        ], threads, rounds, 0.05), Goal);
        var problem = new LayerProblem("benchmark", weights.Matrix, statistics);
        var wanda = Methods.Scores.Create(new MethodChoice("wanda"));
        // Thousands of weights, so that the figure is in millions per second.
        double amount = 1e3 * rows * columns;
        yield return Measurement.From(Name, $"whole, {rows} x {columns}", threads, "M weights/s", [amount, amount], Rivals.Measure(
        [
            new("Wanda", _ => new MaskRequest(Pattern.Unstructured, 0.5, ComparisonGroup.Row).Choose(problem, wanda)),
            new("SparseGPT", _ => SparseGpt.PruneLayer(weights.Copy().Matrix, hessian.Matrix, new SparseGptOptions { Sparsity = 0.5 })),
        ], threads, rounds, 0.05), 0);
    }

    private static Tensor<float> Normal(int rows, int columns)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(1, "pruning speed").FillNormal(tensor.Span);
        return tensor;
    }
}
