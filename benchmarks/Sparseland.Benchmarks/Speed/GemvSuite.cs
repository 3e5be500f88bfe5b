using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>The product of a matrix and a vector against cblas_sgemv, on matrices larger than the cache.</summary>
internal sealed unsafe class GemvSuite : ISpeedSuite
{
    private const int Rows = 4096;
    private const int Columns = 11008;

    public string Name => "gemv";

    public string Title => "Matrix times vector, float32";

    public string Explanation => $"A {Rows} x {Columns} matrix (180 MB) against `cblas_sgemv`, row-major; the figure is the rate at which the matrix is read.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var a = Tensor<float>.Uninitialized(new Shape(Rows, Columns));
        var (x, y) = (new Tensor<float>(new Shape(Columns)), new Tensor<float>(new Shape(Columns)));
        var random = new RandomStream(1, "gemv");
        random.FillNormal(a.Span);
        random.FillNormal(x.Span);
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            OpenBlas.SetThreads(threads);
            foreach (var transposed in new[] { false, true })
                yield return Measure(a, x, y, transposed, threads, quick ? 5 : 11);
        }
    }

    private Measurement Measure(Tensor<float> a, Tensor<float> x, Tensor<float> y, bool transposed, int threads, int rounds)
    {
        var (from, to) = transposed ? (Rows, Columns) : (Columns, Rows);
        var ours = new Rival("Sparseland", _ =>
        {
            if (transposed)
                Gemv.MultiplyTransposed(a.Matrix, x.Span[..from], y.Span[..to]);
            else
                Gemv.Multiply(a.Matrix, x.Span[..from], y.Span[..to]);
        });
        var peer = new Rival("OpenBLAS", _ => OpenBlas.Multiply(Rows, Columns, a.Pointer, transposed, x.Pointer, y.Pointer));
        Rival[] rivals = OpenBlas.IsAvailable ? [peer, ours] : [ours];
        var results = Rivals.Measure(rivals, threads, rounds, 0.02);
        return Measurement.From(Name, transposed ? "y = Aᵀx" : "y = Ax", threads, "GB/s", rivals.Select(_ => 4.0 * Rows * Columns), results, 1.1);
    }
}
