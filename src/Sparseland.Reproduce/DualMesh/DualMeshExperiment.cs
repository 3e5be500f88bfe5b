using Sparseland.Progress;

namespace Sparseland.Reproduce.DualMesh;

/// <summary>DualMesh-UDF: exact fields of known shapes, rivals on the same lattice, real open meshes, and fields that a network learned.</summary>
public sealed class DualMeshExperiment : IExperiment
{
    /// <inheritdoc/>
    public string Name => "dualmesh-udf";

    /// <inheritdoc/>
    public string Summary => "meshes of unsigned distances, open surfaces and sharp edges included, from tangent planes away from the surface";

    /// <inheritdoc/>
    public string Source => "Zhang et al., ICCV 2023 (Surface Extraction from Neural Unsigned Distance Fields)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims =>
    [
        ShapeTable.SecondOrder, ShapeTable.Corners, ShapeTable.Borders, ShapeTable.SingleLayer, ShapeTable.Questions, BaselineTable.Order, BaselineTable.Real, NeuralTable.Filter,
    ];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<string> notes = [$"Fields in [-1, 1]³ unless a mesh says otherwise; an edge is that of a leaf.{(context.Quick ? " Quick size." : "")}", .. context.Warnings];
        var tables = new List<ExperimentTable>();
        var outcomes = new List<ClaimOutcome>();
        ShapeTable.Run(context, tables, outcomes, progress, cancellation);
        BaselineTable.Run(context, tables, outcomes, notes, progress, cancellation);
        NeuralTable.Run(context, tables, outcomes, progress, cancellation);
        foreach (var claim in Claims)
            if (outcomes.All(outcome => outcome.Claim.Id != claim.Id))
                outcomes.Add(new ClaimOutcome(claim, Verdict.NotTested, "the data is not there"));
        return new ExperimentResult(tables, outcomes, notes);
    }
}
