using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>The matrix product against cblas_sgemm: large squares, few columns, and the shapes of a small transformer's training.</summary>
internal sealed unsafe class GemmSuite : ISpeedSuite
{
    private static readonly Shape[] Shapes = [
        new(1024, 1024, 1024, false, false, 0.95),
        new(2048, 8, 2048, false, false, 1),
        new(2048, 32, 2048, false, false, 1),
        new(8, 4096, 4096, false, true, 1),
        new(32, 4096, 4096, false, true, 1),
        new(2048, 128, 2048, false, false, 0.95),
        new(4096, 144, 144, false, true, 0.95),
        new(4096, 384, 144, false, true, 0.95),
        new(4096, 144, 384, false, false, 0.95),
        new(144, 144, 4096, true, false, 0.95),
        new(384, 144, 4096, true, false, 0.95),
        new(128, 512, 8192, true, false, 0.95),
        new(512, 512, 8192, true, false, 0.95),
    ];

    public string Name => "gemm";

    public string Title => "Matrix products, float32";

    public string Explanation => "C = op(A) op(B) against `cblas_sgemm`. ᵀ marks an operand that is read transposed: `m x n x k` with Bᵀ is a batch through a linear layer, with Aᵀ a gradient of weights.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            OpenBlas.SetThreads(threads);
            foreach (var shape in quick ? Shapes.Take(3) : Shapes)
                yield return Measure(shape, threads, quick ? 5 : 9);
        }
    }

    private Measurement Measure(Shape shape, int threads, int rounds)
    {
        var (m, n, k, transposeA, transposeB, goal) = shape;
        var a = Random(transposeA ? k : m, transposeA ? m : k);
        var b = Random(transposeB ? n : k, transposeB ? k : n);
        var c = new Tensor<float>(new Sparseland.Tensors.Shape(m, n));
        var ours = new Rival("Sparseland", _ => Gemm.Multiply(a.Matrix, transposeA, b.Matrix, transposeB, c.Matrix));
        var peer = new Rival("OpenBLAS", _ => OpenBlas.Multiply(m, n, k, a.Pointer, transposeA, b.Pointer, transposeB, c.Pointer));
        Rival[] rivals = OpenBlas.IsAvailable ? [peer, ours] : [ours];
        var results = Rivals.Measure(rivals, threads, rounds, 0.02);
        return Measurement.From(Name, $"{m} x {n} x {k}{(transposeA ? " Aᵀ" : "")}{(transposeB ? " Bᵀ" : "")}", threads, "GF/s", rivals.Select(_ => 2.0 * m * n * k), results, goal);
    }

    private static Tensor<float> Random(int rows, int columns)
    {
        var tensor = Tensor<float>.Uninitialized(new Sparseland.Tensors.Shape(rows, columns));
        new RandomStream(1, "gemm").FillNormal(tensor.Span);
        return tensor;
    }

    private sealed record Shape(int M, int N, int K, bool TransposeA, bool TransposeB, double Goal);
}
