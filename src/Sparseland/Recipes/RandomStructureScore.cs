using Sparseland.Chance;

namespace Sparseland.Recipes;

/// <summary>Uniform chance from the recipe's seed and the layer's name: the baseline that every other score of structures has to beat.</summary>
public sealed class RandomStructureScore : IStructureScore
{
    /// <summary>Reads its options: it has none.</summary>
    public RandomStructureScore(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.None;

    /// <inheritdoc/>
    public void Compute(StructureProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var chance = new RandomStream(problem.Consumer.Seed, $"random score of {problem.Name}");
        foreach (ref var score in destination)
            score = chance.NextDouble();
    }
}
