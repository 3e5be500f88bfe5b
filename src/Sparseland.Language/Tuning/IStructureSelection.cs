using Sparseland.Chance;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>What a selection looks at beside the weights.</summary>
[Flags]
public enum SelectionNeeds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>What flows through the structures on the tuning data.</summary>
    Activations = 1,

    /// <summary>The gradient of the loss on the tuning data.</summary>
    Gradients = 2,
}

/// <summary>One matrix of which some structures are to be trained.</summary>
/// <param name="Set">The heads or neurons.</param>
/// <param name="Trained">The projection.</param>
/// <param name="IsConsumer">Whether columns are trained (of the output or down projection) or rows (of the value or up projection).</param>
/// <param name="Weights">[outputs, inputs].</param>
/// <param name="ActivationNorms">For every column of the consumer the norm of its input over all tokens; null unless asked for. The same on both sides.</param>
/// <param name="Gradient">Of the weights; null unless asked for.</param>
/// <param name="Chance">A stream of this matrix's own.</param>
public sealed record SelectionProblem(
    StructureSet Set, CoupledProjection Trained, bool IsConsumer, Tensor<float> Weights, double[]? ActivationNorms, Tensor<float>? Gradient, RandomStream Chance)
{
    /// <summary>The Euclidean norm of a structure's part of a matrix of the weights' shape.</summary>
    public double NormOf(Tensor<float> matrix, int structure)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var (view, extent) = (matrix.Matrix, Trained.Extent);
        var part = IsConsumer ? view.Slice(0, view.Rows, structure * extent, extent) : view.SliceRows(structure * extent, extent);
        var sum = 0.0;
        for (var row = 0; row < part.Rows; row++)
            sum += TensorPrimitives.SumOfSquares<float>(part.Row(row));
        part.KeepAlive();
        return Math.Sqrt(sum);
    }

    /// <summary>The norm of what flows through a structure.</summary>
    public double ActivationOf(int structure)
    {
        var norms = ActivationNorms!.AsSpan(structure * Set.Consumer.Extent, Set.Consumer.Extent);
        return TensorPrimitives.Norm<double>(norms);
    }
}

/// <summary>Which structures are trained: those with the highest scores.</summary>
public interface IStructureSelection
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>What it looks at.</summary>
    SelectionNeeds Needs { get; }

    /// <summary>The scores of all structures of a set.</summary>
    /// <param name="problem">The matrix.</param>
    /// <param name="destination">One per structure.</param>
    void Score(SelectionProblem problem, Span<double> destination);
}

/// <summary>Every selection that S²FT can be asked for: a new one is one file and one line.</summary>
public static class StructureSelections
{
    /// <summary>The list.</summary>
    public static MethodRegistry<IStructureSelection> All { get; } = new("selection",
        new("random", "chance: what the authors recommend (S²FT-R)", _ => new RandomSelection()),
        new("smallest-activation", "structures through which least flows (S²FT-A)", _ => new RankedSelection("smallest-activation", SelectionQuantity.Activation, largest: false)),
        new("largest-activation", "structures through which most flows", _ => new RankedSelection("largest-activation", SelectionQuantity.Activation, largest: true)),
        new("smallest-weight", "structures with the smallest weights (S²FT-W)", _ => new RankedSelection("smallest-weight", SelectionQuantity.Weight, largest: false)),
        new("largest-weight", "structures with the largest weights", _ => new RankedSelection("largest-weight", SelectionQuantity.Weight, largest: true)),
        new("smallest-product", "least weight times activation (S²FT-S)", _ => new RankedSelection("smallest-product", SelectionQuantity.Product, largest: false)),
        new("largest-product", "most weight times activation", _ => new RankedSelection("largest-product", SelectionQuantity.Product, largest: true)),
        new("smallest-gradient", "structures that the tuning data pulls at least (S²FT-G)", _ => new RankedSelection("smallest-gradient", SelectionQuantity.Gradient, largest: false)),
        new("largest-gradient", "structures that the tuning data pulls at most", _ => new RankedSelection("largest-gradient", SelectionQuantity.Gradient, largest: true)));
}
