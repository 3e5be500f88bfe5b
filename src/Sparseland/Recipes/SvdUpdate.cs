using Sparseland.Coding;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// Truncated singular value decomposition at a given size: of the weights whitened by the layer's inputs, which makes the error of the outputs smallest among all matrices
/// of that rank (as in SVD-LLM, Wang and others 2024), or of the weights themselves. Options: those of every <see cref="FactorUpdate"/>.
/// </summary>
public sealed class SvdUpdate : FactorUpdate
{
    /// <summary>Reads its options.</summary>
    public SvdUpdate(MethodOptions options) : base(options)
    {
    }

    /// <inheritdoc/>
    public override string Name => "svd";

    /// <inheritdoc/>
    public override FactorBudget Budget(ElementType values, int rows, int columns, double saved) => FactorBudget.ForRank(values, rows, columns, saved);

    private protected override LayerOutcome Factor(FactorProblem problem, FactorBudget budget)
    {
        var factors = TruncatedSvd.Factor(problem.Weights.Matrix, budget.Atoms);
        var codes = new SparseCodes(problem.Weights.Shape.Rows, budget.Atoms, budget.Atoms);
        factors.Left.Span.CopyTo(codes.Values);
        return problem.Finish(factors.Right, codes, SquaredError(problem.Weights, factors));
    }

    // The eigenvectors of the smaller side's Gram matrix, about 9 n³ (Golub and Van Loan, Matrix Computations, section 8.3), and the products around them.
    private protected override double FactorOperations(int rows, int columns, FactorBudget budget)
    {
        double small = Math.Min(rows, columns), large = Math.Max(rows, columns);
        return 9 * small * small * small + 2 * small * small * large + 4 * small * large * budget.Atoms;
    }

    private static double SquaredError(Tensor<double> weights, LowRank factors)
    {
        var difference = Tensor<double>.Uninitialized(weights.Shape);
        factors.Reconstruct(difference.Matrix);
        TensorPrimitives.Subtract<double>(weights.Span, difference.Span, difference.Span);
        return TensorPrimitives.SumOfSquares<double>(difference.Span);
    }
}
