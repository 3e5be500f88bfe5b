using System.Globalization;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>The stable warning codes of pruned models (a subset of the list in docs/architecture.md; the others belong to training).</summary>
public static class WarningCodes
{
    /// <summary>Requested and achieved sparsity differ by more than 1 %.</summary>
    public const string SparsityMissed = "SPL001";

    /// <summary>A layer is empty, or more than 99.5 % sparse.</summary>
    public const string LayerEmpty = "SPL002";

    /// <summary>More than 5 % of a layer's rows or columns keep nothing.</summary>
    public const string DeadRows = "SPL003";

    /// <summary>The sparse layout is slower than dense of the same precision on this machine.</summary>
    public const string BelowBreakEven = "SPL004";

    /// <summary>The allocation says otherwise, and yet all layers are equally sparse.</summary>
    public const string AllocationUniform = "SPL013";

    private const double Tolerance = 0.01;
    private const double EmptyAbove = 0.995;
    private const double DeadShare = 0.05;

    /// <summary>What has to be said about one matrix.</summary>
    public static IEnumerable<PruneWarning> Of(LayerReport layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (Math.Abs(layer.Requested - layer.Achieved) > Tolerance)
            yield return new(SparsityMissed, layer.Name, string.Create(CultureInfo.InvariantCulture, $"{layer.Requested:P1} sparsity was asked for, {layer.Achieved:P1} achieved"));
        if (layer.Achieved > EmptyAbove)
            yield return new(LayerEmpty, layer.Name, string.Create(CultureInfo.InvariantCulture, $"{layer.Achieved:P2} of its weights are gone"));
        if (layer.EmptyRows > DeadShare * layer.Rows || layer.EmptyColumns > DeadShare * layer.Columns)
            yield return new(DeadRows, layer.Name, string.Create(CultureInfo.InvariantCulture, $"{layer.EmptyRows} of {layer.Rows} rows and {layer.EmptyColumns} of {layer.Columns} columns keep nothing"));
    }

    /// <summary>What has to be said about the model as a whole.</summary>
    public static IEnumerable<PruneWarning> Of(Recipe recipe, IReadOnlyList<LayerReport> layers)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(layers);
        var pruned = layers.Where(layer => layer.Pattern != "dense").ToList();
        if (pruned.Count > 1 && pruned.All(layer => Math.Abs(layer.Requested - pruned[0].Requested) < 1e-9) && !Methods.Allocations.Create(recipe.Allocation).IsUniform)
            yield return new(AllocationUniform, "model", $"the allocation {recipe.Allocation} gave every layer the same sparsity");
    }
}
