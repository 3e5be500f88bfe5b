using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public static class ElementwiseCases
{
    private const int Rows = 3;
    private const int Columns = 13;

    public static IReadOnlyList<OperationCase> All =>
    [
        new Binary("sum", (x, y) => x + y, BinaryKind.Add),
        new Binary("difference", (x, y) => x - y, BinaryKind.Subtract),
        new Binary("product", (x, y) => x * y, BinaryKind.Multiply),
        new Binary("gated unit", (x, y) => x * OperationCase.Sigmoid(x) * y, BinaryKind.SwiGlu),
        new Unary("scaled", x => -2.5 * x, UnaryKind.Scale),
        new Unary("sigmoid linear unit", x => x * OperationCase.Sigmoid(x), UnaryKind.Silu),
        new Unary("gaussian unit, tanh", x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))), UnaryKind.GeluTanh),
        new Unary("gaussian unit", x => x * Integral(x), UnaryKind.Gelu),
        new Unary("square of one variable", x => x * x, UnaryKind.Square),
        new Unary("twice one variable", x => x + x, UnaryKind.Twice),
        new Unary("sine", x => Math.Sin(3 * x), UnaryKind.Sine),
        new Unary("magnitude", Math.Abs, UnaryKind.Absolute),
        new DropoutCase(),
    ];

    private enum BinaryKind { Add, Subtract, Multiply, SwiGlu }

    private enum UnaryKind { Scale, Silu, GeluTanh, Gelu, Square, Twice, Sine, Absolute }

    // The normal distribution by Simpson's rule on its density from -12: slow, and nobody's series.
    private static double Integral(double x)
    {
        const int steps = 4000;
        var width = (x + 12) / steps;
        var sum = 0.0;
        for (var i = 0; i <= steps; i++)
        {
            var t = -12 + (i * width);
            sum += Math.Exp(-0.5 * t * t) * (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * width / 3 / Math.Sqrt(2 * Math.PI);
    }

    private sealed class Binary(string name, Func<double, double, double> definition, BinaryKind kind) : OperationCase(name, new Shape(Rows, Columns), new Shape(Rows, Columns))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => kind switch
        {
            BinaryKind.Add => inputs[0].Add(inputs[1]),
            BinaryKind.Subtract => inputs[0].Subtract(inputs[1]),
            BinaryKind.Multiply => inputs[0].Multiply(inputs[1]),
            _ => inputs[0].SwiGlu(inputs[1]),
        };

        public override double[] Define(double[][] inputs) => inputs[0].Zip(inputs[1], definition).ToArray();
    }

    private sealed class Unary(string name, Func<double, double> definition, UnaryKind kind) : OperationCase(name, new Shape(Rows, Columns))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => kind switch
        {
            UnaryKind.Scale => inputs[0].Scale(-2.5),
            UnaryKind.Silu => inputs[0].Silu(),
            UnaryKind.GeluTanh => inputs[0].Gelu(tanh: true),
            UnaryKind.Gelu => inputs[0].Gelu(tanh: false),
            UnaryKind.Square => inputs[0].Multiply(inputs[0]),
            UnaryKind.Sine => inputs[0].Sine(3),
            UnaryKind.Absolute => inputs[0].Absolute(),
            _ => inputs[0].Add(inputs[0]),
        };

        public override double[] Define(double[][] inputs) => inputs[0].Select(definition).ToArray();
    }

    private sealed class DropoutCase() : OperationCase("dropout", new Shape(Rows, Columns))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].Dropout(0.25, new RandomStream(9, "dropout"));

        public override double[] Define(double[][] inputs)
        {
            var random = new RandomStream(9, "dropout");
            var y = new double[inputs[0].Length];
            var bits = 0UL;
            for (var i = 0; i < y.Length; i++)
            {
                bits = i % 2 == 0 ? random.NextBits() : bits << 32;
                y[i] = (bits >> 32) * (1.0 / (1UL << 32)) < 0.25 ? 0 : inputs[0][i] / 0.75;
            }
            return y;
        }
    }
}
