using System.Globalization;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// OWL, outlier weighed layerwise sparsity (Yin et al. 2024): a block in which more Wanda scores stand out (above M times the block's mean) is pruned less.
/// Options: "lambda" (0.08; for N:M patterns 2), "outlierFactor" M (5), "structureSpecial" (false; only for N:M patterns).
/// Sparsities span exactly 2λ and average the recipe's; for N:M patterns they are whole counts, spread over λ, and their average is what rounding makes it.
/// Departure: a λ that would push a block's sparsity out of 0 to 1 is an error that names the largest legal one; the authors' code replaces such values by 0.01.
/// </summary>
public sealed class OwlAllocation : IAllocation
{
    private readonly double? _lambda;
    private readonly double _outlierFactor;
    private readonly bool _structureSpecial;
    private readonly List<double> _outliers = [];

    /// <summary>Reads its options.</summary>
    public OwlAllocation(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var lambda = options.Number("lambda", double.NaN, 0, 32);
        _lambda = double.IsNaN(lambda) ? null : lambda;
        _outlierFactor = options.Number("outlierFactor", 5, 0, 1e6);
        _structureSpecial = options.Flag("structureSpecial", false);
    }

    /// <inheritdoc/>
    public string Name => "owl";

    /// <inheritdoc/>
    public bool NeedsWalk => true;

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.SumOfSquares;

    /// <inheritdoc/>
    public IReadOnlyList<AllocationFigure> Figures => _outliers.Count == 0 ? [] : [new("outliers (%)", _outliers)];

    /// <inheritdoc/>
    public void Observe(BlockObservation block)
    {
        ArgumentNullException.ThrowIfNull(block);
        _outliers.Add(OutlierPercentage(block.Layers, _outlierFactor));
    }

    /// <inheritdoc/>
    public double[] Allocate(AllocationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var blocks = request.Group > 0
            ? ShareGroups([.. _outliers], request.Sparsity, _lambda ?? 2, request.Group, _structureSpecial)
            : Share([.. _outliers], request.Sparsity, _lambda ?? 0.08);
        return [.. request.Matrices.Select(matrix => blocks[matrix.Block])];
    }

    /// <summary>D = 100 · #{score > factor · mean} / #scores over the Wanda scores of all matrices of a block together.</summary>
    /// <param name="layers">The block's matrices with Σx².</param>
    /// <param name="outlierFactor">M.</param>
    public static double OutlierPercentage(IReadOnlyList<LayerProblem> layers, double outlierFactor)
    {
        ArgumentNullException.ThrowIfNull(layers);
        var (sum, count) = (0.0, 0L);
        var norms = new double[layers.Count][];
        for (var i = 0; i < layers.Count; i++)
        {
            var weights = layers[i].Weights;
            norms[i] = new double[weights.Columns];
            layers[i].Statistics.ChannelNorms(norms[i]);
            count += (long)weights.Rows * weights.Columns;
            for (var row = 0; row < weights.Rows; row++)
                sum += RowSum(weights.Row(row), norms[i]);
        }
        if (count == 0)
            return 0;
        var threshold = outlierFactor * sum / count;
        var outliers = 0L;
        for (var i = 0; i < layers.Count; i++)
            for (var row = 0; row < layers[i].Weights.Rows; row++)
                outliers += CountAbove(layers[i].Weights.Row(row), norms[i], threshold);
        return 100.0 * outliers / count;
    }

    /// <summary>Sparsities per block with mean <paramref name="sparsity"/> and span 2λ; uniform when all blocks have the same share of outliers.</summary>
    /// <param name="outliers">D per block.</param>
    /// <param name="sparsity">The mean.</param>
    /// <param name="lambda">Half the span.</param>
    /// <exception cref="InvalidSettingException">A sparsity would leave 0 to 1.</exception>
    public static double[] Share(ReadOnlySpan<double> outliers, double sparsity, double lambda)
    {
        var keep = Relative(outliers, out var mean);
        var largest = keep.Length == 0 ? double.PositiveInfinity
            : Math.Min(mean < 1 ? sparsity / (2 * (1 - mean)) : double.PositiveInfinity, mean > 0 ? (1 - sparsity) / (2 * mean) : double.PositiveInfinity);
        var spread = false;
        for (var i = 0; i < keep.Length; i++)
        {
            spread |= keep[i] != 0;
            keep[i] = 1 - ((keep[i] - mean) * 2 * lambda + (1 - sparsity));
        }
        if (spread && sparsity > 0 && keep.Any(value => value < 0 || value >= 1))
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture,
                $"allocation owl: lambda {lambda:g4} would prune a block by less than 0 or by all of it; the largest lambda at sparsity {sparsity:g4} is {Math.Floor(largest * 0.9999 * 1e4) / 1e4:0.####}"));
        // Nothing to prune on average is nothing to prune anywhere.
        return sparsity == 0 ? new double[keep.Length] : keep;
    }

    /// <summary>The N:M form: whole numbers of pruned weights per group, centred at the pattern's own count, spread over λ before rounding.</summary>
    /// <param name="outliers">D per block.</param>
    /// <param name="sparsity">The pattern's own sparsity.</param>
    /// <param name="lambda">The span of the counts.</param>
    /// <param name="group">M of N:M.</param>
    /// <param name="structureSpecial">Blocks that would keep one weight more per group keep two more, so that 4:8 becomes 6:8 and never 5:8 (the authors' structure_special).</param>
    /// <returns>Sparsities that are multiples of 1 / group.</returns>
    /// <exception cref="InvalidSettingException">A group would lose nothing less than nothing, or everything.</exception>
    public static double[] ShareGroups(ReadOnlySpan<double> outliers, double sparsity, double lambda, int group, bool structureSpecial = false)
    {
        var keep = Relative(outliers, out var mean);
        var pruned = (int)Math.Round(sparsity * group);
        for (var i = 0; i < keep.Length; i++)
        {
            var more = (int)Math.Round((keep[i] - mean) * lambda);
            var count = pruned - (structureSpecial && more == 1 ? 2 : more);
            if (count < 0 || count >= group)
                throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture,
                    $"allocation owl: lambda {lambda:g4} would prune {count} of {group} weights in block {i}; at most {Math.Min(pruned, group - 1 - pruned)} is always safe here"));
            keep[i] = count / (double)group;
        }
        return keep;
    }

    // (D − min) / (max − min), or all zeros when there is nothing to tell the blocks apart.
    private static double[] Relative(ReadOnlySpan<double> outliers, out double mean)
    {
        var relative = outliers.ToArray();
        mean = 0;
        if (relative.Length == 0)
            return relative;
        var (low, high) = (relative.Min(), relative.Max());
        for (var i = 0; i < relative.Length; i++)
            relative[i] = high > low ? (relative[i] - low) / (high - low) : 0;
        mean = relative.Average();
        return relative;
    }

    private static double RowSum(ReadOnlySpan<float> weights, ReadOnlySpan<double> norms)
    {
        var sum = 0.0;
        for (var j = 0; j < weights.Length; j++)
            sum += Math.Abs(weights[j]) * norms[j];
        return sum;
    }

    private static long CountAbove(ReadOnlySpan<float> weights, ReadOnlySpan<double> norms, double threshold)
    {
        var count = 0L;
        for (var j = 0; j < weights.Length; j++)
            count += Math.Abs(weights[j]) * norms[j] > threshold ? 1 : 0;
        return count;
    }
}
