using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Masks;

/// <summary>
/// The k-th smallest number without sorting (Hoare 1961, median of three, sorting what is left when the pivots turn out badly). Of many numbers a sample tells first
/// between which two the answer lies (Floyd and Rivest 1975), so that one vectorised pass leaves few of them.
/// </summary>
public static class QuickSelect
{
    private const int SortBelow = 24;

    // The rank of a sample's element is off by 16 at most two times in three; three times that covers nearly all.
    private const int SampleSize = 1024;
    private const int SampleMargin = 48;
    private const int SampleFrom = 16 * SampleSize;

    /// <summary>The value that sorting would put at a place; linear time on average.</summary>
    /// <param name="values">The values; their order is lost. None may be NaN.</param>
    /// <param name="index">The rank asked for, from 0.</param>
    /// <returns>The value of that rank.</returns>
    public static float Select(Span<float> values, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)values.Length, nameof(index));
        return values.Length >= SampleFrom && TryNarrow(values, index, out var found) ? found : Narrow(values, index);
    }

    private static float Narrow(Span<float> values, int index)
    {
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

    private static bool TryNarrow(ReadOnlySpan<float> values, int index, out float found)
    {
        found = 0;
        Span<float> sample = stackalloc float[SampleSize];
        for (var i = 0; i < SampleSize; i++)
            sample[i] = values[(int)((long)i * values.Length / SampleSize)];
        sample.Sort();
        var rank = (int)((long)index * SampleSize / values.Length);
        var low = rank < SampleMargin ? float.NegativeInfinity : sample[rank - SampleMargin];
        var high = rank + SampleMargin >= SampleSize ? float.PositiveInfinity : sample[rank + SampleMargin];
        // Many equal numbers can all lie between: then the buffer is full and the plain way is taken.
        var buffer = ArrayPool<float>.Shared.Rent(values.Length / 4);
        var count = Collect(values, low, high, buffer, out var below);
        var isBetween = count >= 0 && index >= below && index < below + count;
        if (isBetween)
            found = Narrow(buffer.AsSpan(0, count), index - below);
        ArrayPool<float>.Shared.Return(buffer);
        return isBetween;
    }

    // Copies the values from low to high and counts those below; -1 when they do not fit.
    private static int Collect(ReadOnlySpan<float> values, float low, float high, Span<float> destination, out int below)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var (i, count) = (0, 0);
        below = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var (least, most) = (Vector256.Create(low), Vector256.Create(high));
            for (; i <= values.Length - Vector256<float>.Count && count <= destination.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var value = Vector256.LoadUnsafe(ref first, (nuint)i);
                var isBelow = Vector256.LessThan(value, least).ExtractMostSignificantBits();
                below += System.Numerics.BitOperations.PopCount(isBelow);
                for (var bits = Vector256.LessThanOrEqual(value, most).ExtractMostSignificantBits() & ~isBelow; bits != 0; bits &= bits - 1)
                    destination[count++] = values[i + System.Numerics.BitOperations.TrailingZeroCount(bits)];
            }
        }
        for (; i < values.Length; i++)
        {
            if (values[i] < low)
                below++;
            else if (values[i] <= high)
            {
                if (count == destination.Length)
                    return -1;
                destination[count++] = values[i];
            }
        }
        return count;
    }

    private static float MedianOfThree(float a, float b, float c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
