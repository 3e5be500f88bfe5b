using Sparseland.Chance;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Reproduce.Tyr;

/// <summary>A layer of 128 inputs and 64 outputs with normal weights. The inputs are correlated: sixteen common factors, a tenth of own noise, and four channels fifteen times as loud.</summary>
internal sealed class CorrelatedLayer
{
    public const int Inputs = 128;
    private const int Outputs = 64;
    private const int Tokens = 1024;
    private const int Factors = 16;
    private const float Noise = 0.1f;
    private const int LoudEvery = 32;
    private const float Loudness = 15;

    private readonly Tensor<float> _weights = new(new Shape(Outputs, Inputs));
    private readonly LayerStatistics _statistics = new(Inputs, StatisticsKind.Gram);

    public CorrelatedLayer(ulong seed)
    {
        var chance = new RandomStream(seed, "layer for structures");
        chance.FillNormal(_weights.Span);
        var (factors, codes, inputs) = (new Tensor<float>(new Shape(Factors, Inputs)), new Tensor<float>(new Shape(Tokens, Factors)), new Tensor<float>(new Shape(Tokens, Inputs)));
        chance.FillNormal(factors.Span, 1 / Math.Sqrt(Factors));
        chance.FillNormal(codes.Span);
        chance.FillNormal(inputs.Span, Noise);
        Gemm.Multiply(codes.Matrix, false, factors.Matrix, false, inputs.Matrix, accumulate: true);
        for (var token = 0; token < Tokens; token++)
            for (var column = 3; column < Inputs; column += LoudEvery)
                inputs.Matrix[token, column] *= Loudness;
        _statistics.Add(inputs.Matrix, sequences: 8);
    }

    /// <summary>‖X(W − Ŵ)ᵀ‖² / ‖XWᵀ‖² after a score chose and an update made up for what went.</summary>
    /// <param name="score">The score of structures.</param>
    /// <param name="update">The update of structures.</param>
    /// <param name="count">Structures.</param>
    /// <param name="keep">How many stay.</param>
    public double Error(string score, string update, int count, int keep)
    {
        var problem = new StructureProblem("synthetic", count, [], new LayerProblem("synthetic", _weights.Matrix, _statistics)) { Keep = keep };
        var scores = new double[count];
        Methods.StructureScores.Create(MethodChoice.Parse(score)).Compute(problem, scores);
        int[] kept = [.. Enumerable.Range(0, count).OrderByDescending(structure => scores[structure]).Take(keep).Order()];
        var outcome = Methods.StructureUpdates.Create(MethodChoice.Parse(update)).Apply(problem, kept);
        var difference = _weights.Copy();
        var columns = problem.ColumnsOf(kept);
        for (var row = 0; row < Outputs; row++)
            for (var i = 0; i < columns.Length; i++)
                difference.Matrix[row, columns[i]] -= outcome.Weights?.Matrix[row, i] ?? _weights.Matrix[row, columns[i]];
        return Energy(difference) / Energy(_weights);
    }

    private double Energy(Tensor<float> weights)
    {
        var product = Tensor<float>.Uninitialized(weights.Shape);
        Gemm.Multiply(weights.Matrix, false, _statistics.Gram, false, product.Matrix);
        return TensorPrimitives.Dot<float>(weights.Span, product.Span);
    }
}
