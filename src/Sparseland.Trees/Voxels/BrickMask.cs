using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Trees.Voxels;

/// <summary>A bit for each of the 8 x 8 x 8 voxels of a brick: word z, bit 8 y + x.</summary>
[InlineArray(Words)]
internal struct BrickMask
{
    public const int Words = 8;

    private ulong _first;

    public static BrickMask All
    {
        get
        {
            var mask = default(BrickMask);
            ((Span<ulong>)mask).Fill(ulong.MaxValue);
            return mask;
        }
    }

    public readonly int Count
    {
        get
        {
            var count = 0;
            for (var word = 0; word < Words; word++)
                count += BitOperations.PopCount(this[word]);
            return count;
        }
    }

    public readonly bool IsEmpty => !((ReadOnlySpan<ulong>)this).ContainsAnyExcept(0UL);

    public readonly bool IsFull => !((ReadOnlySpan<ulong>)this).ContainsAnyExcept(ulong.MaxValue);

    public readonly bool Has(int offset) => ((this[offset >> 6] >> (offset & 63)) & 1) != 0;

    public void Set(int offset) => this[offset >> 6] |= 1UL << (offset & 63);

    public void Clear(int offset) => this[offset >> 6] &= ~(1UL << (offset & 63));

    public readonly BrickMask And(in BrickMask other)
    {
        var result = this;
        for (var word = 0; word < Words; word++)
            result[word] &= other[word];
        return result;
    }

    public readonly BrickMask Without(in BrickMask other)
    {
        var result = this;
        for (var word = 0; word < Words; word++)
            result[word] &= ~other[word];
        return result;
    }
}
