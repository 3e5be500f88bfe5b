using System.Numerics;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Recipes;

/// <summary>
/// SparseGPT (Frantar and Alistarh 2023): prunes a matrix column by column and spreads each pruned weight's error over the columns to its right,
/// by optimal brain surgery with the Hessian of the layer's inputs. Also the update alone, for a mask from any other score.
/// Departures from the authors' code: the factor U comes from one Cholesky in double (<see cref="HessianFactor"/>); unstructured counts are exact by default.
/// </summary>
public static class SparseGpt
{
    /// <summary>Prunes W in place.</summary>
    /// <param name="weights">[rows, columns], overwritten with the pruned and updated weights.</param>
    /// <param name="hessian">[columns, columns]: XᵀX times any positive factor.</param>
    /// <param name="options">Pattern, sparsity, block size, damping, or a given mask.</param>
    /// <exception cref="Errors.NumericalException">The Hessian cannot be factored.</exception>
    public static SparseGptResult PruneLayer<T>(MatrixView<T> weights, MatrixView<double> hessian, SparseGptOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        if (hessian.Rows != weights.Columns)
            throw new ArgumentException($"a Hessian of {hessian.Rows} columns for weights of {weights.Columns}", nameof(hessian));
        return PruneLayer(weights, HessianFactor.Compute(hessian, options.Damping), options);
    }

    /// <summary>Prunes W in place with a factor that is there already.</summary>
    /// <param name="weights">[rows, columns], overwritten.</param>
    /// <param name="factor">The factor of the Hessian's inverse.</param>
    /// <param name="options">As above; the damping is the factor's.</param>
    public static SparseGptResult PruneLayer<T>(MatrixView<T> weights, HessianFactor factor, SparseGptOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(factor);
        ArgumentNullException.ThrowIfNull(options);
        Check(weights, factor, options);
        var mask = options.Mask ?? Mask.Full(weights.Rows, weights.Columns);
        var keepsAll = options.Group > 0 ? options.Keep == options.Group : options.Sparsity == 0;
        if (options.QuantizationBits == 0 && (options.Mask is null ? keepsAll : mask.KeptCount == (long)mask.Rows * mask.Columns))
            return new SparseGptResult(mask, 0, factor.Damping, factor.FailedAttempts, 0);
        foreach (var column in factor.DeadColumns)
            for (var row = 0; row < weights.Rows; row++)
                weights[row, column] = T.Zero;
        var sweep = new ColumnSweep<T>(weights, factor.Upper, mask, options);
        var loss = sweep.Run();
        weights.KeepAlive();
        return new SparseGptResult(mask, loss, factor.Damping, factor.FailedAttempts, factor.DeadColumns.Count);
    }

    private static void Check<T>(MatrixView<T> weights, HessianFactor factor, SparseGptOptions options) where T : unmanaged
    {
        if (factor.Upper.Shape[0] != weights.Columns)
            throw new ArgumentException($"a factor of {factor.Upper.Shape[0]} columns for weights of {weights.Columns}", nameof(factor));
        if (options.Mask is { } mask && (mask.Rows != weights.Rows || mask.Columns != weights.Columns))
            throw new ArgumentException($"a {mask.Rows} x {mask.Columns} mask for {weights.Rows} x {weights.Columns} weights", nameof(options));
        if (options.ColumnWeights is { } scale && scale.Count != weights.Columns)
            throw new ArgumentException($"{scale.Count} column weights for {weights.Columns} columns", nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BlockSize);
        if (options.Mask is not null)
            return;
        if (options.Group == 0 && !(options.Sparsity >= 0 && options.Sparsity < 1))
            throw new Errors.InvalidSettingException($"sparsity {options.Sparsity}: it is the fraction of weights to remove, from 0 to below 1");
        if (options.Group > 0)
            new NofMPattern(options.Keep, options.Group).Validate(weights.Rows, weights.Columns);
        if (options.Group > 0 && options.BlockSize % options.Group != 0)
            throw new Errors.InvalidSettingException($"block size {options.BlockSize}: it must be a multiple of the pattern's group {options.Group}");
    }
}
