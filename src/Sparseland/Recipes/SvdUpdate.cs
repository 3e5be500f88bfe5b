using Sparseland.Coding;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// Truncated singular value decomposition at a given size: of the weights whitened by the layer's inputs, which makes the error of the outputs smallest among all matrices
/// of that rank (as in SVD-LLM, Wang and others 2024), or of the weights themselves. The recipe's sparsity is the share of the dense bytes that goes. The score is not asked.
/// Options: "calibrated" (true), false for the weights themselves; "regularisation" (1e-6) of the Gram matrix as a share of its mean diagonal.
/// </summary>
public sealed class SvdUpdate : IUpdate
{
    private readonly double? _regularisation;

    /// <summary>Reads its options.</summary>
    public SvdUpdate(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var regularisation = options.Number("regularisation", 1e-6, 0, 1);
        _regularisation = options.Flag("calibrated", true) ? regularisation : null;
    }

    /// <inheritdoc/>
    public string Name => "svd";

    /// <inheritdoc/>
    public StatisticsKind Needs => _regularisation is null ? StatisticsKind.None : StatisticsKind.Gram;

    /// <inheritdoc/>
    public string? Refuses(Pattern pattern) => FactorProblem.Refusal(pattern);

    /// <inheritdoc/>
    public string? Refuses(Recipe recipe) => FactorProblem.Refusal(recipe);

    /// <inheritdoc/>
    public LayerOutcome Apply(LayerProblem layer, IScore score, MaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(request);
        if (request.KeepsAll)
            return FactorProblem.Unchanged(layer);
        var budget = FactorBudget.ForRank(layer.Values, layer.Weights.Rows, layer.Weights.Columns, request.Sparsity);
        if (!budget.Fits)
            return FactorProblem.TooSmall(layer, request.Sparsity);
        var problem = new FactorProblem(layer, _regularisation);
        var factors = TruncatedSvd.Factor(problem.Weights.Matrix, budget.Atoms);
        var codes = new SparseCodes(layer.Weights.Rows, budget.Atoms, budget.Atoms);
        factors.Left.Span.CopyTo(codes.Values);
        return problem.Finish(factors.Right, codes, SquaredError(problem.Weights, factors));
    }

    private static double SquaredError(Tensor<double> weights, LowRank factors)
    {
        var difference = Tensor<double>.Uninitialized(weights.Shape);
        factors.Reconstruct(difference.Matrix);
        TensorPrimitives.Subtract<double>(weights.Span, difference.Span, difference.Span);
        return TensorPrimitives.SumOfSquares<double>(difference.Span);
    }
}
