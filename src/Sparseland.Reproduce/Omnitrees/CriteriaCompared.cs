using System.Globalization;
using Sparseland.Progress;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>Ways to choose the next bisection on the same bodies: how the box is ranked, how the dimension, and in how many bins indices are estimated.</summary>
internal static class CriteriaCompared
{
    private static readonly (string Name, ShapeFitOptions Options)[] Ways =
    [
        ("octree", new() { Criterion = ShapeCriterion.Octree }), ("omnitree, 8 bins", new()), ("omnitree, 2 bins", new() { Bins = 2 }), ("omnitree, 16 bins", new() { Bins = 16 }),
        ("omnitree, two-tier", new() { Criterion = ShapeCriterion.TwoTier }), ("omnitree, any dimensions", new() { Criterion = ShapeCriterion.OmniFull }), ("omnitree, no floor", new() { Floor = 0 }),
    ];

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var size = OmnitreesExperiment.Options(context);
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, shape, _) in Bodies.Set)
        {
            progress?.Report(new("comparing criteria", rows.Count, Bodies.Set.Count, name));
            rows.Add([name, .. Ways.Select(way => (100 * ShapeFit.Grow(shape, way.Options with { Boxes = size.Boxes, BaseSize = size.BaseSize, ErrorSamples = size.ErrorSamples, Seed = context.Seeds[0], Curve = false },
                null, cancellation).Curve[^1].Error).ToString("F3", CultureInfo.InvariantCulture))]);
        }
        tables.Add(new(string.Create(CultureInfo.InvariantCulture, $"Error in per cent of the cube at {size.Boxes} boxes, first seed"), ["", .. Ways.Select(way => way.Name)], rows));
    }
}
