namespace Sparseland.Trees.Partitions;

/// <summary>
/// A tree whose leaves have weights; a node's weight is the sum of its leaves'. Node 0 is the root and parents come before their children. Immutable and thread-safe; made by <see cref="WeightedTreeBuilder"/>
/// or read by <see cref="WeightedTreeFile"/>.
/// </summary>
public sealed class WeightedTree
{
    private readonly int[] _parents;
    private readonly int[] _levels;
    private readonly int[] _starts;
    private readonly int[] _children;
    private readonly int[] _leaves;
    private readonly double[] _weights;
    private readonly double[] _tones;
    private readonly string?[] _names;

    internal WeightedTree(int[] parents, double[] weights, double[] tones, string?[] names, IReadOnlyList<string> warnings)
    {
        (_parents, _weights, _tones, _names, Warnings) = (parents, weights, tones, names, warnings);
        (_levels, _leaves) = (new int[Count], new int[Count]);
        (_starts, _children) = (new int[Count + 1], new int[Count - 1]);
        for (var node = 1; node < Count; node++)
        {
            _levels[node] = _levels[parents[node]] + 1;
            Depth = Math.Max(Depth, _levels[node]);
            _starts[parents[node] + 1]++;
        }
        for (var node = 0; node < Count; node++)
            _starts[node + 1] += _starts[node];
        var places = _starts.AsSpan(0, Count).ToArray();
        for (var node = 1; node < Count; node++)
            _children[places[parents[node]]++] = node;
        for (var node = Count - 1; node >= 0; node--)
        {
            if (IsLeaf(node) && weights[node] > 0)
                _leaves[node] = 1;
            if (node > 0)
                _leaves[parents[node]] += _leaves[node];
        }
    }

    /// <summary>How many nodes there are, inner ones and leaves.</summary>
    public int Count => _parents.Length;

    /// <summary>How many leaves have a weight above zero.</summary>
    public int LeafCount => _leaves[0];

    /// <summary>Levels below the root.</summary>
    public int Depth { get; }

    /// <summary>What was put right when the tree was made: inner weights that were not the sum of their children's.</summary>
    public IReadOnlyList<string> Warnings { get; }

    internal ReadOnlySpan<double> Weights => _weights;

    internal ReadOnlySpan<int> LeafCounts => _leaves;

    /// <summary>A node's parent; -1 for the root.</summary>
    public int Parent(int node) => _parents[node];

    /// <summary>Levels above a node; 0 for the root.</summary>
    public int Level(int node) => _levels[node];

    /// <summary>A node's weight, at least 0 and finite.</summary>
    public double Weight(int node) => _weights[node];

    /// <summary>What a node is coloured by, 0 to 1; of an inner node the mean of its leaves by weight; NaN where nothing is known.</summary>
    public double Tone(int node) => _tones[node];

    /// <summary>A node's name; empty when it has none.</summary>
    public string Name(int node) => _names[node] ?? "";

    /// <summary>A node's children, in the order in which they were added.</summary>
    public ReadOnlySpan<int> Children(int node) => _children.AsSpan(_starts[node], _starts[node + 1] - _starts[node]);

    /// <summary>Whether a node has no children.</summary>
    public bool IsLeaf(int node) => _starts[node] == _starts[node + 1];

    /// <summary>How many leaves with a weight above zero lie below a node; a leaf counts itself.</summary>
    public int Leaves(int node) => _leaves[node];

    /// <summary>The names from the root's child down to a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="separator">What stands between two names.</param>
    public string Path(int node, string separator = "/")
    {
        var names = new List<string>();
        for (var at = node; at > 0; at = _parents[at])
            names.Add(Name(at));
        names.Reverse();
        return names.Count == 0 ? Name(0) : string.Join(separator, names);
    }
}
