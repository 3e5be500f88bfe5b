using System.Numerics;
using Sparseland.Chance;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Tensors;

public class GemmTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Every_small_extent_equals_the_definition(bool transposeA, bool transposeB)
    {
        var extents = new[] { 0, 1, 2, 5, 6, 7, 12, 13, 17 };
        foreach (var m in extents)
            foreach (var n in extents.Append(33).Append(65))
                foreach (var k in extents)
                {
                    Check<float>(m, n, k, transposeA, transposeB, (m + n) % 2 == 0, 0, 1e-6);
                    Check<double>(m, n, k, transposeA, transposeB, (m + k) % 2 == 0, 0, 1e-14);
                }
    }

    [Theory]
    [InlineData(71, 49, 300)]
    [InlineData(150, 31, 700)]
    [InlineData(31, 150, 700)]
    [InlineData(8, 260, 1100)]
    [InlineData(260, 8, 1100)]
    [InlineData(130, 600, 260)]
    [InlineData(80, 3, 40)]
    [InlineData(3, 80, 40)]
    public void Blocked_extents_equal_the_definition_under_every_transpose_and_stride(int m, int n, int k)
    {
        for (var flags = 0; flags < 8; flags++)
        {
            Check<float>(m, n, k, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, 5, 2e-6);
            if (k < 500)
                Check<double>(m, n, k, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, 700, 1e-14);
        }
    }

    [Fact]
    public void A_large_row_distance_is_copied_and_still_right() => Check<float>(100, 70, 90, false, false, true, 2000, 1e-6);

    [Theory]
    [InlineData(300, 200, 400, false, false)]
    [InlineData(16, 500, 300, false, true)]
    [InlineData(200, 200, 700, true, false)]
    [InlineData(500, 8, 300, false, false)]
    public void The_bytes_do_not_depend_on_the_number_of_threads(int m, int n, int k, bool transposeA, bool transposeB)
    {
        var (a, b) = (Random<float>(transposeA ? k : m, transposeA ? m : k, 1), Random<float>(transposeB ? n : k, transposeB ? k : n, 2));
        var threads = WorkerPool.ThreadCount;
        var results = new List<float[]>();
        try
        {
            for (var count = 1; count <= 3; count++)
            {
                WorkerPool.ThreadCount = count;
                var c = new Tensor<float>(new Shape(m, n));
                Gemm.Multiply(a.Matrix, transposeA, b.Matrix, transposeB, c.Matrix);
                results.Add(c.Span.ToArray());
            }
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Theory]
    [InlineData(3, 40, 20, 30)]
    [InlineData(12, 7, 9, 11)]
    [InlineData(2, 130, 120, 110)]
    public void A_batch_is_its_products_one_by_one(int batch, int m, int n, int k)
    {
        for (var flags = 0; flags < 8; flags++)
        {
            var (transposeA, transposeB, accumulate) = ((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
            var a = Random<float>(batch * (transposeA ? k : m), transposeA ? m : k, 3).Reshape(transposeA ? new Shape(1, batch, k, m) : new Shape(1, batch, m, k));
            var b = Random<float>(batch * (transposeB ? n : k), transposeB ? k : n, 4).Reshape(transposeB ? new Shape(1, batch, n, k) : new Shape(1, batch, k, n));
            var c = Random<float>(batch * m, n, 5).Reshape(new Shape(1, batch, m, n));
            var expected = c.Copy();
            for (var i = 0; i < batch; i++)
                Gemm.Multiply(Entry(a, i), transposeA, Entry(b, i), transposeB, Entry(expected, i), accumulate);
            Gemm.MultiplyBatched(a, transposeA, b, transposeB, c, accumulate);
            Assert.Equal(expected.Span, c.Span);
        }

        MatrixView<float> Entry(Tensor<float> tensor, int i) => tensor.Reshape(new Shape(batch, tensor.Shape[2], tensor.Shape[3])).Slice(i, 1).Matrix;
    }

    [Fact]
    public void An_empty_inner_extent_gives_zeros_or_leaves_what_is_added_to()
    {
        var (a, b, c) = (new Tensor<float>(new Shape(3, 0)), new Tensor<float>(new Shape(0, 4)), Random<float>(3, 4, 1));
        var before = c.Copy();
        Gemm.Multiply(a.Matrix, false, b.Matrix, false, c.Matrix, accumulate: true);
        Assert.Equal(before.Span, c.Span);
        Gemm.Multiply(a.Matrix, false, b.Matrix, false, c.Matrix);
        Assert.All(c.Span.ToArray(), value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(20, 40)]
    [InlineData(100, 20)]
    public void Infinities_and_NaN_stay_in_their_rows_and_columns(int m, int n)
    {
        var (a, b, c) = (Random<float>(m, 30, 1), Random<float>(30, n, 2), new Tensor<float>(new Shape(m, n)));
        a.Matrix[3, 7] = float.NaN;
        b.Matrix[5, n - 1] = float.PositiveInfinity;
        Gemm.Multiply(a.Matrix, false, b.Matrix, false, c.Matrix);
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                Assert.Equal(i != 3 && j != n - 1, float.IsFinite(c.Matrix[i, j]));
    }

    [Fact]
    public void Extents_that_do_not_fit_are_named()
    {
        var (a, b, c) = (Random<float>(2, 3, 1), Random<float>(4, 5, 2), new Tensor<float>(new Shape(2, 5)));
        var fault = Assert.Throws<ArgumentException>(() => Gemm.Multiply(a.Matrix, false, b.Matrix, false, c.Matrix));
        Assert.Contains("2 x 3", fault.Message, StringComparison.Ordinal);
        Assert.Contains("4 x 5", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Gemm.MultiplyBatched(a, false, b, false, c));
    }

    [Fact]
    public void A_product_allocates_nothing()
    {
        var (a, b, c) = (Random<float>(200, 150, 1), Random<float>(150, 130, 2), new Tensor<float>(new Shape(200, 130)));
        Gemm.Multiply(a.Matrix, false, b.Matrix, false, c.Matrix);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
            Gemm.Multiply(a.Matrix, false, b.Matrix, false, c.Matrix);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Half_precision_takes_the_scalar_path() => Check<Half>(20, 20, 20, false, true, false, 0, 0.05);

    private static void Check<T>(int m, int n, int k, bool transposeA, bool transposeB, bool accumulate, int padding, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = Padded<T>(transposeA ? k : m, transposeA ? m : k, padding, 1);
        var b = Padded<T>(transposeB ? n : k, transposeB ? k : n, padding, 2);
        var c = Padded<T>(m, n, padding, 3);
        var before = Padded<T>(m, n, padding, 3);
        Gemm.Multiply(a.View, transposeA, b.View, transposeB, c.View, accumulate);
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = accumulate ? double.CreateChecked(before.View[i, j]) : 0;
                var scale = Math.Abs(sum);
                for (var p = 0; p < k; p++)
                {
                    var term = double.CreateChecked(transposeA ? a.View[p, i] : a.View[i, p]) * double.CreateChecked(transposeB ? b.View[j, p] : b.View[p, j]);
                    sum += term;
                    scale += Math.Abs(term);
                }
                var error = Math.Abs(sum - double.CreateChecked(c.View[i, j]));
                if (!(error <= tolerance * scale))
                    Assert.Fail($"{m} x {n} x {k}, transposed {transposeA} {transposeB}, accumulate {accumulate}: ({i}, {j}) is {c.View[i, j]}, not {sum}");
            }
        }
        for (var i = 0; i < m; i++)
            for (var j = n; j < n + padding; j++)
                Assert.Equal(before.Tensor.Matrix[i, j], c.Tensor.Matrix[i, j]);
    }

    private static (Tensor<T> Tensor, MatrixView<T> View) Padded<T>(int rows, int columns, int padding, ulong seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensor = Random<T>(rows, columns + padding, seed);
        return (tensor, tensor.Matrix.Slice(0, rows, 0, columns));
    }

    private static Tensor<T> Random<T>(int rows, int columns, ulong seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream(seed, "matrix");
        var tensor = new Tensor<T>(new Shape(rows, columns));
        foreach (ref var value in tensor.Span)
            value = T.CreateTruncating(random.NextDouble() - 0.5);
        return tensor;
    }
}
