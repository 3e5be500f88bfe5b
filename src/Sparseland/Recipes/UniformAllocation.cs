namespace Sparseland.Recipes;

/// <summary>The same sparsity for every matrix.</summary>
public sealed class UniformAllocation : IAllocation
{
    /// <summary>Reads its options: it has none.</summary>
    public UniformAllocation(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public bool IsUniform => true;

    /// <inheritdoc/>
    public double[] Allocate(AllocationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sparsities = new double[request.Matrices.Count];
        sparsities.AsSpan().Fill(request.Sparsity);
        return sparsities;
    }
}
