using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Reproduce.Owl;

/// <summary>A layer with correlated inputs (16 directions and a little noise, four channels fifteen times as loud) and random weights: where a second-order update can show what it is worth.</summary>
internal sealed class SyntheticLayer
{
    private const int Rows = 64;
    private const int Columns = 128;
    private const int Tokens = 2048;
    private const int Rank = 16;
    private const double Noise = 0.1;
    private const float Loudness = 15;

    private readonly Tensor<float> _weights = new(new Shape(Rows, Columns));
    private readonly Tensor<float> _inputs = new(new Shape(Tokens, Columns));
    private readonly LayerStatistics _statistics = new(Columns, StatisticsKind.SumOfSquares | StatisticsKind.Gram);

    public SyntheticLayer(ulong seed)
    {
        var chance = new RandomStream(seed, "synthetic layer");
        var directions = new Tensor<float>(new Shape(Rank, Columns));
        var codes = new Tensor<float>(new Shape(Tokens, Rank));
        chance.FillNormal(_weights.Span);
        chance.FillNormal(directions.Span, 1 / Math.Sqrt(Rank));
        chance.FillNormal(codes.Span);
        chance.FillNormal(_inputs.Span, Noise);
        Gemm.Multiply(codes.Matrix, false, directions.Matrix, false, _inputs.Matrix, accumulate: true);
        for (var token = 0; token < Tokens; token++)
            for (var column = 3; column < Columns; column += Columns / 4)
                _inputs.Matrix[token, column] *= Loudness;
        _statistics.Add(_inputs.Matrix, sequences: 16);
    }

    /// <summary>The relative squared output error of a score and an update.</summary>
    public double Error(string score, string update, Pattern pattern, double sparsity) => Relative(Prune(score, update, pattern, sparsity).Weights);

    /// <summary>The error of least squares on SparseGPT's mask: what no update of that mask can beat.</summary>
    public double LeastSquaresError(Pattern pattern, double sparsity)
    {
        var mask = Prune("sparsegpt", "obs", pattern, sparsity).Mask;
        var fitted = new Tensor<float>(_weights.Shape);
        for (var row = 0; row < Rows; row++)
        {
            var kept = Enumerable.Range(0, Columns).Where(column => mask[row, column]).ToArray();
            var solution = Fit(row, kept);
            for (var i = 0; i < kept.Length; i++)
                fitted.Matrix[row, kept[i]] = (float)solution[i];
        }
        return Relative(fitted);
    }

    private LayerOutcome Prune(string scoreName, string updateName, Pattern pattern, double sparsity)
    {
        var score = Methods.Scores.Create(new MethodChoice(scoreName));
        return Methods.Updates.Create(new MethodChoice(updateName)).Apply(new LayerProblem("synthetic", _weights.Matrix, _statistics), score,
            new MaskRequest(pattern, sparsity, score.Group, score.Mode));
    }

    // The normal equations of the kept columns, by Cholesky, with a trace of damping for rank.
    private double[] Fit(int row, int[] kept)
    {
        var normal = new Tensor<double>(new Shape(kept.Length, kept.Length));
        var right = new double[kept.Length];
        for (var i = 0; i < kept.Length; i++)
        {
            for (var j = 0; j < kept.Length; j++)
                normal.Matrix[i, j] = _statistics.Gram[kept[i], kept[j]];
            normal.Matrix[i, i] *= 1 + 1e-6;
            for (var j = 0; j < Columns; j++)
                right[i] += (double)_statistics.Gram[kept[i], j] * _weights.Matrix[row, j];
        }
        if (!Cholesky.TryFactor(normal.Matrix))
            throw new Errors.NumericalException("the normal equations of the synthetic layer are singular");
        for (var i = 0; i < kept.Length; i++)
            right[i] = (right[i] - TensorPrimitives.Dot<double>(normal.Matrix.Row(i)[..i], right.AsSpan(0, i))) / normal.Matrix[i, i];
        for (var i = kept.Length - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < kept.Length; j++)
                right[i] -= normal.Matrix[j, i] * right[j];
            right[i] /= normal.Matrix[i, i];
        }
        return right;
    }

    private double Relative(Tensor<float> pruned)
    {
        var difference = _weights.Copy();
        TensorPrimitives.Subtract<float>(difference.Span, pruned.Span, difference.Span);
        return Energy(difference) / Energy(_weights);
    }

    private double Energy(Tensor<float> weights)
    {
        var outputs = Tensor<float>.Uninitialized(new Shape(Tokens, Rows));
        Gemm.Multiply(_inputs.Matrix, false, weights.Matrix, true, outputs.Matrix);
        var sum = 0.0;
        foreach (var output in outputs.Span)
            sum += (double)output * output;
        return sum;
    }
}
