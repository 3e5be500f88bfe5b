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

    public string Explanation => $"XᵀX of {Tokens} tokens (half of it: it is symmetric), the factor of the Hessian in double (Cholesky and inverse) and SparseGPT's sweep at 50 %, each against our own product of as many operations in the same precision; then what a million weights cost by Wanda (score and choice) and by SparseGPT (factor and sweep), calibration not counted.";

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
        yield return Factor(hessian, threads, rounds);
        var factor = HessianFactor.Compute(hessian.Matrix);
        var (right, updated) = (Normal(columns / 2, columns), new Tensor<float>(new Shape(rows, columns)));
        operations = 1.0 * rows * columns * columns;
        var left = weights.Matrix.Slice(0, rows, 0, columns / 2);
        var pruned = new Tensor<float>(new Shape(rows, columns));
        Tensor<float> Fresh()
        {
            weights.Span.CopyTo(pruned.Span);
            return pruned;
        }
        yield return Measurement.From(Name, $"sweep, {rows} x {columns}", threads, "GF/s", [operations, operations], Rivals.Measure(
        [
            new("product", _ => Gemm.Multiply(left, false, right.Matrix, false, updated.Matrix)),
            new("sweep", _ => SparseGpt.PruneLayer(Fresh().Matrix, factor, new SparseGptOptions { Sparsity = 0.5 })),
        ], threads, rounds, 0.05), Goal);
        var problem = new LayerProblem("benchmark", weights.Matrix, statistics);
        var wanda = Methods.Scores.Create(new MethodChoice("wanda"));
        yield return Measurement.FromTimes(Name, $"whole, {rows} x {columns}", threads, "ms per million weights", 1e-6 * rows * columns, Rivals.Measure(
        [
            new("Wanda", _ => new MaskRequest(Pattern.Unstructured, 0.5, ComparisonGroup.Row).Choose(problem, wanda)),
            new("SparseGPT", _ => SparseGpt.PruneLayer(Fresh().Matrix, hessian.Matrix, new SparseGptOptions { Sparsity = 0.5 })),
        ], threads, rounds, 0.05));
    }

    // Cholesky and the triangle's inverse take n³ / 3 multiply-adds together.
    private Measurement Factor(Tensor<double> hessian, int threads, int rounds)
    {
        var n = hessian.Shape.Columns;
        var (left, product) = (new Tensor<double>(new Shape(n, n / 3)), new Tensor<double>(new Shape(n, n)));
        var random = new RandomStream(1, "factor");
        foreach (ref var value in left.Span)
            value = random.NextNormal();
        double operations = 2.0 * n * n * (n / 3);
        return Measurement.From(Name, $"factor, {n} channels", threads, "GF/s", [operations, operations], Rivals.Measure(
        [
            new("product", _ => Gemm.Multiply(left.Matrix, false, left.Matrix, true, product.Matrix)),
            new("factor", _ => HessianFactor.Compute(hessian.Matrix)),
        ], threads, rounds, 0.05), Goal);
    }

    private static Tensor<float> Normal(int rows, int columns)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(1, "pruning speed").FillNormal(tensor.Span);
        return tensor;
    }
}
