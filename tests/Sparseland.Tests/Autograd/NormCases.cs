using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public static class NormCases
{
    public static IReadOnlyList<OperationCase> All =>
    [
        new RmsCase("root mean square norm", new Shape(5, 19)),
        new RmsCase("root mean square norm of many rows", new Shape(3, 1100, 16)),
        new LayerCase("layer norm", bias: true),
        new LayerCase("layer norm without bias", bias: false),
        new SoftmaxCase(),
        new RotaryCase("rotary", batch: 2, length: 5, heads: 3, headWidth: 18, first: 0),
        new RotaryCase("rotary from a later position", batch: 1, length: 4, heads: 2, headWidth: 6, first: 3),
    ];

    private sealed class RmsCase(string name, Shape shape) : OperationCase(name, shape, new Shape(shape.Columns))
    {
        public override double FloatTolerance => 1e-4;

        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].RmsNorm(inputs[1], 1e-3);

        public override double[] Define(double[][] inputs)
        {
            var width = inputs[1].Length;
            return inputs[0].Chunk(width).SelectMany(row => row.Select((x, i) => x * inputs[1][i] / Math.Sqrt(row.Average(value => value * value) + 1e-3))).ToArray();
        }
    }

    private sealed class LayerCase(string name, bool bias) : OperationCase(name, bias ? [new Shape(2, 3, 11), new Shape(11), new Shape(11)] : [new Shape(2, 3, 11), new Shape(11)])
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].LayerNorm(inputs[1], bias ? inputs[2] : null, 1e-5);

        public override double[] Define(double[][] inputs) => inputs[0].Chunk(11).SelectMany(row =>
        {
            var mean = row.Average();
            var deviation = Math.Sqrt(row.Average(x => (x - mean) * (x - mean)) + 1e-5);
            return row.Select((x, i) => ((x - mean) / deviation * inputs[1][i]) + (bias ? inputs[2][i] : 0));
        }).ToArray();
    }

    private sealed class SoftmaxCase() : OperationCase("softmax", new Shape(2, 3, 21))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].Softmax();

        public override double[] Define(double[][] inputs) =>
            inputs[0].Chunk(21).SelectMany(row => row.Select(x => Math.Exp(x) / row.Sum(Math.Exp))).ToArray();
    }

    private sealed class RotaryCase(string name, int batch, int length, int heads, int headWidth, int first) : OperationCase(name, new Shape(batch, length, heads * headWidth))
    {
        private readonly double[] _frequencies = Enumerable.Range(0, headWidth / 2).Select(i => Math.Pow(100, -2.0 * i / headWidth)).ToArray();

        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].Rotary(new RotaryTable(_frequencies, first + length), headWidth, first);

        public override double[] Define(double[][] inputs)
        {
            var (x, y, half) = (inputs[0], new double[inputs[0].Length], headWidth / 2);
            for (var i = 0; i < x.Length; i++)
            {
                var position = first + (i / (heads * headWidth) % length);
                var place = i % headWidth;
                var angle = position * _frequencies[place % half];
                y[i] = place < half ? (x[i] * Math.Cos(angle)) - (x[i + half] * Math.Sin(angle)) : (x[i] * Math.Cos(angle)) + (x[i - half] * Math.Sin(angle));
            }
            return y;
        }
    }
}
