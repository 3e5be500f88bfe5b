using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Models;

public sealed unsafe class AttentionKernelsTests
{
    private static Tensor<float> Random(int rows, int columns, ulong seed)
    {
        var matrix = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(seed, "attention").FillNormal(matrix.Span);
        return matrix;
    }

    private static void AssertProduct(Tensor<float> a, Tensor<float> b, bool transposed, float start, Tensor<float> actual, int m, int n, int k)
    {
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = (double)start;
                for (var p = 0; p < k; p++)
                    sum += (double)a.Matrix[i, p] * (transposed ? b.Matrix[j, p] : b.Matrix[p, j]);
                Assert.Equal(sum, actual.Matrix[i, j], 1e-4);
            }
        }
    }

    [Fact]
    public void Products_of_every_small_shape_equal_the_definition_and_touch_nothing_else()
    {
        foreach (var m in (int[])[1, 2, 3, 4, 5, 8, 9])
        {
            foreach (var n in Enumerable.Range(1, 41))
            {
                var k = 1 + (m * 7 + n) % 23;
                var (a, b, c) = (Random(m, k + 3, 1), Random(k, n + 5, 2), new Tensor<float>(new Shape(m, n + 2)));
                c.Span.Fill(0.5f);
                AttentionKernels.AddProduct(a.Pointer, k + 3, b.Pointer, n + 5, c.Pointer, n + 2, m, k, n);
                AssertProduct(a, b, false, 0.5f, c, m, n, k);
                for (var row = 0; row < m; row++)
                    Assert.Equal([0.5f, 0.5f], c.Matrix.Row(row)[n..].ToArray());
            }
        }
    }

    [Fact]
    public void Scores_of_every_small_shape_equal_the_definition()
    {
        foreach (var n in Enumerable.Range(1, 13))
        {
            foreach (var k in Enumerable.Range(1, 35))
            {
                var (a, b, c) = (Random(3, k, 1), Random(n, k + 1, 2), new Tensor<float>(new Shape(3, n + 1)));
                AttentionKernels.DotRows(a.Pointer, k, b.Pointer, k + 1, c.Pointer, n + 1, 3, n, k);
                AssertProduct(a, b, true, 0, c, 3, n, k);
            }
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(7, 12)]
    [InlineData(64, 33)]
    public void A_transpose_swaps_rows_and_columns(int rows, int columns)
    {
        var source = Random(rows, columns, 3);
        var turned = new Tensor<float>(new Shape(columns, 64));
        AttentionKernels.Transpose(source.Pointer, columns, rows, columns, turned.Pointer, 64);
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                Assert.Equal(source.Matrix[row, column], turned.Matrix[column, row]);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(-3.14159f)]
    [InlineData(1.00390625f)]
    [InlineData(1.01171875f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Bfloat16_rounds_to_nearest_even(float value)
    {
        var (source, back, stored) = (new float[17], new float[17], new ushort[17]);
        Array.Fill(source, value);
        fixed (float* from = source, to = back)
        fixed (ushort* half = stored)
        {
            BFloat16Rows.Narrow(from, half, 17);
            BFloat16Rows.Widen(half, to, 17);
        }
        // Halves between two neighbours go to the even one: 1.00390625 down to 1, 1.01171875 up to 1.015625.
        var expected = value switch { 1.00390625f => 1f, 1.01171875f => 1.015625f, -3.14159f => -3.140625f, _ => value };
        Assert.All(back, result => Assert.Equal(expected, result));
    }
}
