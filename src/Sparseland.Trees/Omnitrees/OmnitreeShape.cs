using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Trees.Omnitrees;

/// <summary>A body in the unit cube as the boxes of an omnitree that are full; the others are empty. Immutable and thread-safe.</summary>
public sealed class OmnitreeShape : IShapeIndicator
{
    private const int PointsPerPiece = 1024;

    private readonly ulong[] _occupancy;

    /// <summary>A body of some of a tree's boxes.</summary>
    /// <param name="tree">The boxes.</param>
    /// <param name="occupied">For each box whether it is full.</param>
    /// <exception cref="MismatchException">There is not one answer for each box.</exception>
    public OmnitreeShape(Omnitree tree, ReadOnlySpan<bool> occupied)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (occupied.Length != tree.BoxCount)
            throw new MismatchException($"{occupied.Length} occupancies for an omnitree of {tree.BoxCount} boxes; give one for each box");
        (Tree, _occupancy) = (tree, new ulong[OmnitreeBits.WordCount(1, tree.BoxCount)]);
        for (var box = 0; box < occupied.Length; box++)
            _occupancy[box >> 6] |= (occupied[box] ? 1UL : 0) << (box & 63);
    }

    internal OmnitreeShape(Omnitree tree, ulong[] occupancy) => (Tree, _occupancy) = (tree, occupancy);

    /// <summary>The boxes.</summary>
    public Omnitree Tree { get; }

    /// <inheritdoc/>
    public int Dimensions => Tree.Dimensions;

    /// <summary>How many boxes are full.</summary>
    public int OccupiedCount => _occupancy.Sum(BitOperations.PopCount);

    /// <summary>Bits of the tree's string, at least what must be kept: d a node, but one where all nodes are bisected in all dimensions or none, as in an octree.</summary>
    public long StructureBits => Tree.IsUniform ? Tree.NodeCount : Tree.StructureBits;

    /// <summary>Bits of the whole body: those of the string and one for each box.</summary>
    public long Bits => StructureBits + Tree.BoxCount;

    /// <summary>The share of ones among the bits of the string.</summary>
    public double StructureRatio => (Tree.IsUniform ? Tree.NodeCount - Tree.BoxCount : Tree.StructureOnes) / (double)StructureBits;

    /// <summary>The share of full boxes among all.</summary>
    public double OccupancyRatio => OccupiedCount / (double)Tree.BoxCount;

    /// <summary>Shannon's entropy of string and occupancies, each bit taken by its ratio of ones, over the bits stored: 0 to 1, the higher the less is stored in vain.</summary>
    public double InformationDensity => (Entropy(StructureRatio) * StructureBits + Entropy(OccupancyRatio) * Tree.BoxCount) / Bits;

    internal ulong[] Occupancy => _occupancy;

    /// <summary>Entropy in bits of a bit that is one with a probability.</summary>
    /// <param name="probability">0 to 1.</param>
    public static double Entropy(double probability) =>
        probability is <= 0 or >= 1 ? 0 : -probability * Math.Log2(probability) - (1 - probability) * Math.Log2(1 - probability);

    /// <summary>Whether a box is full.</summary>
    /// <param name="box">0 to boxes - 1.</param>
    public bool IsOccupied(int box)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(box);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(box, Tree.BoxCount);
        return ((_occupancy[box >> 6] >> (box & 63)) & 1) != 0;
    }

    /// <inheritdoc/>
    public void Inside(ReadOnlySpan<double> points, Span<bool> inside)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, inside.Length * Dimensions);
        Span<int> boxes = stackalloc int[Math.Min(PointsPerPiece, inside.Length)];
        for (var start = 0; start < inside.Length; start += PointsPerPiece)
        {
            var count = Math.Min(PointsPerPiece, inside.Length - start);
            Tree.Locate(points.Slice(start * Dimensions, count * Dimensions), boxes[..count]);
            for (var i = 0; i < count; i++)
                inside[start + i] = IsOccupied(boxes[i]);
        }
    }

    /// <summary>The cut at a value of a dimension, a body of one dimension less.</summary>
    /// <param name="dimension">Which dimension is cut.</param>
    /// <param name="value">Where, 0 to 1.</param>
    /// <exception cref="InvalidSettingException">The value is out of range, or the tree has one dimension.</exception>
    public OmnitreeShape Slice(int dimension, double value)
    {
        var slice = Tree.Slice(dimension, value);
        var occupied = new bool[slice.Tree.BoxCount];
        for (var box = 0; box < occupied.Length; box++)
            occupied[box] = IsOccupied(slice.Boxes[box]);
        return new(slice.Tree, occupied);
    }

    /// <summary>Writes the body; the file appears when it is whole.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public void Save(string path) => OmnitreeFile.Write(path, this);

    /// <summary>Reads a body.</summary>
    /// <exception cref="InvalidFileException">There is no such file, it is damaged, or it has a tree without occupancies.</exception>
    public static OmnitreeShape Load(string path) =>
        OmnitreeFile.Open(path).Shape ?? throw new InvalidFileException(path, "byte 36", "it has an omnitree without occupancies of its boxes", "choose a file that a fit has written");
}
