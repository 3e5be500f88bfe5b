using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Reproduce.Cospadi;

/// <summary>A layer of 64 correlated inputs and 256 outputs: its weights normal, or in eight planted subspaces of eight dimensions with 5 % noise.</summary>
internal sealed class SyntheticLayer
{
    private const int Rows = 256;
    private const int Columns = 64;
    private const int Tokens = 512;
    private const int Subspaces = 8;
    private const int Dimensions = 8;
    private const float Noise = 0.05f;

    private readonly Tensor<float> _weights = new(new Shape(Rows, Columns));
    private readonly LayerStatistics _statistics = new(Columns, StatisticsKind.Gram);
    private readonly ulong _seed;

    public SyntheticLayer(ulong seed, bool planted)
    {
        _seed = seed;
        var chance = new RandomStream(seed, "layer for factors");
        chance.FillNormal(_weights.Span);
        if (planted)
            Plant(chance);
        var (raw, mixing, inputs) = (new Tensor<float>(new Shape(Tokens, Columns)), new Tensor<float>(new Shape(Columns, Columns)), new Tensor<float>(new Shape(Tokens, Columns)));
        chance.FillNormal(raw.Span);
        chance.FillNormal(mixing.Span);
        Gemm.Multiply(raw.Matrix, false, mixing.Matrix, false, inputs.Matrix);
        _statistics.Add(inputs.Matrix, sequences: 8);
    }

    /// <summary>‖X(W − Ŵ)ᵀ‖² / ‖XWᵀ‖² of an update that saves a share of the bytes, with 16-bit values.</summary>
    public double Error(MethodChoice update, double saved, CancellationToken cancellation)
    {
        var problem = new LayerProblem("synthetic", _weights.Matrix, _statistics, _seed) { Values = ElementType.BFloat16, Cancellation = cancellation };
        var outcome = Methods.Updates.Create(update).Apply(problem, Methods.Scores.Create(new MethodChoice("magnitude")), new MaskRequest(Pattern.Unstructured, saved, ComparisonGroup.Layer));
        var difference = _weights.Copy();
        TensorPrimitives.Subtract<float>(difference.Span, outcome.Weights.Span, difference.Span);
        return Energy(difference) / Energy(_weights);
    }

    private double Energy(Tensor<float> weights)
    {
        var product = Tensor<float>.Uninitialized(weights.Shape);
        Gemm.Multiply(weights.Matrix, false, _statistics.Gram, false, product.Matrix);
        return TensorPrimitives.Dot<float>(weights.Span, product.Span);
    }

    private void Plant(RandomStream chance)
    {
        var (bases, codes) = (new Tensor<float>(new Shape(Subspaces * Dimensions, Columns)), new Tensor<float>(new Shape(Rows, Dimensions)));
        chance.FillNormal(bases.Span);
        chance.FillNormal(codes.Span);
        for (var row = 0; row < Rows; row++)
        {
            var target = _weights.Matrix.Row(row);
            TensorPrimitives.Multiply<float>(target, Noise * MathF.Sqrt(Dimensions), target);
            for (var i = 0; i < Dimensions; i++)
                TensorPrimitives.MultiplyAdd<float>(bases.Matrix.Row(row % Subspaces * Dimensions + i), codes.Matrix[row, i], target, target);
        }
    }
}
