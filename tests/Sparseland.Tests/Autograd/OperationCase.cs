using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

/// <summary>One operation with the shapes of its inputs and a plain definition of its value: the tests of <see cref="OperationTests"/> run over a list of these.</summary>
public abstract class OperationCase(string name, params Shape[] shapes)
{
    public string Name { get; } = name;

    public IReadOnlyList<Shape> Shapes { get; } = shapes;

    /// <summary>Relative error allowed between float and double; sums of many terms need more.</summary>
    public virtual double FloatTolerance => 2e-5;

    public abstract Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The value, written as its definition reads, element by element.</summary>
    public abstract double[] Define(double[][] inputs);

    public override string ToString() => Name;

    public double[][] Draw()
    {
        var random = new RandomStream(7, Name);
        // Rounded to float, so that the comparison of float with double starts from equal numbers.
        return Shapes.Select(shape => Enumerable.Range(0, (int)shape.Length).Select(_ => (double)(float)random.NextNormal()).ToArray()).ToArray();
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
