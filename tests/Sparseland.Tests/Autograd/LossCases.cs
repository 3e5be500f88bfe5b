using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public static class LossCases
{
    private static readonly int[] Targets = [4, 0, -100, 12, 4];

    public static IReadOnlyList<OperationCase> All =>
    [
        new CrossEntropyCase(),
        new TwoLossesCase(),
        new LinearCrossEntropyCase("fused head and loss", rows: 5, classes: 13),
        new LinearCrossEntropyCase("fused head and loss in chunks", rows: 36, classes: 33000),
        new KlDivergenceCase("divergence from a teacher", 1),
        new KlDivergenceCase("divergence at a temperature", 2.5),
        new MeanSquaredErrorCase(),
    ];

    private static double[] LogSoftmax(IEnumerable<double> row, double temperature = 1)
    {
        var scaled = row.Select(x => x / temperature).ToArray();
        var logSum = Math.Log(scaled.Sum(Math.Exp));
        return scaled.Select(x => x - logSum).ToArray();
    }

    private static double MeanLoss(double[] logits, int classes, int[] targets) =>
        logits.Chunk(classes).Zip(targets).Where(pair => pair.Second != -100).Average(pair => -LogSoftmax(pair.First)[pair.Second]);

    private sealed class CrossEntropyCase() : OperationCase("cross-entropy", new Shape(5, 13))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].CrossEntropy(Targets);

        public override double[] Define(double[][] inputs) => [MeanLoss(inputs[0], 13, Targets)];
    }

    private sealed class TwoLossesCase() : OperationCase("two losses of the same logits", new Shape(5, 13), new Shape(5, 13))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs)
        {
            var logits = inputs[0].Add(inputs[1]);
            return logits.CrossEntropy(Targets).Add(logits.CrossEntropy([1, 2, 3, 4, 5]).Scale(0.5));
        }

        public override double[] Define(double[][] inputs)
        {
            var logits = inputs[0].Zip(inputs[1], (x, y) => x + y).ToArray();
            return [MeanLoss(logits, 13, Targets) + (0.5 * MeanLoss(logits, 13, [1, 2, 3, 4, 5]))];
        }
    }

    private sealed class LinearCrossEntropyCase(string name, int rows, int classes) : OperationCase(name, new Shape(rows, 3), new Shape(classes, 3))
    {
        private readonly int[] _targets = Enumerable.Range(0, rows).Select(i => i % 5 == 2 ? -100 : i * 7919 % classes).ToArray();

        public override double FloatTolerance => 1e-4;

        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].LinearCrossEntropy(inputs[1], _targets);

        public override double[] Define(double[][] inputs)
        {
            var logits = inputs[0].Chunk(3).SelectMany(x => inputs[1].Chunk(3).Select(w => (x[0] * w[0]) + (x[1] * w[1]) + (x[2] * w[2]))).ToArray();
            return [MeanLoss(logits, classes, _targets)];
        }
    }

    private sealed class KlDivergenceCase(string name, double temperature) : OperationCase(name, new Shape(4, 300))
    {
        private readonly double[] _teacher = Enumerable.Range(0, 1200).Select(i => Math.Sin(i * 1.7) * 2).ToArray();

        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) =>
            inputs[0].KlDivergence(new Tensor<T>(new Shape(4, 300), _teacher.Select(T.CreateChecked).ToArray()), temperature);

        public override double[] Define(double[][] inputs) =>
        [
            temperature * temperature * _teacher.Chunk(300).Zip(inputs[0].Chunk(300), (teacher, student) =>
            {
                var (t, s) = (LogSoftmax(teacher, temperature), LogSoftmax(student, temperature));
                return t.Zip(s, (a, b) => Math.Exp(a) * (a - b)).Sum();
            }).Average(),
        ];
    }

    private sealed class MeanSquaredErrorCase() : OperationCase("mean squared error", new Shape(3, 9), new Shape(3, 9))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].MeanSquaredError(inputs[1]);

        public override double[] Define(double[][] inputs) => [inputs[0].Zip(inputs[1], (x, y) => (x - y) * (x - y)).Average()];
    }
}
