using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Sparse weights times several vectors against cblas_sgemm on the dense weights.</summary>
internal sealed unsafe class SparseBatchSuite : ISpeedSuite
{
    private const int Size = 2048;

    private static readonly Subject[] Subjects =
    [
        new("csr", ElementType.Float32, 0.5, 128, 1.5), new("csr", ElementType.Float32, 0.8, 128, 3), new("csr", ElementType.Float32, 0.9, 128, 4.5),
        new("csr", ElementType.Float32, 0.8, 32, 4), new("csr", ElementType.Float32, 0.9, 32, 6),
        new("bitmap", ElementType.Float32, 0.5, 128, 1.5), new("bitmap", ElementType.BFloat16, 0.8, 32, 4),
        new("2:4", ElementType.BFloat16, 0.5, 32, 0), new("block 1x8", ElementType.Float32, 0.8, 32, 0), new("block 8x1", ElementType.Float32, 0.8, 32, 0),
        new("bitmap", ElementType.Float32, 0.7, 4, 0), new("bitmap", ElementType.Float32, 0.7, 8, 0), new("bitmap", ElementType.Float32, 0.7, 16, 0), new("bitmap", ElementType.Float32, 0.7, 64, 0),
    ];

    public string Name => "spmm";

    public string Title => "Sparse weights times a batch";

    public string Explanation => $"{Size} x {Size} weights at random positions times a batch of vectors, against `cblas_sgemm` on the dense weights in its faster order (columns of vectors). Arithmetic is counted as if nothing were zero.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var weights = Tensor<float>.Uninitialized(new Shape(Size, Size));
        new RandomStream(1, "spmm").FillNormal(weights.Span, 0.02);
        foreach (var subject in quick ? Subjects.Take(3) : Subjects)
        {
            var mask = RandomMask.ForLayout(subject.Layout, Size, Size, 1 - subject.Sparsity, new RandomStream(2, "mask"));
            var sparse = MatrixLayoutFactory.Create(subject.Layout, subject.Element, weights.Matrix, mask);
            foreach (var threads in new[] { 1, 2 })
                yield return Measure(subject, weights, sparse, threads, quick ? 5 : 9);
        }
    }

    private Measurement Measure(Subject subject, Tensor<float> weights, MatrixLayout sparse, int threads, int rounds)
    {
        WorkerPool.ThreadCount = threads;
        OpenBlas.SetThreads(threads);
        var (x, y) = (new Tensor<float>(new Shape(subject.Batch, Size)), new Tensor<float>(new Shape(subject.Batch, Size)));
        var columns = new Tensor<float>(new Shape(Size, subject.Batch));
        new RandomStream(3, "spmm").FillNormal(x.Span);
        new RandomStream(3, "spmm").FillNormal(columns.Span);
        var dense = MatrixLayoutFactory.Create("dense", ElementType.Float32, weights.Matrix, Mask.Full(Size, Size));
        var peer = OpenBlas.IsAvailable
            ? new Rival("OpenBLAS", _ => OpenBlas.Multiply(Size, subject.Batch, Size, weights.Pointer, false, columns.Pointer, false, y.Pointer))
            : new Rival("dense Float32", _ => dense.MultiplyBatch(x.Matrix, y.Matrix));
        var results = Rivals.Measure([peer, new Rival("layout", _ => sparse.MultiplyBatch(x.Matrix, y.Matrix))], threads, rounds, 0.02);
        var operations = 2.0 * Size * Size * subject.Batch;
        return Measurement.From(Name, $"{subject.Layout} {subject.Element}, {subject.Sparsity:P0}, batch of {subject.Batch}", threads, "GF/s", [operations, operations], results, subject.Goal);
    }

    private sealed record Subject(string Layout, ElementType Element, double Sparsity, int Batch, double Goal);
}
