using Sparseland.Masks;

namespace Sparseland.Recipes;

/// <summary>How <see cref="SparseGpt"/> prunes a matrix.</summary>
public sealed record SparseGptOptions
{
    /// <summary>The fraction to prune; ignored when <see cref="Mask"/> is given or the pattern is N:M.</summary>
    public double Sparsity { get; init; } = 0.5;

    /// <summary>For N:M, how many of <see cref="Group"/> consecutive weights are kept; 0 for unstructured.</summary>
    public int Keep { get; init; }

    /// <summary>For N:M, the columns of a group, at most 32; 0 for unstructured.</summary>
    public int Group { get; init; }

    /// <summary>Columns whose updates are gathered before they are applied to the rest by one product. A multiple of <see cref="Group"/>.</summary>
    public int BlockSize { get; init; } = 128;

    /// <summary>Added to the Hessian's diagonal as a fraction of its mean.</summary>
    public double Damping { get; init; } = 0.01;

    /// <summary>A mask chosen elsewhere; then only the update is SparseGPT's.</summary>
    public Mask? Mask { get; init; }

    /// <summary>
    /// What multiplies |w| in each column to give the score by which masks are chosen on the way, with the weights as they are when their turn comes.
    /// Null is SparseGPT's own 1 / U_jj; Wanda's channel norms give "Wanda with OBS, block by block".
    /// </summary>
    public IReadOnlyList<double>? ColumnWeights { get; init; }

    /// <summary>Exact counts, or "at or below" as the authors' code.</summary>
    public SelectionMode Mode { get; init; } = SelectionMode.Exact;

    /// <summary>Rounds the kept weights, in the same sweep, to a grid of this many bits per row (asymmetric, from the row's smallest to its largest weight); 0 for no rounding.</summary>
    public int QuantizationBits { get; init; }
}

/// <summary>What <see cref="SparseGpt"/> did.</summary>
/// <param name="Mask">What is kept.</param>
/// <param name="Loss">The estimated increase of the squared output error per sequence, ½ Σ (w − q)² / U_ii² over all weights.</param>
/// <param name="Damping">The damping used, as a fraction of the mean of the Hessian's diagonal.</param>
/// <param name="FailedAttempts">How often the damping had to be multiplied by ten.</param>
/// <param name="DeadColumns">Input channels that were always zero; their weights are zeroed.</param>
public sealed record SparseGptResult(Mask Mask, double Loss, double Damping, int FailedAttempts, int DeadColumns);
