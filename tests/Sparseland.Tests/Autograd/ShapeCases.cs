using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public static class ShapeCases
{
    private static readonly Shape Whole = new(2, 3, 4, 5);

    public static IReadOnlyList<OperationCase> All =>
    [
        new ReshapeCase(),
        new TransposeCase("transposed, last two", 2, 3),
        new TransposeCase("transposed, middle two", 1, 2),
        new TransposeCase("transposed, first and last", 3, 0),
        new SliceCase("slice of the first dimension", 0, 1, 1),
        new SliceCase("slice of a middle dimension", 2, 1, 2),
        new SliceCase("slice of the last dimension", 3, 2, 3),
        new SlicesCase(),
        new ConcatenateCase("joined along the first", 0),
        new ConcatenateCase("joined along a middle", 1),
        new ConcatenateCase("joined along the last", -1),
        new SumCase("sum of all", mean: false),
        new SumCase("mean of all", mean: true),
    ];

    private static int[] Place(int index, int[] extents)
    {
        var place = new int[extents.Length];
        for (var i = extents.Length - 1; i >= 0; i--)
        {
            place[i] = index % extents[i];
            index /= extents[i];
        }
        return place;
    }

    private static int Index(int[] place, int[] extents) => place.Select((p, i) => (p, extents[i])).Aggregate(0, (index, pair) => (index * pair.Item2) + pair.p);

    private sealed class ReshapeCase() : OperationCase("reshaped", Whole)
    {
        // Both the view and what it looks at are read.
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs)
        {
            var doubled = inputs[0].Scale(2);
            return doubled.Reshape(new Shape(6, 20)).Silu().Multiply(doubled.Reshape(new Shape(6, 20)));
        }

        public override double[] Define(double[][] inputs) => inputs[0].Select(x => 4 * x * x * Sigmoid(2 * x)).ToArray();
    }

    private sealed class TransposeCase(string name, int first, int second) : OperationCase(name, Whole)
    {
        // Read twice, so that the gradient is added the second time.
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].Transpose(first, second).Multiply(inputs[0].Transpose(first, second));

        public override double[] Define(double[][] inputs)
        {
            var extents = Whole.ToArray();
            (extents[first], extents[second]) = (extents[second], extents[first]);
            return Enumerable.Range(0, (int)Whole.Length).Select(i =>
            {
                var place = Place(i, extents);
                (place[first], place[second]) = (place[second], place[first]);
                var x = inputs[0][Index(place, Whole.ToArray())];
                return x * x;
            }).ToArray();
        }
    }

    private sealed class SliceCase(string name, int dimension, int start, int count) : OperationCase(name, Whole)
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].Slice(dimension, start, count);

        public override double[] Define(double[][] inputs) => Enumerable.Range(0, (int)Whole.Length)
            .Where(i => Place(i, Whole.ToArray())[dimension] is var p && p >= start && p < start + count).Select(i => inputs[0][i]).ToArray();
    }

    private sealed class SlicesCase() : OperationCase("overlapping slices", new Shape(4, 3))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs)
        {
            var doubled = inputs[0].Scale(2);
            return doubled.Slice(0, 0, 3).Multiply(doubled.Slice(0, 1, 3)).Slice(1, 0, 2);
        }

        public override double[] Define(double[][] inputs) =>
            Enumerable.Range(0, 6).Select(i => 4 * inputs[0][(i / 2 * 3) + (i % 2)] * inputs[0][(((i / 2) + 1) * 3) + (i % 2)]).ToArray();
    }

    private sealed class ConcatenateCase(string name, int dimension) : OperationCase(name, new Shape(2, 3, 4), new Shape(2, 3, 4).With(dimension, 5))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => inputs[0].Concatenate(dimension, inputs[1], inputs[0]);

        public override double[] Define(double[][] inputs)
        {
            var axis = dimension < 0 ? 2 : dimension;
            var (first, second) = (Shapes[0].ToArray(), Shapes[1].ToArray());
            var joined = Shapes[0].With(axis, (2 * first[axis]) + 5).ToArray();
            return Enumerable.Range(0, joined.Aggregate(1, (a, b) => a * b)).Select(i =>
            {
                var place = Place(i, joined);
                if (place[axis] < first[axis])
                    return inputs[0][Index(place, first)];
                place[axis] -= first[axis];
                if (place[axis] < 5)
                    return inputs[1][Index(place, second)];
                place[axis] -= 5;
                return inputs[0][Index(place, first)];
            }).ToArray();
        }
    }

    private sealed class SumCase(string name, bool mean) : OperationCase(name, new Shape(3, 7))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => mean ? inputs[0].Mean() : inputs[0].Sum();

        public override double[] Define(double[][] inputs) => [mean ? inputs[0].Average() : inputs[0].Sum()];
    }
}
