using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Sparse layouts times a vector, against the dense rival that the goal names.</summary>
internal sealed unsafe class SparseVectorSuite : ISpeedSuite
{
    private const int Size = 4096;

    // More than the last-level cache holds; sparse copies are smaller, so there are more of them.
    private const long ColdBytes = 128L << 20;
    private const int MostCopies = 16;

    private enum Against
    {
        OpenBlas,
        DenseFloat32,
        DenseSameType,
    }

    private static readonly Subject[] Subjects =
    [
        new("2:4", ElementType.Float32, 0.5, Against.OpenBlas, 1.7, 1.7), new("2:4", ElementType.BFloat16, 0.5, Against.DenseSameType, 1.25, 1.4),
        new("2:4", ElementType.Int8, 0.5, Against.DenseSameType, 0, 0), new("4:8", ElementType.BFloat16, 0.5, Against.DenseSameType, 0, 0),
        new("1:4", ElementType.BFloat16, 0.75, Against.DenseSameType, 0, 0), new("2:8", ElementType.BFloat16, 0.75, Against.DenseSameType, 0, 0),
        new("block 1x8", ElementType.Float32, 0.8, Against.DenseFloat32, 3, 3), new("block 1x8", ElementType.Float32, 0.9, Against.DenseFloat32, 7, 7),
        new("block 8x1", ElementType.Float32, 0.8, Against.DenseFloat32, 3, 3), new("block 8x1", ElementType.Float32, 0.9, Against.DenseFloat32, 7, 7),
        new("bitmap", ElementType.Float32, 0.5, Against.OpenBlas, 1.15, 1.15), new("bitmap", ElementType.Float32, 0.7, Against.OpenBlas, 1.4, 1.4),
        new("bitmap", ElementType.Float32, 0.9, Against.OpenBlas, 1.5, 1.5),
        new("bitmap", ElementType.BFloat16, 0.5, Against.DenseSameType, 0, 0), new("bitmap", ElementType.Int8, 0.5, Against.DenseSameType, 0, 0),
        new("csr", ElementType.Float32, 0.9, Against.OpenBlas, 2.5, 2.5), new("csr", ElementType.Float32, 0.95, Against.OpenBlas, 6, 6),
        new("tiled-csl", ElementType.Float16, 0.7, Against.DenseSameType, 0, 0),
    ];

    public string Name => "sparse";

    public string Title => "Sparse weights times a vector";

    public string Explanation => $"{Size} x {Size} weights at random positions, rotating over copies that exceed the cache. The first figure of a line is the rival that the goal names; rates are of stored bytes. A layout that is not faster than dense storage of its own type saves bytes, not time: the dispatcher expands it for running.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var weights = Tensor<float>.Uninitialized(new Shape(Size, Size));
        new RandomStream(1, "sparse").FillNormal(weights.Span, 0.02);
        var plain = Copies(MatrixLayoutFactory.Create("dense", ElementType.Float32, weights.Matrix, Mask.Full(Size, Size)));
        foreach (var subject in quick ? Subjects.Where(subject => subject.OneThread > 0).Take(4) : Subjects)
        {
            var mask = RandomMask.ForLayout(subject.Layout, Size, Size, 1 - subject.Sparsity, new RandomStream(2, "mask"));
            var sparse = Copies(MatrixLayoutFactory.Create(subject.Layout, subject.Element, weights.Matrix, mask));
            var same = subject.Against == Against.DenseSameType ? Copies(MatrixLayoutFactory.Create("dense", subject.Element, weights.Matrix, mask)) : plain;
            foreach (var threads in new[] { 1, 2 })
                yield return Measure(subject, plain, same, sparse, threads, quick ? 5 : 9);
        }
    }

    private Measurement Measure(Subject subject, MatrixLayout[] plain, MatrixLayout[] same, MatrixLayout[] sparse, int threads, int rounds)
    {
        WorkerPool.ThreadCount = threads;
        OpenBlas.SetThreads(threads);
        var (x, y) = (new Tensor<float>(new Shape(Size)), new Tensor<float>(new Shape(Size)));
        new RandomStream(3, "sparse").FillNormal(x.Span);
        var rival = subject.Against switch
        {
            Against.OpenBlas when OpenBlas.IsAvailable => new Rival("OpenBLAS", round => OpenBlas.Multiply(Size, Size, (float*)((DenseMatrix)plain[round % plain.Length]).Storage.Pointer, false, x.Pointer, y.Pointer)),
            Against.DenseSameType => Product("dense, same type", same, x, y),
            _ => Product("dense Float32", plain, x, y),
        };
        var results = Rivals.Measure([rival, Product("layout", sparse, x, y)], threads, rounds, 0.02);
        double[] bytes = [same[0].ByteCount, sparse[0].ByteCount];
        return Measurement.From(Name, $"{subject.Layout} {subject.Element}, {subject.Sparsity:P0}", threads, "GB/s", bytes, results, threads == 1 ? subject.OneThread : subject.TwoThreads);
    }

    private static Rival Product(string name, MatrixLayout[] copies, Tensor<float> x, Tensor<float> y) => new(name, round => copies[round % copies.Length].Multiply(x.Span, y.Span));

    private static MatrixLayout[] Copies(MatrixLayout first) =>
        [first, .. Enumerable.Range(1, (int)Math.Clamp(ColdBytes / first.ByteCount, 1, MostCopies)).Select(_ => MatrixLayoutFactory.Copy(first))];

    private sealed record Subject(string Layout, ElementType Element, double Sparsity, Against Against, double OneThread, double TwoThreads);
}
