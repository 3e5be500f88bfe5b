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

    private enum Against
    {
        OpenBlas,
        RowByRow,
    }

    private static readonly Subject[] Subjects =
    [
        new("csr", ElementType.Float32, 0.5, 128, 1.5), new("csr", ElementType.Float32, 0.8, 128, 3), new("csr", ElementType.Float32, 0.9, 128, 4.5),
        new("csr", ElementType.Float32, 0.8, 32, 4), new("csr", ElementType.Float32, 0.9, 32, 6),
        new("csr", ElementType.Float32, 0.5, 128, 4, Against.RowByRow), new("csr", ElementType.Float32, 0.8, 128, 4, Against.RowByRow), new("csr", ElementType.Float32, 0.8, 32, 4, Against.RowByRow),
        new("bitmap", ElementType.Float32, 0.5, 128, 1.5), new("bitmap", ElementType.Float32, 0.8, 128, 3), new("bitmap", ElementType.Float32, 0.8, 32, 4),
        new("bitmap", ElementType.BFloat16, 0.8, 32, 0), new("tiled-csl", ElementType.Float16, 0.8, 32, 0),
        new("2:4", ElementType.BFloat16, 0.5, 32, 0), new("block 1x8", ElementType.Float32, 0.8, 32, 0), new("block 8x1", ElementType.Float32, 0.8, 32, 0),
        new("bitmap", ElementType.Float32, 0.7, 4, 0), new("bitmap", ElementType.Float32, 0.7, 8, 0), new("bitmap", ElementType.Float32, 0.7, 16, 0), new("bitmap", ElementType.Float32, 0.7, 64, 0),
    ];

    public string Name => "spmm";

    public string Title => "Sparse weights times a batch";

    public string Explanation => $"{Size} x {Size} weights at random positions times a batch of vectors, against `cblas_sgemm` on the dense weights in its faster order (columns of vectors), or against the plain loop of libraries such as Eigen: for every kept entry, a row of the batch times a number is added to a row of the result. Arithmetic is counted as if nothing were zero.";

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
        var rival = subject.Against == Against.RowByRow ? RowByRow((SparseMatrix)sparse, columns)
            : OpenBlas.IsAvailable ? new Rival("OpenBLAS", _ => OpenBlas.Multiply(Size, subject.Batch, Size, weights.Pointer, false, columns.Pointer, false, y.Pointer))
            : Dense(weights, x, y);
        var results = Rivals.Measure([rival, new Rival("layout", _ => sparse.MultiplyBatch(x.Matrix, y.Matrix))], threads, rounds, 0.02);
        var operations = 2.0 * Size * Size * subject.Batch;
        return Measurement.From(Name, $"{subject.Layout} {subject.Element}, {subject.Sparsity:P0}, batch of {subject.Batch}", threads, "GF/s", [operations, operations], results, subject.Goal);
    }

    private static Rival Dense(Tensor<float> weights, Tensor<float> x, Tensor<float> y)
    {
        var dense = MatrixLayoutFactory.Create("dense", ElementType.Float32, weights.Matrix, Mask.Full(Size, Size));
        return new Rival("dense Float32", _ => dense.MultiplyBatch(x.Matrix, y.Matrix));
    }

    // In CSR order, rows shared out among the threads.
    private static Rival RowByRow(SparseMatrix sparse, Tensor<float> columns)
    {
        var parts = sparse.Parts;
        var (offsets, indices, values) = (parts[0].Bytes, parts[1].Bytes, parts[2].Bytes);
        var result = new Tensor<float>(columns.Shape);
        return new Rival("row by row", _ => WorkerPool.Run(Size / RowLoop.RowsPerPart, new RowLoop((int*)offsets.Pointer, (ushort*)indices.Pointer, (float*)values.Pointer, columns, result)));
    }

    private readonly struct RowLoop(int* offsets, ushort* indices, float* values, Tensor<float> columns, Tensor<float> result) : IParallelWork
    {
        public const int RowsPerPart = 64;

        public void Run(int part)
        {
            for (var row = part * RowsPerPart; row < (part + 1) * RowsPerPart; row++)
            {
                var sum = result.Matrix.Row(row);
                sum.Clear();
                for (var i = offsets[row]; i < offsets[row + 1]; i++)
                    TensorPrimitives.MultiplyAdd(columns.Matrix.Row(indices[i]), values[i], sum, sum);
            }
        }
    }

    private sealed record Subject(string Layout, ElementType Element, double Sparsity, int Batch, double Goal, Against Against = Against.OpenBlas);
}
