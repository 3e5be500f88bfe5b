using System.Runtime.CompilerServices;

namespace Sparseland.Tensors;

/// <summary>The extents of a tensor, outermost first; up to six dimensions. A scalar has none.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most dimensions a tensor can have.</summary>
    public const int MaxRank = 6;

    private readonly Extents _extents;

    // Kept less one, so that the default value is a whole shape too: a scalar's.
    private readonly long _lengthLessOne;

    /// <summary>Makes a shape from its extents.</summary>
    /// <exception cref="ArgumentException">More than six extents, or a negative one.</exception>
    public Shape(params ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
            throw new ArgumentException($"a shape has at most {MaxRank} dimensions, not {extents.Length}", nameof(extents));
        Rank = extents.Length;
        var length = 1L;
        for (var i = 0; i < extents.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extents[i], nameof(extents));
            _extents[i] = extents[i];
            length = checked(length * extents[i]);
        }
        _lengthLessOne = length - 1;
    }

    /// <summary>How many dimensions there are.</summary>
    public int Rank { get; }

    /// <summary>How many elements the shape holds.</summary>
    public long Length => _lengthLessOne + 1;

    /// <summary>An extent; a negative index counts from the end.</summary>
    public int this[int dimension]
    {
        get
        {
            var index = dimension < 0 ? dimension + Rank : dimension;
            if ((uint)index >= (uint)Rank)
                throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"the shape {this} has {Rank} dimensions");
            return _extents[index];
        }
    }

    /// <summary>The last extent: the columns when the tensor is looked at as a matrix. 1 for a scalar.</summary>
    public int Columns => Rank == 0 ? 1 : _extents[Rank - 1];

    /// <summary>The product of all extents but the last: the rows when the tensor is looked at as a matrix.</summary>
    public int Rows
    {
        get
        {
            var rows = 1L;
            for (var i = 0; i < Rank - 1; i++)
                rows *= _extents[i];
            return checked((int)rows);
        }
    }

    /// <summary>The same shape with another last extent.</summary>
    public Shape WithColumns(int columns) => With(Rank - 1, columns);

    /// <summary>The same shape with one other extent.</summary>
    /// <param name="dimension">Which; a negative index counts from the end.</param>
    /// <param name="extent">The new extent.</param>
    public Shape With(int dimension, int extent)
    {
        var index = dimension < 0 ? dimension + Rank : dimension;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Rank, nameof(dimension));
        Span<int> extents = stackalloc int[MaxRank];
        for (var i = 0; i < Rank; i++)
            extents[i] = i == index ? extent : _extents[i];
        return new Shape(extents[..Rank]);
    }

    /// <summary>The extents as an array.</summary>
    public int[] ToArray()
    {
        var extents = new int[Rank];
        for (var i = 0; i < Rank; i++)
            extents[i] = _extents[i];
        return extents;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank)
            return false;
        for (var i = 0; i < Rank; i++)
            if (_extents[i] != other._extents[i])
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < Rank; i++)
            hash.Add(_extents[i]);
        return hash.ToHashCode();
    }

    /// <summary>The extents in brackets, such as [128, 64].</summary>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    /// <summary>Equal rank and extents.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Not equal.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    [InlineArray(MaxRank)]
    private struct Extents
    {
        private int _first;
    }
}
