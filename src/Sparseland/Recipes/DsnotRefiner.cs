using System.Globalization;
using System.Numerics;
using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Recipes;

/// <summary>
/// Dynamic sparse no training (Zhang et al., ICLR 2024): row by row a pruned weight is revived and a kept one removed, so that the row's expected output error
/// E_i = Σ over what is pruned of w_ij · S_j moves to zero. Reviving takes the largest sign(E) · w_ij · S_j / v_j^p; removing takes the lowest Wanda metric whose removal moves E
/// the right way, whatever score made the first mask. In an N:M pattern the weight removed is the one of the lowest first score in the group of the one revived.
/// Against the authors' code: candidates are the pruned weights of the right sign only, and a row ends when there are no more (theirs may revive what is kept, which loses the count);
/// a constant channel's variance is floored at 1e-12 of the largest. Rows are independent: the result is the same for any number of threads.
/// </summary>
public static class DsnotRefiner
{
    private const int RowsPerPart = 16;
    private const double VarianceFloor = 1e-12;

    /// <summary>Refines a mask. Linear in the weights; every row keeps its number of weights, every N:M group too.</summary>
    /// <param name="weights">[outputs, inputs], dense: revived weights are to have these values.</param>
    /// <param name="mask">The mask to begin with; not changed.</param>
    /// <param name="inputs">What is known of the inputs.</param>
    /// <param name="options">The choices.</param>
    /// <param name="groups">The N:M pattern that the mask obeys; null for an unstructured one.</param>
    /// <param name="scores">The scores behind the mask [outputs, inputs]; needed for an N:M pattern only.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or an N:M pattern comes without scores.</exception>
    /// <exception cref="NumericalException">A row's error is not finite.</exception>
    public static DsnotResult Refine(MatrixView<float> weights, Mask mask, DsnotInputs inputs, DsnotOptions options, NofMPattern? groups = null, Tensor<float>? scores = null)
    {
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        if (mask.Rows != weights.Rows || mask.Columns != weights.Columns || inputs.Sums.Length != weights.Columns || inputs.Variances.Length != weights.Columns || inputs.Norms.Length != weights.Columns)
            throw new ArgumentException($"a {mask.Rows} x {mask.Columns} mask and {inputs.Sums.Length} channels for a {weights.Rows} x {weights.Columns} matrix", nameof(mask));
        groups?.Validate(weights.Rows, weights.Columns);
        if (groups is not null && (scores is null || scores.Shape != new Shape(weights.Rows, weights.Columns)))
            throw new ArgumentException("an N:M pattern needs the scores of all weights", nameof(scores));
        var job = new DsnotJob(weights, mask, mask.Copy(), inputs, Discounts(inputs.Variances, options.VariancePower), options, groups, scores?.Matrix ?? default);
        var parts = (weights.Rows + RowsPerPart - 1) / RowsPerPart;
        var before = new double[weights.Rows];
        WorkerPool.Run(parts, new ErrorWork(job, before));
        if (Array.FindIndex(before, error => !double.IsFinite(error)) is >= 0 and var bad)
            throw new NumericalException(string.Create(CultureInfo.InvariantCulture, $"the expected error of row {bad} is {before[bad]}: a weight or the calibration is not finite"));
        var threshold = options.RelativeThreshold ? options.Threshold * DsnotResult.MeanMagnitude(before) : options.Threshold;
        var after = (double[])before.Clone();
        var swaps = new int[weights.Rows];
        WorkerPool.Run(parts, new RefineWork(job, threshold, after, swaps));
        weights.KeepAlive();
        GC.KeepAlive(scores);
        return new DsnotResult(job.Mask, swaps, before, after, SkippedRows(mask));
    }

    // Only their order counts, so they are relative to the largest variance.
    private static double[] Discounts(double[] variances, double power)
    {
        var largest = variances.Length == 0 ? 0 : variances.Max();
        return [.. variances.Select(variance => largest > 0 ? Math.Pow(Math.Max(variance / largest, VarianceFloor), -power) : 1)];
    }

    private static int SkippedRows(Mask mask)
    {
        var skipped = 0;
        for (var row = 0; row < mask.Rows; row++)
        {
            var kept = 0;
            foreach (var word in mask.Row(row))
                kept += BitOperations.PopCount(word);
            skipped += kept == 0 || kept == mask.Columns ? 1 : 0;
        }
        return skipped;
    }

    private readonly struct ErrorWork(DsnotJob job, double[] errors) : IParallelWork
    {
        public void Run(int part)
        {
            for (var row = part * RowsPerPart; row < Math.Min(errors.Length, (part + 1) * RowsPerPart); row++)
                errors[row] = DsnotRow.Error(job, job.First, row);
        }
    }

    private readonly struct RefineWork(DsnotJob job, double threshold, double[] errors, int[] swaps) : IParallelWork
    {
        public void Run(int part)
        {
            var refined = new DsnotRow(job);
            for (var row = part * RowsPerPart; row < Math.Min(errors.Length, (part + 1) * RowsPerPart); row++)
                swaps[row] = refined.Refine(row, threshold, ref errors[row]);
        }
    }
}
