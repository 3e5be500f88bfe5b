using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Reproduce.Dsnot;

/// <summary>A layer with 128 correlated inputs whose channels may have means of their own, and random weights: where DSnoT has something to work with, or nothing.</summary>
internal sealed class ShiftedLayer
{
    private const int Rows = 64;
    private const int Columns = 128;
    private const int Tokens = 2048;
    private const int Sequences = 16;
    private const int Rank = 16;

    private readonly Tensor<float> _weights = new(new Shape(Rows, Columns));
    private readonly Tensor<float> _inputs = new(new Shape(Tokens, Columns));
    private readonly LayerStatistics _statistics = new(Columns, StatisticsKind.SumOfSquares | StatisticsKind.Moments | StatisticsKind.HeldOut);

    /// <param name="seed">The seed of everything.</param>
    /// <param name="shift">The standard deviation of the channels' means; their spread over tokens is 1.</param>
    public ShiftedLayer(ulong seed, double shift)
    {
        var chance = new RandomStream(seed, "shifted layer");
        var directions = new Tensor<float>(new Shape(Rank, Columns));
        var codes = new Tensor<float>(new Shape(Tokens, Rank));
        var means = new float[Columns];
        chance.FillNormal(_weights.Span);
        chance.FillNormal(directions.Span);
        chance.FillNormal(codes.Span);
        chance.FillNormal(means, shift);
        chance.FillNormal(_inputs.Span);
        Gemm.Multiply(codes.Matrix, false, directions.Matrix, false, _inputs.Matrix, accumulate: true);
        TensorPrimitives.Divide<float>(_inputs.Span, MathF.Sqrt(Rank + 1), _inputs.Span);
        for (var token = 0; token < Tokens; token++)
            TensorPrimitives.Add<float>(_inputs.Matrix.Row(token), means, _inputs.Matrix.Row(token));
        _statistics.Add(_inputs.Matrix, Sequences);
    }

    /// <summary>Prunes by Wanda and an update; the relative squared output error, and the mean over outputs of |mean over tokens of dense − sparse|.</summary>
    public (double Squared, double Mean) Errors(string update, Pattern pattern, double sparsity)
    {
        var score = Methods.Scores.Create(new MethodChoice("wanda"));
        var pruned = Methods.Updates.Create(MethodChoice.Parse(update)).Apply(new LayerProblem("shifted", _weights.Matrix, _statistics), score, new MaskRequest(pattern, sparsity, score.Group, score.Mode));
        var difference = _weights.Copy();
        TensorPrimitives.Subtract<float>(difference.Span, pruned.Weights.Span, difference.Span);
        var (lost, dense) = (Outputs(difference), Outputs(_weights));
        var means = new float[Rows];
        for (var token = 0; token < Tokens; token++)
            TensorPrimitives.Add<float>(means, lost.Matrix.Row(token), means);
        return (TensorPrimitives.SumOfSquares<float>(lost.Span) / TensorPrimitives.SumOfSquares<float>(dense.Span), TensorPrimitives.SumOfMagnitudes<float>(means) / Tokens / Rows);
    }

    private Tensor<float> Outputs(Tensor<float> weights)
    {
        var outputs = Tensor<float>.Uninitialized(new Shape(Tokens, Rows));
        Gemm.Multiply(_inputs.Matrix, false, weights.Matrix, true, outputs.Matrix);
        return outputs;
    }
}
