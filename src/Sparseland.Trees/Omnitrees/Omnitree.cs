using System.Numerics;
using System.Text;
using Sparseland.Errors;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// A partition of the unit cube of any dimension from 1 to 8 into boxes, each node bisected in any subset of the dimensions (Pollinger, Ishii, Domke, "Omnitrees", arXiv 2508.06316, 2025): bintree,
/// quadtree and octree in one, less deep than the first and less wide than the last. Stored as a string of d bits a node in pre-order, bit j set where the node is bisected in dimension j; a node of k ones
/// is followed by its 2^k children, those of the first refined dimension changing fastest, and one without ones is a box. Nodes and boxes are numbered in that order from 0. Immutable and thread-safe.
/// </summary>
public sealed partial class Omnitree : IEquatable<Omnitree>
{
    /// <summary>The most dimensions.</summary>
    public const int MaximumDimensions = 8;

    /// <summary>The deepest level in any dimension.</summary>
    public const int MaximumLevel = 62;

    /// <summary>The most nodes.</summary>
    public const int MaximumNodes = 1 << 27;

    private readonly ulong[] _words;
    private readonly LeafRank _leaves;
    private OmnitreeLinks? _links;

    internal Omnitree(int dimensions, int nodes, ulong[] words)
    {
        (Dimensions, NodeCount, _words) = (dimensions, nodes, words);
        _leaves = new(dimensions, nodes, words);
    }

    /// <summary>How many dimensions there are.</summary>
    public int Dimensions { get; }

    /// <summary>How many nodes there are, boxes included.</summary>
    public int NodeCount { get; }

    /// <summary>How many boxes there are: the nodes that are not bisected.</summary>
    public int BoxCount => _leaves.Count;

    /// <summary>Bits of the string: d for each node.</summary>
    public long StructureBits => (long)Dimensions * NodeCount;

    /// <summary>How many bits of the string are ones.</summary>
    public long StructureOnes => _words.Sum(word => (long)BitOperations.PopCount(word));

    /// <summary>Whether every node is bisected in all dimensions or in none, as in a quadtree or octree; one bit a node then says all.</summary>
    public bool IsUniform
    {
        get
        {
            var inner = NodeCount - BoxCount;
            return StructureOnes == (long)Dimensions * inner;
        }
    }

    internal ulong[] Words => _words;

    internal OmnitreeLinks Links => _links ??= OmnitreeLinks.Of(Dimensions, NodeCount, _words);

    /// <summary>The whole cube as one box.</summary>
    /// <param name="dimensions">1 to 8.</param>
    /// <exception cref="InvalidSettingException">The dimensions are out of range.</exception>
    public static Omnitree Root(int dimensions)
    {
        RequireDimensions(dimensions);
        var bits = new OmnitreeBits(dimensions);
        bits.Add(0);
        return bits.ToTree();
    }

    /// <summary>The cube cut into a regular grid of 2^level boxes in each dimension.</summary>
    /// <param name="levels">A level for each of 1 to 8 dimensions, 0 to 62.</param>
    /// <exception cref="InvalidSettingException">The number of dimensions or a level is out of range.</exception>
    /// <exception cref="ResourceLimitException">There would be more nodes than a tree may have; names the levels that would fit.</exception>
    public static Omnitree Regular(params ReadOnlySpan<int> levels)
    {
        var root = Root(levels.Length);
        var plan = new OmnitreePlan(root);
        for (var dimension = 0; dimension < levels.Length; dimension++)
        {
            if (levels[dimension] is < 0 or > MaximumLevel)
                throw new InvalidSettingException($"level {levels[dimension]} in dimension {dimension}: it must be 0 to {MaximumLevel}");
            plan.Mark(0, dimension, levels[dimension]);
        }
        return root.Adapt(plan).Tree;
    }

    /// <summary>Reads a tree from zeros and ones, such as "10 00 01 00 00": d for each node, dimension 0 leftmost.</summary>
    /// <param name="dimensions">1 to 8.</param>
    /// <param name="text">The string; blanks are passed over.</param>
    /// <exception cref="MismatchException">It is no tree; names the node where that shows.</exception>
    /// <exception cref="InvalidSettingException">The dimensions are out of range.</exception>
    public static Omnitree Parse(int dimensions, string text)
    {
        RequireDimensions(dimensions);
        ArgumentNullException.ThrowIfNull(text);
        var bits = new OmnitreeBits(dimensions);
        var (mask, read) = (0, 0);
        foreach (var letter in text)
        {
            if (char.IsWhiteSpace(letter))
                continue;
            if (letter is not ('0' or '1'))
                throw new MismatchException($"node {bits.Nodes} of an omnitree has the letter '{letter}', and only 0 and 1 are possible");
            mask |= (letter - '0') << read;
            if (++read < dimensions)
                continue;
            bits.Add(mask);
            (mask, read) = (0, 0);
        }
        if (read != 0)
            throw new MismatchException($"node {bits.Nodes} of an omnitree has {read} bits, and there are {dimensions} dimensions; the length must be a multiple of them");
        var tree = bits.Nodes == 0 ? null : bits.ToTree();
        var fault = tree is null ? (0, "there is no node at all") : OmnitreeWalker.FindFault(dimensions, tree.NodeCount, tree._words);
        return fault is var (node, problem) ? throw new MismatchException($"node {node} of an omnitree: {problem}; the string is no tree") : tree!;
    }

    /// <summary>Reads a tree from a file; occupancies in it are passed over.</summary>
    /// <exception cref="InvalidFileException">There is no such file, or it is damaged; names the node where its string stops being a tree.</exception>
    public static Omnitree Load(string path) => OmnitreeFile.Open(path).Tree;

    /// <summary>Writes the tree; the file appears when it is whole.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public void Save(string path) => OmnitreeFile.Write(path, this);

    /// <summary>The dimensions a node is bisected in: bit j for dimension j, 0 for a box.</summary>
    /// <param name="node">0 to <see cref="NodeCount"/> - 1.</param>
    public int Refinement(int node)
    {
        RequireNode(node);
        return OmnitreeBits.Read(_words, Dimensions, node);
    }

    /// <summary>The node of a box. A search among one number for each 512 nodes, then the counting of a few words' bits.</summary>
    /// <param name="box">0 to <see cref="BoxCount"/> - 1.</param>
    public int NodeOf(int box)
    {
        RequireBox(box);
        return _leaves.Select(box);
    }

    /// <summary>The box of a node; -1 when the node is bisected.</summary>
    /// <param name="node">0 to <see cref="NodeCount"/> - 1.</param>
    public int BoxOf(int node) => Refinement(node) == 0 ? _leaves.Before(node) : -1;

    /// <summary>The locations of all boxes, in their order.</summary>
    public IEnumerable<OmnitreeLocation> Boxes()
    {
        var walker = new OmnitreeWalker(Dimensions, _words);
        while (walker.MoveNext())
        {
            if (walker.Refinement == 0)
                yield return walker.Location;
        }
    }

    /// <summary>Whether two trees are the same string; in normal form that is: the same partition.</summary>
    public bool Equals(Omnitree? other) => other is not null && Dimensions == other.Dimensions && NodeCount == other.NodeCount && _words.AsSpan().SequenceEqual(other._words);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Omnitree);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Dimensions, NodeCount, _words[0]);

    /// <summary>The string, a blank between nodes, as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var node = 0; node < NodeCount; node++)
        {
            if (node > 0)
                text.Append(' ');
            var mask = OmnitreeBits.Read(_words, Dimensions, node);
            for (var dimension = 0; dimension < Dimensions; dimension++)
                text.Append((char)('0' + ((mask >> dimension) & 1)));
        }
        return text.ToString();
    }

    internal static void RequireDimensions(int dimensions)
    {
        if (dimensions is < 1 or > MaximumDimensions)
            throw new InvalidSettingException($"an omnitree of {dimensions} dimensions: it must have 1 to {MaximumDimensions}");
    }

    private void RequireNode(int node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, NodeCount);
    }

    private void RequireBox(int box)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(box);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(box, BoxCount);
    }
}
