using System.Numerics;
using Sparseland.Chance;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Tensors;

public class GemvTests
{
    [Fact]
    public void Every_length_equals_the_definition_both_ways()
    {
        for (var rows = 0; rows <= 9; rows++)
            for (var columns = 0; columns <= 65; columns++)
            {
                Check<float>(rows, columns, columns % 3, 1e-6);
                Check<double>(rows, columns, columns % 3, 1e-14);
            }
    }

    [Theory]
    [InlineData(700, 300)]
    [InlineData(37, 5000)]
    [InlineData(2000, 1)]
    [InlineData(141, 1021)]
    [InlineData(3, 140000)]
    public void Products_that_are_shared_out_equal_the_definition(int rows, int columns) => Check<float>(rows, columns, 3, 2e-6);

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_threads()
    {
        var a = Random<float>(500, 1500, 1);
        var (x, z) = (Random<float>(1, 1500, 2).Span.ToArray(), Random<float>(1, 500, 3).Span.ToArray());
        var threads = WorkerPool.ThreadCount;
        var results = new List<(float[] Plain, float[] Transposed)>();
        try
        {
            for (var count = 1; count <= 3; count++)
            {
                WorkerPool.ThreadCount = count;
                var (y, t) = (new float[500], new float[1500]);
                Gemv.Multiply(a.Matrix, x, y);
                Gemv.MultiplyTransposed(a.Matrix, z, t);
                results.Add((y, t));
            }
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
        Assert.All(results, result =>
        {
            Assert.Equal(results[0].Plain, result.Plain);
            Assert.Equal(results[0].Transposed, result.Transposed);
        });
    }

    [Fact]
    public void Extents_that_do_not_fit_are_named()
    {
        var a = Random<float>(3, 4, 1);
        Assert.Contains("3 x 4", Assert.Throws<ArgumentException>(() => Gemv.Multiply(a.Matrix, new float[3], new float[3])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Gemv.MultiplyTransposed(a.Matrix, new float[4], new float[4]));
    }

    private static void Check<T>(int rows, int columns, int padding, double tolerance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = Random<T>(rows, columns + padding, 1).Matrix.Slice(0, rows, 0, columns);
        var x = Random<T>(1, columns, 2).Span.ToArray();
        var z = Random<T>(1, rows, 3).Span.ToArray();
        var (y, t) = (new T[rows], Random<T>(1, columns, 4).Span.ToArray());
        var before = t.ToArray();
        Gemv.Multiply(a, x, y);
        Gemv.MultiplyTransposed(a, z, t, accumulate: true);
        for (var i = 0; i < rows; i++)
        {
            var terms = Enumerable.Range(0, columns).Select(j => double.CreateChecked(a[i, j]) * double.CreateChecked(x[j])).ToArray();
            Assert.Equal(terms.Sum(), double.CreateChecked(y[i]), tolerance * (terms.Sum(Math.Abs) + 1e-9));
        }
        for (var j = 0; j < columns; j++)
        {
            var terms = Enumerable.Range(0, rows).Select(i => double.CreateChecked(a[i, j]) * double.CreateChecked(z[i])).Append(double.CreateChecked(before[j])).ToArray();
            Assert.Equal(terms.Sum(), double.CreateChecked(t[j]), tolerance * (terms.Sum(Math.Abs) + 1e-9));
        }
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
