using Sparseland.Tensors;

namespace Sparseland.Masks;

/// <summary>
/// Wanda's variant (Sun et al. 2024, the authors' use_variant): every row loses its smallest scores as long as they add up to at most α times the row's sum.
/// Rows with a long tail lose more. α starts at 0.4 and is bisected in [0, 0.8] until the sparsity is within 0.001 or the bracket is narrower than that.
/// </summary>
internal static class CumulativeSelection
{
    private const double Tolerance = 0.001;

    public static Mask Select(MatrixView<float> scores, double sparsity)
    {
        var (rows, columns) = (scores.Rows, scores.Columns);
        if (sparsity == 0)
            return Mask.Full(rows, columns);
        var order = new int[rows][];
        var cumulative = new double[rows][];
        for (var row = 0; row < rows; row++)
            (order[row], cumulative[row]) = Prepare(scores.Row(row));
        double low = 0, high = 0.8, share = 0.4;
        var counts = Count(cumulative, share);
        while (Math.Abs(Fraction(counts, columns) - sparsity) > Tolerance && high - low >= Tolerance)
        {
            if (Fraction(counts, columns) > sparsity)
                high = share;
            else
                low = share;
            share = (low + high) / 2;
            counts = Count(cumulative, share);
        }
        var mask = Mask.Full(rows, columns);
        for (var row = 0; row < rows; row++)
            foreach (var column in order[row].AsSpan(0, counts[row]))
                mask[row, column] = false;
        scores.KeepAlive();
        return mask;
    }

    private static (int[] Order, double[] Cumulative) Prepare(ReadOnlySpan<float> scores)
    {
        var keys = scores.ToArray();
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        var sums = new double[keys.Length];
        var sum = 0.0;
        for (var i = 0; i < order.Length; i++)
            sums[i] = sum += keys[order[i]];
        return (order, sums);
    }

    private static int[] Count(double[][] cumulative, double share)
    {
        var counts = new int[cumulative.Length];
        for (var row = 0; row < counts.Length; row++)
        {
            var sums = cumulative[row];
            var limit = share * (sums.Length > 0 ? sums[^1] : 0);
            while (counts[row] < sums.Length && sums[counts[row]] <= limit)
                counts[row]++;
        }
        return counts;
    }

    private static double Fraction(int[] counts, int columns)
    {
        var total = 0L;
        foreach (var count in counts)
            total += count;
        return columns == 0 || counts.Length == 0 ? 0 : total / ((double)columns * counts.Length);
    }
}
