namespace Sparseland.Language.Tuning;

/// <summary>What structures are ranked by.</summary>
public enum SelectionQuantity
{
    /// <summary>The norm of the trained matrix's part.</summary>
    Weight,

    /// <summary>The norm of what flows through the structure.</summary>
    Activation,

    /// <summary>Both multiplied.</summary>
    Product,

    /// <summary>The norm of the gradient of the trained matrix's part.</summary>
    Gradient,
}

/// <summary>Structures with the largest or the smallest weight, activation, product of both, or gradient. Of equal ones the first.</summary>
/// <param name="name">The registered name.</param>
/// <param name="quantity">What they are ranked by.</param>
/// <param name="largest">Whether the largest are trained.</param>
public sealed class RankedSelection(string name, SelectionQuantity quantity, bool largest) : IStructureSelection
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public SelectionNeeds Needs => quantity switch
    {
        SelectionQuantity.Weight => SelectionNeeds.None,
        SelectionQuantity.Gradient => SelectionNeeds.Gradients,
        _ => SelectionNeeds.Activations,
    };

    /// <inheritdoc/>
    public void Score(SelectionProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        for (var structure = 0; structure < destination.Length; structure++)
        {
            var value = quantity switch
            {
                SelectionQuantity.Weight => problem.NormOf(problem.Weights, structure),
                SelectionQuantity.Activation => problem.ActivationOf(structure),
                SelectionQuantity.Product => problem.NormOf(problem.Weights, structure) * problem.ActivationOf(structure),
                _ => problem.NormOf(problem.Gradient!, structure),
            };
            destination[structure] = largest ? value : -value;
        }
    }
}
