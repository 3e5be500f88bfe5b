namespace Sparseland.Recipes;

/// <summary>The kept structures stay bit for bit as they are.</summary>
public sealed class NoStructureUpdate : IStructureUpdate
{
    /// <summary>Reads its options: it has none.</summary>
    public NoStructureUpdate(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "none";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.None;

    /// <inheritdoc/>
    public StructureOutcome Apply(StructureProblem problem, IReadOnlyList<int> kept) => StructureOutcome.Unchanged;
}
