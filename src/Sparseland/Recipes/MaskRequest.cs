using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>Which mask a matrix shall get: the pattern, how sparse, and who competes with whom.</summary>
/// <param name="Pattern">Which zeros are allowed.</param>
/// <param name="Sparsity">The fraction to prune; an N:M pattern has its own and ignores it.</param>
/// <param name="Group">The comparison group.</param>
/// <param name="Mode">How the count is met.</param>
public sealed record MaskRequest(Pattern Pattern, double Sparsity, ComparisonGroup Group, SelectionMode Mode = SelectionMode.Exact)
{
    /// <summary>A mask that is there already and stands in place of the one that scores would give; null where scores decide.</summary>
    public Mask? Given { get; init; }

    /// <summary>Whether nothing is to be pruned: then the weights stay bit for bit.</summary>
    public bool KeepsAll => Given is not null ? Given.KeptCount == (long)Given.Rows * Given.Columns : Pattern is NofMPattern nofm ? nofm.Keep == nofm.Group : Sparsity == 0;

    /// <summary>The mask that a score gives, or the one that is given.</summary>
    /// <param name="layer">The matrix.</param>
    /// <param name="score">The score.</param>
    /// <exception cref="Errors.InvalidSettingException">The pattern does not divide the matrix.</exception>
    public Mask Choose(LayerProblem layer, IScore score)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(score);
        if (KeepsAll)
            return Mask.Full(layer.Weights.Rows, layer.Weights.Columns);
        if (Given is not null)
            return Given;
        var scores = Tensor<float>.Uninitialized(new Shape(layer.Weights.Rows, layer.Weights.Columns));
        score.Compute(layer, scores.Matrix);
        return Choose(scores.Matrix);
    }

    /// <summary>The mask that scores lead to, or the one that is given.</summary>
    /// <param name="scores">One score per weight, none negative.</param>
    /// <exception cref="Errors.InvalidSettingException">The pattern does not divide the matrix.</exception>
    public Mask Choose(MatrixView<float> scores) =>
        KeepsAll ? Mask.Full(scores.Rows, scores.Columns) : Given ?? MaskSelection.Select(scores, Pattern, Sparsity, Group, Mode);
}
