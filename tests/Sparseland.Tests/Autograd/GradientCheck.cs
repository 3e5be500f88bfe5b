using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

/// <summary>Compares gradients with central differences in double: up to 25 entries of every input, and one direction through all of them.</summary>
public static class GradientCheck
{
    private const int EntriesPerInput = 25;
    private const double Step = 1e-5;

    public static void Run(OperationCase operation)
    {
        var values = operation.Draw();
        var gradients = Gradients<double>(operation, values);
        var random = new RandomStream(3, operation.Name + " entries");
        for (var input = 0; input < values.Length; input++)
        {
            for (var check = 0; check < Math.Min(EntriesPerInput, values[input].Length); check++)
            {
                var entry = values[input].Length <= EntriesPerInput ? check : random.NextInt(values[input].Length);
                var kept = values[input][entry];
                values[input][entry] = kept + Step;
                var above = Loss(operation, values);
                values[input][entry] = kept - Step;
                var below = Loss(operation, values);
                values[input][entry] = kept;
                AssertNear((above - below) / (2 * Step), gradients[input][entry], $"{operation.Name}: input {input}, entry {entry}");
            }
        }
        AssertDirection(operation, values, gradients, random);
    }

    /// <summary>Checks one direction through all inputs: two evaluations, for sweeps over many shapes.</summary>
    public static void RunDirection(OperationCase operation)
    {
        var values = operation.Draw();
        AssertDirection(operation, values, Gradients<double>(operation, values), new RandomStream(3, operation.Name + " direction"));
    }

    private static void AssertDirection(OperationCase operation, double[][] values, double[][] gradients, RandomStream random)
    {
        var direction = values.Select(input => input.Select(_ => random.NextNormal()).ToArray()).ToArray();
        var slope = (Loss(operation, Moved(values, direction, Step)) - Loss(operation, Moved(values, direction, -Step))) / (2 * Step);
        var expected = gradients.Zip(direction, (g, d) => g.Zip(d, (x, y) => x * y).Sum()).Sum();
        AssertNear(slope, expected, $"{operation.Name}: a direction through all inputs");
    }

    /// <summary>The gradients of a random weighting of the output.</summary>
    public static double[][] Gradients<T>(OperationCase operation, double[][] values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tape = new Tape<T>();
        var parameters = Parameters<T>(operation, values);
        tape.Backward(Weighted(tape, operation, parameters));
        return parameters.Select(parameter => parameter.Gradient.Span.ToArray().Select(double.CreateChecked).ToArray()).ToArray();
    }

    public static double[] Value<T>(OperationCase operation, double[][] values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tape = new Tape<T>();
        return operation.Apply(tape, Parameters<T>(operation, values).Select(tape.Leaf).ToArray()).Value.Span.ToArray().Select(double.CreateChecked).ToArray();
    }

    private static double Loss(OperationCase operation, double[][] values)
    {
        var tape = new Tape<double> { Recording = false };
        return Weighted(tape, operation, Parameters<double>(operation, values)).Value.Span[0];
    }

    private static Variable<T> Weighted<T>(Tape<T> tape, OperationCase operation, Parameter<T>[] parameters) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var output = operation.Apply(tape, parameters.Select(tape.Leaf).ToArray());
        var random = new RandomStream(5, "weights");
        var weights = new Tensor<T>(output.Shape);
        foreach (ref var weight in weights.Span)
            weight = T.CreateChecked((float)random.NextNormal());
        return output.Multiply(tape.Constant(weights)).Sum();
    }

    private static Parameter<T>[] Parameters<T>(OperationCase operation, double[][] values) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        operation.Shapes.Select((shape, i) => new Parameter<T>($"input {i}", new Tensor<T>(shape, values[i].Select(T.CreateChecked).ToArray()))).ToArray();

    private static double[][] Moved(double[][] values, double[][] direction, double step) =>
        values.Zip(direction, (v, d) => v.Zip(d, (x, y) => x + (step * y)).ToArray()).ToArray();

    private static void AssertNear(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-6 * (1 + Math.Abs(expected)), $"{what}: the difference quotient is {expected:g9}, the gradient {actual:g9}");
}
