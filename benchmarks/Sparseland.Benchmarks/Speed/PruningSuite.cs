using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;
using Sparseland.Tests.Recipes;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>What pruning a matrix costs beside plain products of as many operations.</summary>
internal sealed class PruningSuite : ISpeedSuite
{
    private const int Tokens = 2048;
    private const double Goal = 0.5;

    public string Name => "pruning";

    public string Title => "Pruning";

    public string Explanation => $"XᵀX of {Tokens} tokens (half of it: it is symmetric), the factor of the Hessian in double (Cholesky and inverse) and SparseGPT's sweep at 50 %, each against our own product of as many operations in the same precision; then what a million weights cost by Wanda (score and choice) and by SparseGPT (factor and sweep), calibration not counted; DSnoT's exchange of weights after Wanda at 70 %, beside the same loop with sorted lists and queues; and a round of CoSpaDi's dictionary learning beside a product of as many operations in double.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var threads in quick ? [2] : new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            yield return Dictionary(704, 256, threads, quick ? 3 : 5);
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
        // The plain form knows one thread.
        if (threads == 1)
            yield return Exchange(weights, inputs, threads, rounds);
    }

    private Measurement Exchange(Tensor<float> weights, Tensor<float> inputs, int threads, int rounds)
    {
        var (rows, columns) = (weights.Shape.Rows, weights.Shape.Columns);
        // Channels with means: without any there is nothing to exchange for.
        var shifted = inputs.Copy();
        for (var token = 0; token < shifted.Shape.Rows; token++)
            TensorPrimitives.Add(shifted.Matrix.Row(token), inputs.Matrix.Row(0), shifted.Matrix.Row(token));
        var statistics = new LayerStatistics(columns, StatisticsKind.Moments | StatisticsKind.SumOfSquares);
        statistics.Add(shifted.Matrix, 16);
        var problem = new LayerProblem("benchmark", weights.Matrix, statistics);
        var mask = new MaskRequest(Pattern.Unstructured, 0.7, ComparisonGroup.Row).Choose(problem, Methods.Scores.Create(new MethodChoice("wanda")));
        var (seen, options) = (DsnotInputs.From(statistics), new DsnotOptions());
        var threshold = options.Threshold * DsnotRefiner.Refine(weights.Matrix, mask, seen, options).MeanErrorBefore;
        var kept = Enumerable.Range(0, rows).Select(row => PlainDsnot.Row(mask, row)).ToArray();
        return Measurement.FromTimes(Name, $"DSnoT, {rows} x {columns}", threads, "ms per million weights", 1e-6 * rows * columns, Rivals.Measure(
        [
            new("sorted lists", _ =>
            {
                for (var row = 0; row < rows; row++)
                    PlainDsnot.Refine(weights.Matrix.Row(row), kept[row], seen, options, threshold);
            }),
            new("DSnoT", _ => DsnotRefiner.Refine(weights.Matrix, mask, seen, options)),
        ], threads, rounds, 0.05));
    }

    private Measurement Dictionary(int rows, int columns, int threads, int rounds)
    {
        var budget = FactorBudget.ForDictionary(ElementType.BFloat16, rows, columns, 0.3, 2);
        var signals = Wide(rows, columns);
        var options = new KSvdOptions { Iterations = 1 };
        var operations = KSvd.Operations(rows, columns, budget.Atoms, budget.AtomsPerRow, options);
        var (left, right) = (Wide(rows, columns), Wide((int)(operations / 2 / rows / columns), columns));
        var product = new Tensor<double>(new Shape(rows, right.Shape.Rows));
        return Measurement.From(Name, $"dictionary round, {rows} x {columns}, 30 % saved", threads, "GF/s", [operations, operations], Rivals.Measure(
        [
            new("product", _ => Gemm.Multiply(left.Matrix, false, right.Matrix, true, product.Matrix)),
            new("K-SVD", _ => KSvd.Fit(signals.Matrix, budget.Atoms, budget.AtomsPerRow, options)),
        ], threads, rounds, 0.05), 0);
    }

    private static Tensor<double> Wide(int rows, int columns)
    {
        var tensor = new Tensor<double>(new Shape(rows, columns));
        var random = new RandomStream(1, "dictionary speed");
        foreach (ref var value in tensor.Span)
            value = random.NextNormal();
        return tensor;
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
