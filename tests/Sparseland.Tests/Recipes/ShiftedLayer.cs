using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

/// <summary>A layer with correlated inputs whose channels have means of their own: where DSnoT has something to work with.</summary>
internal sealed class ShiftedLayer
{
    private const int Rank = 16;
    private const int Sequences = 8;

    public ShiftedLayer(double shift = 1, ulong seed = 1, int rows = 64, int columns = 128, int tokens = 1024)
    {
        var chance = new RandomStream(seed, "shifted layer");
        Weights = Normal(chance, rows, columns);
        var (directions, codes, means) = (Normal(chance, Rank, columns), Normal(chance, tokens, Rank), Normal(chance, 1, columns));
        Inputs = Normal(chance, tokens, columns);
        Gemm.Multiply(codes.Matrix, false, directions.Matrix, false, Inputs.Matrix, accumulate: true);
        for (var token = 0; token < tokens; token++)
            for (var column = 0; column < columns; column++)
                Inputs.Matrix[token, column] = (float)(Inputs.Matrix[token, column] / Math.Sqrt(Rank + 1) + shift * means.Matrix[0, column]);
        Statistics = new LayerStatistics(columns, StatisticsKind.SumOfSquares | StatisticsKind.Moments | StatisticsKind.Gram | StatisticsKind.HeldOut);
        Statistics.Add(Inputs.Matrix, Sequences);
    }

    public Tensor<float> Weights { get; }

    public Tensor<float> Inputs { get; }

    public LayerStatistics Statistics { get; }

    public LayerProblem Problem(string name = "shifted") => new(name, Weights.Matrix, Statistics);

    public Tensor<float> Scores(string score)
    {
        var scores = new Tensor<float>(Weights.Shape);
        Methods.Scores.Create(new MethodChoice(score)).Compute(Problem(), scores.Matrix);
        return scores;
    }

    public Mask First(string score, double sparsity) => MaskSelection.Unstructured(Scores(score).Matrix, sparsity, ComparisonGroup.Row);

    /// <summary>The mean over outputs of |mean over tokens of dense − sparse|, from the data.</summary>
    public double MeanError(Mask mask)
    {
        var outputs = Removed(mask);
        var sum = 0.0;
        for (var row = 0; row < outputs.Shape.Columns; row++)
            sum += Math.Abs(Enumerable.Range(0, outputs.Shape.Rows).Average(token => (double)outputs.Matrix[token, row]));
        return sum / outputs.Shape.Columns;
    }

    /// <summary>The squared output error relative to the dense outputs, from the data.</summary>
    public double SquaredError(Mask mask) => TensorPrimitives.SumOfSquares<float>(Removed(mask).Span) / TensorPrimitives.SumOfSquares<float>(Removed(new Mask(mask.Rows, mask.Columns)).Span);

    // X (W − Ŵ)ᵀ.
    private Tensor<float> Removed(Mask mask)
    {
        var removed = Weights.Copy();
        for (var row = 0; row < mask.Rows; row++)
            for (var column = 0; column < mask.Columns; column++)
                if (mask[row, column])
                    removed.Matrix[row, column] = 0;
        var outputs = new Tensor<float>(new Shape(Inputs.Shape.Rows, mask.Rows));
        Gemm.Multiply(Inputs.Matrix, false, removed.Matrix, true, outputs.Matrix);
        return outputs;
    }

    private static Tensor<float> Normal(RandomStream chance, int rows, int columns)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        chance.FillNormal(tensor.Span);
        return tensor;
    }
}
