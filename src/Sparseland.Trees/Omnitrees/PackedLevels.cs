using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Trees.Omnitrees;

/// <summary>Eight small signed numbers in one word, one for each dimension there can be: levels, or what is to be added to them.</summary>
internal struct PackedLevels(ulong bits) : IEquatable<PackedLevels>
{
    /// <summary>The word; dimension 0 in the lowest byte.</summary>
    public ulong Bits = bits;

    public int this[int dimension]
    {
        readonly get => (sbyte)(Bits >> (8 * dimension));
        set => Bits = (Bits & ~(0xFFUL << (8 * dimension))) | ((ulong)(byte)value << (8 * dimension));
    }

    /// <summary>Adds 1 in the dimensions of a mask.</summary>
    public static PackedLevels FromMask(int mask)
    {
        var levels = default(PackedLevels);
        for (var left = mask; left != 0; left &= left - 1)
            levels[BitOperations.TrailingZeroCount(left)] = 1;
        return levels;
    }

    /// <summary>Sums, which stay within -128 and 127.</summary>
    public static PackedLevels operator +(PackedLevels left, PackedLevels right) => From(Vector128.AddSaturate(left.Vector(), right.Vector()));

    /// <summary>Differences, which stay within -128 and 127.</summary>
    public static PackedLevels operator -(PackedLevels left, PackedLevels right) => From(Vector128.SubtractSaturate(left.Vector(), right.Vector()));

    public static bool operator ==(PackedLevels left, PackedLevels right) => left.Bits == right.Bits;

    public static bool operator !=(PackedLevels left, PackedLevels right) => left.Bits != right.Bits;

    /// <summary>The smaller of each pair.</summary>
    public static PackedLevels Min(PackedLevels left, PackedLevels right) => From(Vector128.Min(left.Vector(), right.Vector()));

    /// <summary>The larger of each pair.</summary>
    public static PackedLevels Max(PackedLevels left, PackedLevels right) => From(Vector128.Max(left.Vector(), right.Vector()));

    /// <summary>The dimensions in which these levels are above others, as a mask.</summary>
    public readonly int Above(PackedLevels other) => (int)Vector128.GreaterThan(Vector(), other.Vector()).ExtractMostSignificantBits() & 0xFF;

    public readonly bool Equals(PackedLevels other) => Bits == other.Bits;

    public override readonly bool Equals(object? obj) => obj is PackedLevels other && Equals(other);

    public override readonly int GetHashCode() => Bits.GetHashCode();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector128<sbyte> Vector() => Vector128.CreateScalar(Bits).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PackedLevels From(Vector128<sbyte> vector) => new(vector.AsUInt64().ToScalar());
}
