namespace Sparseland.Recipes;

/// <summary>Wanda for whole structures ("wanda_sp" in CFSP's code): the mean of |w_rc| · a_c over the columns of the consumer that belong to the structure.</summary>
public sealed class WandaStructureScore : IStructureScore
{
    /// <summary>Reads its options: it has none.</summary>
    public WandaStructureScore(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "wanda";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.SumOfSquares;

    /// <inheritdoc/>
    public void Compute(StructureProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var weights = problem.Consumer.Weights;
        var norms = new double[weights.Columns];
        problem.Consumer.Statistics.ChannelNorms(norms);
        destination.Clear();
        for (var row = 0; row < weights.Rows; row++)
        {
            var values = weights.Row(row);
            for (var column = 0; column < values.Length; column++)
                destination[column / problem.Extent] += Math.Abs(values[column]) * norms[column];
        }
        weights.KeepAlive();
        TensorPrimitives.Divide(destination, (double)weights.Rows * problem.Extent, destination);
    }
}
