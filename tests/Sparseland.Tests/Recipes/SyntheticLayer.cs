using Sparseland.Chance;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

/// <summary>The spec's synthetic layer: correlated inputs (low rank and noise, four channels fifteen times as loud) and random weights.</summary>
internal sealed class SyntheticLayer
{
    public SyntheticLayer(int rows = 64, int columns = 128, int tokens = 1024, ulong seed = 1, int rank = 16, double noise = 0.1)
    {
        var chance = new RandomStream(seed, "synthetic layer");
        Weights = Normal(chance, rows, columns);
        var factors = Normal(chance, rank, columns);
        var codes = Normal(chance, tokens, rank);
        Inputs = Normal(chance, tokens, columns);
        for (var t = 0; t < tokens; t++)
            for (var j = 0; j < columns; j++)
            {
                var sum = noise * Inputs.Matrix[t, j];
                for (var r = 0; r < rank; r++)
                    sum += codes.Matrix[t, r] * factors.Matrix[r, j] / Math.Sqrt(rank);
                Inputs.Matrix[t, j] = sum * (j % (columns / 4) == 3 ? 15 : 1);
            }
        Hessian = new Tensor<double>(new Shape(columns, columns));
        Gemm.Multiply(Inputs.Matrix, true, Inputs.Matrix, false, Hessian.Matrix);
    }

    public Tensor<double> Weights { get; }

    public Tensor<double> Inputs { get; }

    public Tensor<double> Hessian { get; }

    public LayerProblem Problem(StatisticsKind kinds, ulong seed = 0)
    {
        var statistics = new LayerStatistics(Weights.Shape.Columns, kinds);
        statistics.Add(ToFloat(Inputs).Matrix, sequences: 8);
        return new LayerProblem("synthetic", ToFloat(Weights).Matrix, statistics, seed);
    }

    /// <summary>‖X (W − Ŵ)ᵀ‖² / ‖X Wᵀ‖².</summary>
    public double RelativeError(Tensor<double> pruned)
    {
        var difference = Weights.Copy();
        TensorPrimitives.Subtract<double>(difference.Span, pruned.Span, difference.Span);
        return Energy(difference) / Energy(Weights);
    }

    public double RelativeError(Tensor<float> pruned) => RelativeError(ToDouble(pruned));

    public static Tensor<float> ToFloat(Tensor<double> source)
    {
        var target = new Tensor<float>(source.Shape);
        TensorPrimitives.ConvertChecked<double, float>(source.Span, target.Span);
        return target;
    }

    public static Tensor<double> ToDouble(Tensor<float> source)
    {
        var target = new Tensor<double>(source.Shape);
        TensorPrimitives.ConvertChecked<float, double>(source.Span, target.Span);
        return target;
    }

    private double Energy(Tensor<double> weights)
    {
        var outputs = new Tensor<double>(new Shape(Inputs.Shape.Rows, weights.Shape.Rows));
        Gemm.Multiply(Inputs.Matrix, false, weights.Matrix, true, outputs.Matrix);
        return TensorPrimitives.SumOfSquares<double>(outputs.Span);
    }

    private static Tensor<double> Normal(RandomStream chance, int rows, int columns)
    {
        var tensor = new Tensor<double>(new Shape(rows, columns));
        foreach (ref var value in tensor.Span)
            value = chance.NextNormal();
        return tensor;
    }
}
