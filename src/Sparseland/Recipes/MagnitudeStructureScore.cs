namespace Sparseland.Recipes;

/// <summary>Magnitude for whole structures ("mag_sp" in CFSP's code): the Euclidean norm of the consumer's columns that belong to the structure.</summary>
public sealed class MagnitudeStructureScore : IStructureScore
{
    /// <summary>Reads its options: it has none.</summary>
    public MagnitudeStructureScore(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "magnitude";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.None;

    /// <inheritdoc/>
    public void Compute(StructureProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var weights = problem.Consumer.Weights;
        destination.Clear();
        for (var row = 0; row < weights.Rows; row++)
        {
            var values = weights.Row(row);
            for (var column = 0; column < values.Length; column++)
                destination[column / problem.Extent] += (double)values[column] * values[column];
        }
        weights.KeepAlive();
        TensorPrimitives.Sqrt(destination, destination);
    }
}
