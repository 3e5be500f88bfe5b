using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>The first choice of a recipe: how much each weight of a matrix matters. Higher scores are kept.</summary>
public interface IScore
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>What it needs to know of the layer's inputs.</summary>
    StatisticsKind Needs { get; }

    /// <summary>The comparison group its authors use.</summary>
    ComparisonGroup Group { get; }

    /// <summary>How its authors count what goes; used unless the recipe says otherwise.</summary>
    SelectionMode Mode => SelectionMode.Exact;

    /// <summary>Whether its authors choose masks column by column while weights are being updated. An update that can do so then does.</summary>
    bool ChosenDuringUpdate => false;

    /// <summary>The scores of all weights, none negative.</summary>
    /// <param name="layer">The matrix.</param>
    /// <param name="destination">[outputs, inputs].</param>
    void Compute(LayerProblem layer, MatrixView<float> destination);

    /// <summary>For scores of the form |w| · c_j: the c_j. Returns false for any other score.</summary>
    /// <param name="layer">The matrix.</param>
    /// <param name="destination">[inputs].</param>
    bool TryColumnWeights(LayerProblem layer, Span<double> destination) => false;
}
