using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public static class LinearCases
{
    public static IReadOnlyList<OperationCase> All =>
    [
        new LinearCase("linear", new Shape(3, 5), outputs: 4, bias: false),
        new LinearCase("linear with bias", new Shape(2, 3, 17), outputs: 9, bias: true),
        new LinearCase("linear of a vector", new Shape(6), outputs: 3, bias: true),
        new MaskedLinearCase("masked linear", bias: false),
        new MaskedLinearCase("masked linear with bias", bias: true),
        new LowRankCase("linear with a low-rank addition", bias: false),
        new LowRankCase("linear with a low-rank addition and bias", bias: true),
        new EmbeddingCase(),
        new TwoEmbeddingsCase(),
        new MatMulCase("batched product", transposeB: false),
        new MatMulCase("batched product, transposed", transposeB: true),
    ];

    private static double[] Product(double[] x, double[] weight, double[]? bias, int rows, int inputs, int outputs, Mask? mask = null)
    {
        var y = new double[rows * outputs];
        for (var r = 0; r < rows; r++)
        {
            for (var o = 0; o < outputs; o++)
            {
                y[(r * outputs) + o] = bias?[o] ?? 0;
                for (var i = 0; i < inputs; i++)
                    if (mask is null || mask[o, i])
                        y[(r * outputs) + o] += x[(r * inputs) + i] * weight[(o * inputs) + i];
            }
        }
        return y;
    }

    private static Shape[] Shapes(Shape x, int outputs, bool bias) =>
        bias ? [x, new Shape(outputs, x.Columns), new Shape(outputs)] : [x, new Shape(outputs, x.Columns)];

    private sealed class LinearCase(string name, Shape x, int outputs, bool bias) : OperationCase(name, Shapes(x, outputs, bias))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].Linear(inputs[1], bias ? inputs[2] : null);

        public override double[] Define(double[][] inputs) =>
            Product(inputs[0], inputs[1], bias ? inputs[2] : null, Shapes[0].Rows, Shapes[0].Columns, Shapes[1][0]);
    }

    private sealed class MaskedLinearCase(string name, bool bias) : OperationCase(name, Shapes(new Shape(4, 70), 5, bias))
    {
        private readonly Mask _mask = RandomMask(5, 70);

        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].MaskedLinear(inputs[1], _mask, bias ? inputs[2] : null);

        public override double[] Define(double[][] inputs) => Product(inputs[0], inputs[1], bias ? inputs[2] : null, 4, 70, 5, _mask);
    }

    private sealed class LowRankCase(string name, bool bias) : OperationCase(name, [.. Shapes(new Shape(2, 3, 7), 5, bias), new Shape(2, 7), new Shape(5, 2)])
    {
        private const double Scale = 1.5;

        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].LowRankLinear(inputs[1], bias ? inputs[2] : null, inputs[^2], inputs[^1], Scale);

        public override double[] Define(double[][] inputs)
        {
            var weight = inputs[1].ToArray();
            for (var row = 0; row < 5; row++)
                for (var column = 0; column < 7; column++)
                    for (var rank = 0; rank < 2; rank++)
                        weight[(row * 7) + column] += Scale * inputs[^1][(row * 2) + rank] * inputs[^2][(rank * 7) + column];
            return Product(inputs[0], weight, bias ? inputs[2] : null, 6, 7, 5);
        }
    }

    public static Mask RandomMask(int rows, int columns)
    {
        var random = new RandomStream(1, "mask");
        var mask = new Mask(rows, columns);
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++)
                mask[r, c] = random.NextInt(2) == 0;
        return mask;
    }

    private sealed class EmbeddingCase() : OperationCase("embedding", new Shape(11, 5))
    {
        private static readonly int[] Ids = [3, 0, 3, 10, 3, 8];

        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => tape.Embedding(inputs[0], Ids, new Shape(2, 3));

        public override double[] Define(double[][] inputs) => Ids.SelectMany(id => inputs[0].Skip(id * 5).Take(5)).ToArray();
    }

    private sealed class TwoEmbeddingsCase() : OperationCase("two embeddings of one table", new Shape(4, 3))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) =>
            tape.Embedding(inputs[0], [1, 1], new Shape(2)).Multiply(tape.Embedding(inputs[0], [1, 2], new Shape(2)));

        public override double[] Define(double[][] inputs) =>
            Enumerable.Range(0, 6).Select(i => inputs[0][3 + (i % 3)] * inputs[0][3 + i]).ToArray();
    }

    private sealed class MatMulCase(string name, bool transposeB) : OperationCase(name, new Shape(2, 3, 4, 5), transposeB ? new Shape(2, 3, 7, 5) : new Shape(2, 3, 5, 7))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].MatMul(inputs[1], transposeB);

        public override double[] Define(double[][] inputs)
        {
            var y = new double[6 * 4 * 7];
            for (var batch = 0; batch < 6; batch++)
                for (var i = 0; i < 4; i++)
                    for (var j = 0; j < 7; j++)
                        for (var k = 0; k < 5; k++)
                            y[(((batch * 4) + i) * 7) + j] += inputs[0][(((batch * 4) + i) * 5) + k] * inputs[1][(batch * 35) + (transposeB ? (j * 5) + k : (k * 7) + j)];
            return y;
        }
    }
}
