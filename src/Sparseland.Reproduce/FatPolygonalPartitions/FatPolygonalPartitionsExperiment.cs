using Sparseland.Progress;

namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>Fat polygonal partitions: exact areas, bounded shapes on any weights, boxes with slack, and ultrametrics in space.</summary>
public sealed class FatPolygonalPartitionsExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "fat-polygonal-partitions";

    /// <inheritdoc/>
    public string Summary => "treemaps of convex polygons whose shapes stay fat whatever the weights; boxes with slack; ultrametrics in space";

    /// <inheritdoc/>
    public string Source => "de Berg, Onak and Sidiropoulos, Journal of Computational Geometry 4(1), 2013";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims =>
    [
        PartitionShapes.Exact, PartitionShapes.Bounded, PartitionShapes.Rounder, PartitionShapes.Fatter, CaterpillarSweep.Rectangles, CaterpillarSweep.Linear, CaterpillarSweep.AtMost,
        SlackLosses.Kept, EmbeddingDistortion.Spread, EmbeddingDistortion.Line, LayoutTimes.Fast, LayoutTimes.GreedyFast,
    ];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (tables, outcomes) = (new List<ExperimentTable>(), new List<ClaimOutcome>());
        PartitionShapes.Run(context, tables, outcomes, progress, cancellation);
        progress?.Report(new("caterpillars", 0, 0));
        CaterpillarSweep.Run(tables, outcomes, cancellation);
        progress?.Report(new("boxes with slack", 0, 0));
        SlackLosses.Run(context, tables, outcomes, cancellation);
        EmbeddingDistortion.Run(context, tables, outcomes, progress, cancellation);
        progress?.Report(new("100,000 leaves", 0, 0));
        LayoutTimes.Run(context, tables, outcomes, cancellation);
        return new(tables, outcomes, [$"Mean and standard deviation over {context.Seeds.Count} seeds of the trees{(context.Quick ? "; quick size" : "")}; worst values are over all of them.", .. context.Warnings]);
    }
}
