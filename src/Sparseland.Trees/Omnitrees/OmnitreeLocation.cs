using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// Where a node of an omnitree lies in the unit cube: for each dimension a level and an index, the box being the product of [index / 2^level, (index + 1) / 2^level). Coordinates are exact up to level 52
/// and rounded to double beyond.
/// </summary>
public struct OmnitreeLocation : IEquatable<OmnitreeLocation>
{
    internal PackedLevels Levels;
    internal OmnitreeIndices Indices;

    internal OmnitreeLocation(int dimensions) => Dimensions = dimensions;

    /// <summary>How many dimensions there are, 1 to 8.</summary>
    public int Dimensions { get; }

    /// <summary>The box's volume, as a share of the unit cube's.</summary>
    public readonly double Volume
    {
        get
        {
            var levels = 0;
            for (var dimension = 0; dimension < Dimensions; dimension++)
                levels += Levels[dimension];
            return Math.ScaleB(1, -levels);
        }
    }

    /// <summary>How often the way from the root to here was bisected in a dimension, 0 to 62.</summary>
    public readonly int Level(int dimension) => Levels[Checked(dimension)];

    /// <summary>The index in a dimension, 0 to 2^level - 1.</summary>
    public readonly ulong Index(int dimension) => Indices[Checked(dimension)];

    /// <summary>The lower end in a dimension.</summary>
    public readonly double Minimum(int dimension) => Math.ScaleB(Index(dimension), -Levels[dimension]);

    /// <summary>The upper end in a dimension.</summary>
    public readonly double Maximum(int dimension) => Math.ScaleB(Index(dimension) + 1, -Levels[dimension]);

    /// <summary>The length in a dimension.</summary>
    public readonly double Extent(int dimension) => Math.ScaleB(1, -Level(dimension));

    /// <summary>Whether a point lies inside; the upper ends belong to the next box, but for the unit cube's own.</summary>
    /// <param name="point">As many coordinates as dimensions, in [0, 1].</param>
    public readonly bool Contains(ReadOnlySpan<double> point)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, Dimensions);
        for (var dimension = 0; dimension < Dimensions; dimension++)
        {
            var (x, end) = (point[dimension], Maximum(dimension));
            if (!(x >= Minimum(dimension) && (x < end || (x == 1 && end == 1))))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public readonly bool Equals(OmnitreeLocation other)
    {
        var same = Dimensions == other.Dimensions && Levels == other.Levels;
        for (var dimension = 0; same && dimension < Dimensions; dimension++)
            same = Indices[dimension] == other.Indices[dimension];
        return same;
    }

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is OmnitreeLocation other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (int)Hash();

    /// <summary>Whether two locations are the same box.</summary>
    public static bool operator ==(OmnitreeLocation left, OmnitreeLocation right) => left.Equals(right);

    /// <summary>Whether two locations are different boxes.</summary>
    public static bool operator !=(OmnitreeLocation left, OmnitreeLocation right) => !left.Equals(right);

    /// <summary>Level and index of each dimension, such as "2:3 0:0".</summary>
    public override readonly string ToString()
    {
        var parts = new string[Dimensions];
        for (var dimension = 0; dimension < Dimensions; dimension++)
            parts[dimension] = $"{Levels[dimension]}:{Indices[dimension]}";
        return string.Join(' ', parts);
    }

    /// <summary>A number that names this box in whatever tree it lies: the seed of what is drawn in it.</summary>
    internal readonly ulong Hash()
    {
        var hash = Levels.Bits;
        for (var dimension = 0; dimension < Dimensions; dimension++)
            hash = BitOperations.RotateLeft(hash ^ Indices[dimension], 23) * 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 29);
    }

    /// <summary>Goes to a child of a node that is bisected by the mask.</summary>
    internal void Descend(int mask, int child)
    {
        for (var left = mask; left != 0; left &= left - 1, child >>= 1)
        {
            var dimension = BitOperations.TrailingZeroCount(left);
            Levels[dimension]++;
            Indices[dimension] = (Indices[dimension] << 1) | (uint)(child & 1);
        }
    }

    /// <summary>Goes back from a child of a node that is bisected by the mask.</summary>
    internal void Ascend(int mask)
    {
        for (var left = mask; left != 0; left &= left - 1)
        {
            var dimension = BitOperations.TrailingZeroCount(left);
            Levels[dimension]--;
            Indices[dimension] >>= 1;
        }
    }

    /// <summary>Whether the boxes share volume: in every dimension one interval lies in the other.</summary>
    internal readonly bool Meets(in OmnitreeLocation other)
    {
        for (var dimension = 0; dimension < Dimensions; dimension++)
        {
            var common = Math.Min(Levels[dimension], other.Levels[dimension]);
            if (Indices[dimension] >> (Levels[dimension] - common) != other.Indices[dimension] >> (other.Levels[dimension] - common))
                return false;
        }
        return true;
    }

    /// <summary>Whether no level is deeper than another's: of two boxes that share volume, this one then holds the other.</summary>
    internal readonly bool IsCoarserThan(in OmnitreeLocation other)
    {
        for (var dimension = 0; dimension < Dimensions; dimension++)
        {
            if (Levels[dimension] > other.Levels[dimension])
                return false;
        }
        return true;
    }

    private readonly int Checked(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dimension);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dimension, Dimensions);
        return dimension;
    }
}

/// <summary>The indices of a location, one for each dimension there can be.</summary>
[InlineArray(Omnitree.MaximumDimensions)]
internal struct OmnitreeIndices
{
    private ulong _first;
}
