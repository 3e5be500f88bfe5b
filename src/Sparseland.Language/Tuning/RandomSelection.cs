namespace Sparseland.Language.Tuning;

/// <summary>Structures drawn without replacement: every structure gets a number from the stream, and the highest are trained. Over the whole model some layers may get none.</summary>
public sealed class RandomSelection : IStructureSelection
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public SelectionNeeds Needs => SelectionNeeds.None;

    /// <inheritdoc/>
    public void Score(SelectionProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        foreach (ref var score in destination)
            score = problem.Chance.NextDouble();
    }
}
