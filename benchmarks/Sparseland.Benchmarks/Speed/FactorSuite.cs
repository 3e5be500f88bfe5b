using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>A dictionary times codes, against the dense matrix that they stand for and compressed sparse rows of as many bytes.</summary>
internal sealed class FactorSuite : ISpeedSuite
{
    // More than the last-level cache holds.
    private const long ColdBytes = 128L << 20;
    private const int MostCopies = 64;
    private const double Ratio = 2;

    public string Name => "factors";

    public string Title => "A dictionary times codes (CoSpaDi)";

    public string Explanation => "A matrix as k atoms and codes of k / 2 of them for each row, which together save a share of the dense bytes of the same type, against that dense matrix and against compressed sparse rows at random places that take the same bytes; rotating over copies that exceed the cache. Both factors are used as they are: W itself is never made. GF/s are of the dense matrix's operations, so that a line compares the time of the same layer.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var (rows, columns) in quick ? [(1024, 1024)] : new[] { (1024, 1024), (2816, 1024), (1024, 2816) })
            foreach (var element in new[] { ElementType.Float32, ElementType.BFloat16 })
                foreach (var saved in new[] { 0.3, 0.5 })
                    foreach (var batch in quick ? [1] : new[] { 1, 16 })
                        foreach (var threads in new[] { 1, 2 })
                            yield return Measure(rows, columns, element, saved, batch, threads, quick ? 5 : 9);
    }

    private Measurement Measure(int rows, int columns, ElementType element, double saved, int batch, int threads, int rounds)
    {
        WorkerPool.ThreadCount = threads;
        var dense = Normal(rows, columns);
        var factors = Factors(rows, columns, element, saved);
        var (x, y) = (Normal(batch, columns), new Tensor<float>(new Shape(batch, rows)));
        var results = Rivals.Measure(
        [
            Product("dense", Copies(MatrixLayoutFactory.Create("dense", element, dense.Matrix, Mask.Full(rows, columns))), x, y),
            Product("csr, same bytes", Copies(AsManyBytes(dense, element, factors.ByteCount)), x, y),
            Product("dictionary", Copies(factors), x, y),
        ], threads, rounds, 0.02);
        var operations = 2.0 * rows * columns * batch;
        return Measurement.From(Name, $"{rows} x {columns} {element}, {saved:P0} saved, {(batch == 1 ? "vector" : $"batch of {batch}")}", threads, "GF/s", [operations, operations, operations], results, 0);
    }

    private static DictionaryMatrix Factors(int rows, int columns, ElementType element, double saved)
    {
        var budget = FactorBudget.ForDictionary(element, rows, columns, saved, Ratio);
        var chance = new RandomStream(2, "factors");
        var codes = new SparseCodes(rows, budget.Atoms, budget.AtomsPerRow);
        var order = Enumerable.Range(0, budget.Atoms).ToArray();
        for (var row = 0; row < rows; row++)
        {
            chance.Shuffle(order.AsSpan());
            order.AsSpan(0, budget.AtomsPerRow).CopyTo(codes.IndicesOf(row));
            codes.IndicesOf(row).Sort();
            foreach (ref var value in codes.ValuesOf(row))
                value = chance.NextNormal();
        }
        return DictionaryMatrix.Create(Normal(budget.Atoms, columns).Matrix, codes, element);
    }

    private static MatrixLayout AsManyBytes(Tensor<float> dense, ElementType element, long bytes)
    {
        var (rows, columns) = (dense.Shape.Rows, dense.Shape.Columns);
        // Two bytes of column number for each value, and a row's offset.
        var kept = (bytes - 4.0 * rows) / (2 + DenseMatrix.BytesFor(element, 1, 1));
        var mask = RandomMask.ForLayout(CsrMatrix.LayoutName, rows, columns, kept / ((double)rows * columns), new RandomStream(4, "mask"));
        return MatrixLayoutFactory.Create(CsrMatrix.LayoutName, element, dense.Matrix, mask);
    }

    private static Rival Product(string name, MatrixLayout[] copies, Tensor<float> x, Tensor<float> y) => new(name, round =>
    {
        var matrix = copies[round % copies.Length];
        if (x.Shape.Rows == 1)
            matrix.Multiply(x.Span, y.Span);
        else
            matrix.MultiplyBatch(x.Matrix, y.Matrix);
    });

    private static MatrixLayout[] Copies(MatrixLayout first) =>
        [first, .. Enumerable.Range(1, (int)Math.Clamp(ColdBytes / first.ByteCount, 1, MostCopies)).Select(_ => MatrixLayoutFactory.Copy(first))];

    private static Tensor<float> Normal(int rows, int columns)
    {
        var tensor = Tensor<float>.Uninitialized(new Shape(rows, columns));
        new RandomStream(1, "factors").FillNormal(tensor.Span, 0.02);
        return tensor;
    }
}
