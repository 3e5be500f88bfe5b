using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Layouts;

public class NeuronMatrixTests
{
    [Theory]
    [InlineData(ElementType.Float32, true)]
    [InlineData(ElementType.Float32, false)]
    [InlineData(ElementType.BFloat16, true)]
    [InlineData(ElementType.BFloat16, false)]
    public void The_product_is_the_sum_over_the_selected_neurons(ElementType element, bool gated) =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 70], Gen.Int[1, 4], Gen.Bool, Gen.ULong).Sample((neurons, width, rows, biased, seed) =>
            Check(neurons, width, rows, element, gated, biased && gated, 0.5, seed), iter: 60, seed: "0000KDc4Hx31");

    [Fact]
    public void A_layer_of_many_parts_gives_the_same_for_any_number_of_threads()
    {
        var threads = WorkerPool.ThreadCount;
        try
        {
            var results = new List<float[]>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.ThreadCount = count;
                results.Add(Check(3000, 320, 2, ElementType.BFloat16, true, false, 0.7, 5));
            }
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Fact]
    public void No_neuron_gives_zeros_and_the_output_may_be_the_input()
    {
        var (up, down) = (Random(7, 5, 1), Random(5, 7, 2));
        var matrix = NeuronMatrix.Create(Dense(up, ElementType.Float32), default, Dense(down, ElementType.Float32));
        var (gates, x, y) = (Random(1, 7, 3), Random(1, 5, 4), Random(1, 5, 5));
        int[] selected = [0, 2, 5];
        matrix.Multiply(selected, gates.Matrix, x.Matrix, y.Matrix);
        matrix.Multiply(selected, gates.Matrix, x.Matrix, x.Matrix);
        Assert.Equal(y.Span.ToArray(), x.Span.ToArray());
        matrix.Multiply([], gates.Matrix, x.Matrix, y.Matrix);
        Assert.Equal(new float[5], y.Span.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var matrix = NeuronMatrix.Create(Dense(Random(7, 5, 1), ElementType.Float32), default, Dense(Random(5, 7, 2), ElementType.Float32));
        Assert.Equal((7, 5, 40L, 280L), (matrix.Neurons, matrix.Width, matrix.BytesPerNeuron, matrix.ByteCount));
        var (gates, x, narrow) = (Random(1, 7, 3), Random(1, 5, 4), Random(1, 4, 4));
        foreach (int[] wrong in (int[][])[[3, 3], [4, 2], [7], [-1]])
            Assert.Throws<ArgumentException>(() => matrix.Multiply(wrong, gates.Matrix, x.Matrix, x.Matrix));
        Assert.Throws<ArgumentException>(() => matrix.Multiply([1], gates.Matrix, narrow.Matrix, x.Matrix));
        Assert.Throws<ArgumentException>(() => matrix.Multiply([1], x.Matrix, x.Matrix, x.Matrix));
        Assert.Throws<MismatchException>(() => NeuronMatrix.Create(Dense(Random(7, 5, 1), ElementType.Float32), default, Dense(Random(5, 6, 2), ElementType.Float32)));
        Assert.Throws<MismatchException>(() => NeuronMatrix.Create(null, new float[3], Dense(Random(5, 6, 2), ElementType.Float32)));
    }

    private static float[] Check(int neurons, int width, int rows, ElementType element, bool gated, bool biased, double density, ulong seed)
    {
        var up = gated ? Random(neurons, width, seed) : null;
        var down = Random(width, neurons, seed + 1);
        var bias = biased ? Random(1, neurons, seed + 2).Span.ToArray() : [];
        var matrix = NeuronMatrix.Create(up is null ? null : Dense(up, element), bias, Dense(down, element));
        Assert.Equal(element, matrix.Element);
        var chance = new RandomStream(seed, "selection");
        int[] selected = [.. Enumerable.Range(0, neurons).Where(_ => chance.NextDouble() < density)];
        var (gates, x, y) = (Random(rows, neurons, seed + 3), Random(rows, width, seed + 4), Random(rows, width, seed + 5));
        matrix.Multiply(selected, gates.Matrix, x.Matrix, y.Matrix);
        var (wide, wideUp) = (Rounded(down, element), up is null ? null : Rounded(up, element));
        for (var row = 0; row < rows; row++)
        {
            var (sums, sizes) = (new double[width], new double[width]);
            foreach (var neuron in selected)
            {
                var (factor, size) = ((double)gates.Matrix[row, neuron], (double)Math.Abs(gates.Matrix[row, neuron]));
                if (wideUp is not null)
                {
                    var (dot, magnitude) = (biased ? (double)bias[neuron] : 0, biased ? (double)Math.Abs(bias[neuron]) : 0);
                    for (var i = 0; i < width; i++)
                    {
                        dot += (double)wideUp.Matrix[neuron, i] * x.Matrix[row, i];
                        magnitude += Math.Abs((double)wideUp.Matrix[neuron, i] * x.Matrix[row, i]);
                    }
                    factor *= dot;
                    size *= magnitude;
                }
                for (var i = 0; i < width; i++)
                {
                    sums[i] += factor * wide.Matrix[i, neuron];
                    sizes[i] += size * Math.Abs(wide.Matrix[i, neuron]);
                }
            }
            for (var i = 0; i < width; i++)
                Assert.Equal(sums[i], y.Matrix[row, i], 4e-6 * sizes[i] + 1e-30);
        }
        return y.Span.ToArray();
    }

    private static Tensor<float> Random(int rows, int columns, ulong seed)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(seed, "neurons").FillNormal(tensor.Span);
        return tensor;
    }

    private static DenseMatrix Dense(Tensor<float> values, ElementType element) => DenseMatrix.FromFloat32(values.Matrix, element);

    private static Tensor<float> Rounded(Tensor<float> values, ElementType element)
    {
        var result = new Tensor<float>(values.Shape);
        Dense(values, element).ToDense(result.Matrix);
        return result;
    }
}
