using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Dense weights in every storage type: the rivals of the sparse layouts.</summary>
internal sealed class StorageSuite : ISpeedSuite
{
    private const int Size = 4096;

    // More than the last-level cache holds, whatever the type.
    private const long ColdBytes = 160L << 20;

    private static readonly ElementType[] Elements = [
        ElementType.BFloat16, ElementType.Float16, ElementType.Int8, ElementType.Q8_0, ElementType.Q6_K, ElementType.Q4_K, ElementType.Q4_0,
    ];

    public string Name => "storage";

    public string Title => "Dense weights by storage type";

    public string Explanation => $"{Size} x {Size} weights, rotating over copies that exceed the cache, against our own float32 in the same rounds. The vector's figure is the rate at which the stored bytes are read, the batch's the arithmetic done; 8-bit and smaller types round the vector to 8 bits, batches are widened to float32.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var weights = Tensor<float>.Uninitialized(new Shape(Size, Size));
        new RandomStream(1, "storage").FillNormal(weights.Span, 0.02);
        var plain = Copies(weights.Matrix, ElementType.Float32);
        foreach (var element in quick ? Elements.Where(element => element is ElementType.BFloat16 or ElementType.Q4_0) : Elements)
        {
            var copies = Copies(weights.Matrix, element);
            foreach (var threads in new[] { 1, 2 })
            {
                WorkerPool.ThreadCount = threads;
                OpenBlas.SetThreads(1);
                foreach (var batch in new[] { 1, 16 })
                    yield return Measure(plain, copies, element, threads, batch, quick ? 5 : 9);
            }
        }
    }

    private Measurement Measure(DenseMatrix[] plain, DenseMatrix[] copies, ElementType element, int threads, int batch, int rounds)
    {
        var (x, y) = (new Tensor<float>(new Shape(batch, Size)), new Tensor<float>(new Shape(batch, Size)));
        new RandomStream(2, "storage").FillNormal(x.Span);
        var results = Rivals.Measure([Product("Float32", plain, x, y), Product("this type", copies, x, y)], threads, rounds, 0.02);
        var work = $"{element}, {(batch == 1 ? "vector" : $"batch of {batch}")}";
        double[] amounts = batch == 1 ? [plain[0].ByteCount, copies[0].ByteCount] : [2.0 * Size * Size * batch, 2.0 * Size * Size * batch];
        return Measurement.From(Name, work, threads, batch == 1 ? "GB/s" : "GF/s", amounts, results, 0);
    }

    private static Rival Product(string name, DenseMatrix[] copies, Tensor<float> x, Tensor<float> y) => new(name, round => copies[round % copies.Length].MultiplyBatch(x.Matrix, y.Matrix));

    private static DenseMatrix[] Copies(MatrixView<float> weights, ElementType element)
    {
        var first = DenseMatrix.FromFloat32(weights, element);
        return [first, .. Enumerable.Range(1, (int)(ColdBytes / first.ByteCount)).Select(_ =>
        {
            var storage = new TensorStorage<byte>(first.ByteCount, zeroed: false);
            first.Storage.Slice(0, (int)first.ByteCount).CopyTo(storage.Slice(0, (int)first.ByteCount));
            return DenseMatrix.FromStorage(element, Size, Size, storage);
        })];
    }
}
