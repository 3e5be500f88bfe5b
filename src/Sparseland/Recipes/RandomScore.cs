using Sparseland.Chance;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>Uniform chance from the recipe's seed and the tensor's name: the baseline that every other score has to beat.</summary>
public sealed class RandomScore : IScore
{
    /// <summary>Reads its options: it has none.</summary>
    public RandomScore(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.None;

    /// <inheritdoc/>
    public ComparisonGroup Group => ComparisonGroup.Layer;

    /// <inheritdoc/>
    public void Compute(LayerProblem layer, MatrixView<float> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var chance = new RandomStream(layer.Seed, $"random score of {layer.Name}");
        for (var row = 0; row < destination.Rows; row++)
            foreach (ref var score in destination.Row(row))
                score = (float)chance.NextDouble();
    }
}
