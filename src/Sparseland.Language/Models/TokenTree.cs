using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>
/// Texts that continue a session's one and share their beginnings: nodes in the order they were added, each with a token, a parent and a depth. Every node has keys and values of
/// its own, so branches cost no copy of the cache; a node attends to the cache, its ancestors and itself, at the position that its depth gives. Not thread-safe.
/// </summary>
public sealed unsafe class TokenTree
{
    private readonly int[] _tokens, _parents, _depths;
    private readonly Tensor<float>[] _keys, _values;

    /// <summary>An empty tree for a model.</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="capacity">The most nodes.</param>
    public TokenTree(TransformerConfiguration configuration, int capacity)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        (_tokens, _parents, _depths) = (new int[capacity], new int[capacity], new int[capacity]);
        _keys = [.. Enumerable.Range(0, configuration.BlockCount).Select(Rows)];
        _values = [.. Enumerable.Range(0, configuration.BlockCount).Select(Rows)];

        Tensor<float> Rows(int block) => new(new Shape(capacity, configuration.ShapeOf(block).KeyValueHeadCount * configuration.HeadWidth));
    }

    /// <summary>How many nodes there are.</summary>
    public int Count { get; private set; }

    /// <summary>The most nodes.</summary>
    public int Capacity => _tokens.Length;

    /// <summary>The nodes' tokens.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>The node before a node, or -1 for one that follows the session's text.</summary>
    public int Parent(int node) => _parents[Known(node)];

    /// <summary>How many nodes come before a node on its path.</summary>
    public int Depth(int node) => _depths[Known(node)];

    /// <summary>Adds a node.</summary>
    /// <param name="token">Its token.</param>
    /// <param name="parent">The node before it, or -1 to follow the session's text.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="InvalidOperationException">The tree is full.</exception>
    public int Add(int token, int parent)
    {
        if (Count == Capacity)
            throw new InvalidOperationException($"a tree of {Capacity} nodes is full");
        (_tokens[Count], _parents[Count], _depths[Count]) = (token, parent, parent < 0 ? 0 : Depth(parent) + 1);
        return Count++;
    }

    /// <summary>The nodes from the root of a path to a node, that one included.</summary>
    public int[] Path(int node)
    {
        var path = new int[Depth(node) + 1];
        for (var i = path.Length - 1; i >= 0; i--, node = _parents[node])
            path[i] = node;
        return path;
    }

    /// <summary>Forgets all nodes.</summary>
    public void Clear() => Count = 0;

    /// <summary>Stores a block's keys and values of neighbouring nodes.</summary>
    internal void Write(int block, int first, MatrixView<float> keys, MatrixView<float> values)
    {
        for (var row = 0; row < keys.Rows; row++)
        {
            keys.Row(row).CopyTo(_keys[block].Matrix.Row(first + row));
            values.Row(row).CopyTo(_values[block].Matrix.Row(first + row));
        }
        keys.KeepAlive();
        values.KeepAlive();
    }

    /// <summary>A block's keys, a row per node.</summary>
    internal MatrixView<float> Keys(int block) => _keys[block].Matrix;

    /// <summary>A block's values, a row per node.</summary>
    internal MatrixView<float> Values(int block) => _values[block].Matrix;

    private int Known(int node)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)node, (uint)Count, nameof(node));
        return node;
    }
}
