using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>Turns indexes into column numbers, several at a time. All write up to 16 numbers more than they return.</summary>
internal static unsafe class EntryWalk
{
    // For every mask byte the places of its set bits, lowest first, one byte each.
    private static readonly ulong[] PlaceTable = BuildPlaceTable();

    /// <summary>The columns of set bits.</summary>
    /// <param name="words">Mask words.</param>
    /// <param name="count">How many words.</param>
    /// <param name="columns">Receives the columns, counted from the first word's lowest bit.</param>
    /// <returns>How many.</returns>
    public static int Bits(ulong* words, int count, int* columns)
    {
        var found = 0;
        if (!Avx2.IsSupported)
        {
            for (var w = 0; w < count; w++)
                for (var word = words[w]; word != 0; word &= word - 1)
                    columns[found++] = w * 64 + BitOperations.TrailingZeroCount(word);
            return found;
        }
        fixed (ulong* table = PlaceTable)
        {
            var start = Vector256<int>.Zero;
            var eight = Vector256.Create(8);
            var bytes = (byte*)words;
            for (var i = 0; i < count * 8; i++)
            {
                var mask = (uint)bytes[i];
                (Avx2.ConvertToVector256Int32((byte*)(table + mask)) + start).Store(columns + found);
                found += BitOperations.PopCount(mask);
                start += eight;
            }
        }
        return found;
    }

    /// <summary>The 16-bit columns below an end.</summary>
    /// <param name="source">Ascending columns.</param>
    /// <param name="available">How many there are.</param>
    /// <param name="first">Subtracted from each.</param>
    /// <param name="end">Columns from here on are not taken.</param>
    /// <param name="columns">Receives them.</param>
    /// <returns>How many.</returns>
    public static int Below(ushort* source, int available, int first, int end, int* columns)
    {
        var found = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var last = Vector256.Create((ushort)(end - 1));
            var offset = Vector256.Create(first);
            while (found + 16 <= available)
            {
                var block = Vector256.Load(source + found);
                var (low, high) = Vector256.Widen(block);
                (low.AsInt32() - offset).Store(columns + found);
                (high.AsInt32() - offset).Store(columns + found + 8);
                // Ascending, so those not above the last come first.
                var taken = BitOperations.PopCount(Vector256.Equals(Vector256.Min(block, last), block).ExtractMostSignificantBits());
                found += taken;
                if (taken < 16)
                    return found;
            }
        }
        for (; found < available && source[found] < end; found++)
            columns[found] = source[found] - first;
        return found;
    }

    /// <summary>The same columns as 16-bit numbers.</summary>
    /// <param name="words">Mask words.</param>
    /// <param name="count">How many words.</param>
    /// <param name="columns">Receives the columns, counted from the first word's lowest bit.</param>
    /// <returns>How many.</returns>
    public static int Bits(ulong* words, int count, ushort* columns)
    {
        var found = 0;
        if (!Sse41.IsSupported)
        {
            for (var w = 0; w < count; w++)
                for (var word = words[w]; word != 0; word &= word - 1)
                    columns[found++] = (ushort)(w * 64 + BitOperations.TrailingZeroCount(word));
            return found;
        }
        fixed (ulong* table = PlaceTable)
        {
            var start = Vector128<ushort>.Zero;
            var eight = Vector128.Create((ushort)8);
            var bytes = (byte*)words;
            for (var i = 0; i < count * 8; i++)
            {
                var mask = (uint)bytes[i];
                (Sse41.ConvertToVector128Int16((byte*)(table + mask)).AsUInt16() + start).Store(columns + found);
                found += BitOperations.PopCount(mask);
                start += eight;
            }
        }
        return found;
    }

    /// <summary>How many of ascending 16-bit columns are below an end.</summary>
    /// <param name="source">The columns.</param>
    /// <param name="available">How many there are.</param>
    /// <param name="end">1 to 65,536.</param>
    /// <param name="guess">About how many are expected: a good guess costs one look at 32 columns, a bad one a search.</param>
    public static int CountBelow(ushort* source, int available, int end, int guess)
    {
        if (Vector256.IsHardwareAccelerated && available >= 32)
        {
            var start = Math.Clamp(guess - 16, 0, available - 32);
            var last = Vector256.Create((ushort)(end - 1));
            var below = CountUpTo(source + start, last) + CountUpTo(source + start + 16, last);
            if ((below > 0 || start == 0) && (below < 32 || start + 32 == available))
                return start + below;
        }
        var (low, high) = (0, available);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (source[middle] < end)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountUpTo(ushort* source, Vector256<ushort> last) =>
        BitOperations.PopCount(Vector256.LessThanOrEqual(Vector256.Load(source), last).ExtractMostSignificantBits());

    private static ulong[] BuildPlaceTable()
    {
        var table = GC.AllocateArray<ulong>(256, pinned: true);
        for (var mask = 0; mask < 256; mask++)
        {
            var rank = 0;
            for (var place = 0; place < 8; place++)
                if ((mask >> place & 1) != 0)
                    table[mask] |= (ulong)place << (8 * rank++);
        }
        return table;
    }
}
