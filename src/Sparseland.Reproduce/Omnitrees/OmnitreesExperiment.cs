using System.Globalization;
using Sparseland.Progress;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>Omnitrees against octrees as representations of bodies: boxes, bits, rates of convergence and density of information.</summary>
public sealed class OmnitreesExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "omnitrees";

    /// <inheritdoc/>
    public string Summary => "boxes halved in any subset of dimensions represent bodies with fewer boxes and bits than octrees";

    /// <inheritdoc/>
    public string Source => "Pollinger, Ishii, Domke, arXiv 2508.06316, 2025 (Omnitrees)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims => [SlabBoxes.Claim, FittedBodies.Fewer, FittedBodies.NeverMore, FittedBodies.Smaller, TurningBody.Claim, FittedMeshes.Claim];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = Options(context);
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Mean and standard deviation over {context.Seeds.Count} seeds{(context.Quick ? "; quick size" : "")}; meshes with the first seed. Each box is sampled at {options.BaseSize} x (2 d + 2) points; errors at {options.ErrorSamples:N0} points, curves at 8, 16, 32, ... boxes. An octree stores one bit a node, an omnitree d; both one for each box."),
            .. context.Warnings,
        ];
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        progress?.Report(new("fitting the slab", 0, 0));
        SlabBoxes.Run(context, tables, outcomes, cancellation);
        FittedBodies.Run(context, tables, outcomes, progress, cancellation);
        TurningBody.Run(context, tables, outcomes, progress, cancellation);
        FittedMeshes.Run(context, tables, outcomes, notes, progress, cancellation);
        if (!context.Quick)
            CriteriaCompared.Run(context, tables, progress, cancellation);
        return new(tables, outcomes, notes);
    }

    internal static ShapeFitOptions Options(ExperimentContext context) => context.Quick
        ? new() { Boxes = 1024, BaseSize = 128, ErrorSamples = 1 << 17 }
        : new() { ErrorSamples = 1 << 18 };
}
