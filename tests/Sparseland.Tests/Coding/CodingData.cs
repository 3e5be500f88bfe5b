using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Tensors;

namespace Sparseland.Tests.Coding;

internal static class CodingData
{
    public static Tensor<double> Normal(int rows, int columns, string name = "coding", ulong seed = 5)
    {
        var chance = new RandomStream(seed, name);
        var tensor = new Tensor<double>(new Shape(rows, columns));
        foreach (ref var value in tensor.Span)
            value = chance.NextNormal();
        return tensor;
    }

    public static Tensor<double> UnitRows(int rows, int columns, string name = "atoms", ulong seed = 5)
    {
        var tensor = Normal(rows, columns, name, seed);
        for (var row = 0; row < rows; row++)
            TensorPrimitives.Divide<double>(tensor.Matrix.Row(row), TensorPrimitives.Norm<double>(tensor.Matrix.Row(row)), tensor.Matrix.Row(row));
        return tensor;
    }

    /// <summary>Orthonormal rows by Gram and Schmidt, twice.</summary>
    public static Tensor<double> Orthonormal(int rows, int columns)
    {
        var tensor = UnitRows(rows, columns);
        for (var row = 0; row < rows; row++)
        {
            var current = tensor.Matrix.Row(row);
            for (var pass = 0; pass < 2; pass++)
                for (var earlier = 0; earlier < row; earlier++)
                    TensorPrimitives.MultiplyAdd<double>(tensor.Matrix.Row(earlier), -TensorPrimitives.Dot<double>(tensor.Matrix.Row(earlier), current), current, current);
            TensorPrimitives.Divide<double>(current, TensorPrimitives.Norm<double>(current), current);
        }
        return tensor;
    }

    /// <summary>Signals that are sums of exactly some atoms, with normal coefficients.</summary>
    public static Tensor<double> Planted(Tensor<double> dictionary, int signals, int perSignal)
    {
        var chance = new RandomStream(9, "planted");
        var result = new Tensor<double>(new Shape(signals, dictionary.Shape.Columns));
        var order = Enumerable.Range(0, dictionary.Shape.Rows).ToArray();
        for (var signal = 0; signal < signals; signal++)
        {
            chance.Shuffle(order.AsSpan());
            for (var i = 0; i < perSignal; i++)
                TensorPrimitives.MultiplyAdd<double>(dictionary.Matrix.Row(order[i]), chance.NextNormal(), result.Matrix.Row(signal), result.Matrix.Row(signal));
        }
        return result;
    }

    public static Tensor<double> Residual(Tensor<double> dictionary, Tensor<double> signals, SparseCodes codes)
    {
        var residual = new Tensor<double>(signals.Shape);
        new LearnedDictionary(dictionary, codes, 0).Reconstruct(residual.Matrix);
        TensorPrimitives.Subtract<double>(signals.Span, residual.Span, residual.Span);
        return residual;
    }
}
