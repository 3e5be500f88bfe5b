namespace Sparseland.Recipes;

/// <summary>
/// FLAP's fluctuation (An et al. 2024): the variance of an activation times the squared norm of the column that reads it, the mean over a structure's columns.
/// What does not fluctuate can be replaced by a bias: its companions are the update "bias" and the allocation "global".
/// The variance is merged batch by batch in double; the authors' running form reads a mean that was already overwritten.
/// </summary>
public sealed class FlapScore : IStructureScore
{
    /// <summary>Reads its options: it has none.</summary>
    public FlapScore(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "flap";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.Moments;

    /// <inheritdoc/>
    public void Compute(StructureProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var weights = problem.Consumer.Weights;
        var statistics = problem.Consumer.Statistics;
        var deviation = statistics.SquaredDeviation;
        destination.Clear();
        for (var row = 0; row < weights.Rows; row++)
        {
            var values = weights.Row(row);
            for (var column = 0; column < values.Length; column++)
                destination[column / problem.Extent] += (double)values[column] * values[column] * deviation[column];
        }
        weights.KeepAlive();
        TensorPrimitives.Divide(destination, (double)Math.Max(1, statistics.TokenCount) * problem.Extent, destination);
    }
}
