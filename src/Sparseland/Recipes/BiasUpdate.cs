namespace Sparseland.Recipes;

/// <summary>FLAP's compensation (An et al. 2024): what the removed activations add on average, Σ mean(z_c) · W[:, c], becomes a bias of the matrix that read them.</summary>
public sealed class BiasUpdate : IStructureUpdate
{
    /// <summary>Reads its options: it has none.</summary>
    public BiasUpdate(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "bias";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.Moments;

    /// <inheritdoc/>
    public bool AddsBias => true;

    /// <inheritdoc/>
    public StructureOutcome Apply(StructureProblem problem, IReadOnlyList<int> kept)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(kept);
        if (kept.Count == problem.Count)
            return StructureOutcome.Unchanged;
        var removed = problem.Consumer.Statistics.Mean.ToArray();
        foreach (var s in kept)
            removed.AsSpan(s * problem.Extent, problem.Extent).Clear();
        var weights = problem.Consumer.Weights;
        var bias = new float[weights.Rows];
        for (var row = 0; row < bias.Length; row++)
        {
            var values = weights.Row(row);
            var sum = 0.0;
            for (var column = 0; column < removed.Length; column++)
                sum += removed[column] * values[column];
            bias[row] = (float)sum;
        }
        weights.KeepAlive();
        return new StructureOutcome(null, bias);
    }
}
