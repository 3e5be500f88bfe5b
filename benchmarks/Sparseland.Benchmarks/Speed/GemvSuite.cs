using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>The product of a matrix and a vector against cblas_sgemv, on matrices larger than the cache.</summary>
internal sealed unsafe class GemvSuite : ISpeedSuite
{
    private const int Short = 4096;
    private const int Long = 11008;

    public string Name => "gemv";

    public string Title => "Matrix times vector, float32";

    public string Explanation => $"Matrices of 180 MB, up and down projection of a layer, against `cblas_sgemv`, row-major; the figure is the rate at which the matrix is read.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var a = Tensor<float>.Uninitialized(new Shape(Short, Long));
        var (x, y) = (new Tensor<float>(new Shape(Long)), new Tensor<float>(new Shape(Long)));
        var random = new RandomStream(1, "gemv");
        random.FillNormal(a.Span);
        random.FillNormal(x.Span);
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            OpenBlas.SetThreads(threads);
            foreach (var matrix in new[] { a, a.Reshape(new Shape(Long, Short)) })
                foreach (var transposed in new[] { false, true })
                    yield return Measure(matrix, x, y, transposed, threads, quick ? 5 : 11);
        }
    }

    private Measurement Measure(Tensor<float> a, Tensor<float> x, Tensor<float> y, bool transposed, int threads, int rounds)
    {
        var (rows, columns) = (a.Shape.Rows, a.Shape.Columns);
        var (from, to) = transposed ? (rows, columns) : (columns, rows);
        var ours = new Rival("Sparseland", _ =>
        {
            if (transposed)
                Gemv.MultiplyTransposed(a.Matrix, x.Span[..from], y.Span[..to]);
            else
                Gemv.Multiply(a.Matrix, x.Span[..from], y.Span[..to]);
        });
        var peer = new Rival("OpenBLAS", _ => OpenBlas.Multiply(rows, columns, a.Pointer, transposed, x.Pointer, y.Pointer));
        Rival[] rivals = OpenBlas.IsAvailable ? [peer, ours] : [ours];
        var results = Rivals.Measure(rivals, threads, rounds, 0.02);
        return Measurement.From(Name, $"y = {(transposed ? "Aᵀx" : "Ax")}, A {rows} x {columns}", threads, "GB/s", rivals.Select(_ => 4.0 * rows * columns), results, 1.1);
    }
}
