namespace Sparseland.Masks;

/// <summary>The k-th smallest number without sorting (Hoare 1961, median of three, sorting what is left when the pivots turn out badly).</summary>
public static class QuickSelect
{
    private const int SortBelow = 24;

    /// <summary>Puts the values in another order in which the one at <paramref name="index"/> is where sorting would put it; linear time on average.</summary>
    /// <param name="values">The values; reordered. None may be NaN.</param>
    /// <param name="index">The rank asked for, from 0.</param>
    /// <returns>The value of that rank.</returns>
    public static float Select(Span<float> values, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)values.Length, nameof(index));
        var rounds = 2 * (32 - int.LeadingZeroCount(values.Length));
        while (values.Length > SortBelow && rounds-- > 0)
        {
            var (left, right) = Partition(values);
            // values[..left] <= pivot, values[right..] >= pivot, and what lies between equals it.
            if (index < left)
                values = values[..left];
            else if (index >= right)
            {
                values = values[right..];
                index -= right;
            }
            else
                return values[index];
        }
        values.Sort();
        return values[index];
    }

    private static (int Left, int Right) Partition(Span<float> values)
    {
        var pivot = MedianOfThree(values[0], values[values.Length / 2], values[^1]);
        var low = 0;
        var high = values.Length - 1;
        while (low <= high)
        {
            while (values[low] < pivot)
                low++;
            while (values[high] > pivot)
                high--;
            if (low > high)
                break;
            (values[low], values[high]) = (values[high], values[low]);
            low++;
            high--;
        }
        return (high + 1, low);
    }

    private static float MedianOfThree(float a, float b, float c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
