using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

/// <summary>DSnoT's unstructured loop as the paper's code goes about it: whole sorted lists and two pointers, one row at a time. The judge of the real one.</summary>
internal static class PlainDsnot
{
    public static bool[] Refine(ReadOnlySpan<float> weights, bool[] kept, DsnotInputs inputs, DsnotOptions options, double threshold)
    {
        var w = weights.ToArray();
        var mask = (bool[])kept.Clone();
        var columns = Enumerable.Range(0, w.Length).ToArray();
        double Contribution(int j) => w[j] * inputs.Sums[j];
        double Gain(int j) => Contribution(j) / Math.Pow(inputs.Variances[j], options.VariancePower);
        var grow = columns.Where(j => !kept[j]).OrderBy(Gain).ToArray();
        var order = columns.Where(j => kept[j]).OrderBy(j => Math.Abs(w[j]) * inputs.Norms[j]).ToArray();
        var negative = new Queue<int>(order.Where(j => Contribution(j) < 0));
        var positive = new Queue<int>(order.Where(j => Contribution(j) > 0));
        var (low, high) = (0, grow.Length - 1);
        var start = columns.Where(j => !kept[j]).Sum(Contribution);
        var error = start;
        for (var cycle = 0; cycle < options.Cycles && Math.Abs(error) > threshold && low <= high; cycle++)
        {
            var g = error > 0 ? grow[high--] : grow[low++];
            var queue = error > 0 ? negative : positive;
            if (Contribution(g) * error <= 0 || queue.Count == 0)
                break;
            var q = queue.Dequeue();
            var next = error + Contribution(q) - Contribution(g);
            if (options.SameSign && next * start < 0)
                break;
            (mask[q], mask[g], error) = (false, true, next);
        }
        return mask;
    }

    public static bool[] Row(Mask mask, int row) => [.. Enumerable.Range(0, mask.Columns).Select(column => mask[row, column])];

    /// <summary>E of a row, from the definition.</summary>
    public static double Error(Tensor<float> weights, Mask mask, DsnotInputs inputs, int row) =>
        Enumerable.Range(0, mask.Columns).Where(column => !mask[row, column]).Sum(column => weights.Matrix[row, column] * inputs.Sums[column]);
}
