using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>The fourth choice of a recipe: what happens to the weights that stay, and, where a method says so, a better mask.</summary>
public interface IUpdate
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>What it needs to know of the layer's inputs, beyond what the score needs.</summary>
    StatisticsKind Needs { get; }

    /// <summary>Why the method cannot be used with a pattern, in words that end with a way out; null where it can.</summary>
    string? Refuses(Pattern pattern) => null;

    /// <summary>Why the method cannot be part of a recipe for another reason than a pattern (its layout, values or recovery), in words that end with a way out; null where it can.</summary>
    /// <param name="recipe">The recipe, otherwise legal.</param>
    string? Refuses(Recipe recipe) => null;

    /// <summary>Whether it works under a mask, so that it can begin with one that is there already; false where it leaves none.</summary>
    bool WorksUnderMask => true;

    /// <summary>The bytes that a matrix takes when the method stores it in a layout of its own; null where the recipe's layout stores a mask.</summary>
    /// <param name="values">How numbers are stored.</param>
    /// <param name="rows">Outputs, of all matrices together.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="sparsity">The sparsity asked for.</param>
    /// <param name="matrices">How many matrices are pruned together.</param>
    long? StoredBytes(ElementType values, int rows, int columns, double sparsity, int matrices = 1) => null;

    /// <summary>About how many floating-point operations the method takes for a matrix; 0 where it takes little beside the calibration.</summary>
    /// <param name="values">How numbers are stored.</param>
    /// <param name="rows">Outputs, of all matrices that are pruned together.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="sparsity">The sparsity asked for.</param>
    double Operations(ElementType values, int rows, int columns, double sparsity) => 0;

    /// <summary>Prunes one matrix.</summary>
    /// <param name="layer">The matrix; its weights are left as they are.</param>
    /// <param name="score">The recipe's score.</param>
    /// <param name="request">The mask that is wanted.</param>
    LayerOutcome Apply(LayerProblem layer, IScore score, MaskRequest request);

    /// <summary>Whether matrices that read the same inputs are pruned together, as <see cref="ApplyTogether"/> does it.</summary>
    bool WorksTogether => false;

    /// <summary>Prunes matrices that read the same inputs; by default each by itself.</summary>
    /// <param name="layers">The matrices, of the same inputs and statistics; their weights are left as they are.</param>
    /// <param name="score">The recipe's score.</param>
    /// <param name="request">The masks that are wanted.</param>
    IReadOnlyList<LayerOutcome> ApplyTogether(IReadOnlyList<LayerProblem> layers, IScore score, MaskRequest request) => [.. layers.Select(layer => Apply(layer, score, request))];
}

/// <summary>A pruned matrix.</summary>
/// <param name="Weights">[outputs, inputs], zero where the mask does not keep.</param>
/// <param name="Mask">What is kept.</param>
/// <param name="Loss">The method's estimate of the added squared output error per sequence, or null.</param>
/// <param name="Notes">What a report must say about this matrix, such as a damping that had to be raised.</param>
/// <param name="Replacement">A layout that stands for the weights when they are no masked matrix (a dictionary and codes); null otherwise.</param>
public sealed record LayerOutcome(Tensor<float> Weights, Mask Mask, double? Loss, IReadOnlyList<string> Notes, MatrixLayout? Replacement = null);
