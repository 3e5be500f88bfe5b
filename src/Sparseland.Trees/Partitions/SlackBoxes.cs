namespace Sparseland.Trees.Partitions;

/// <summary>Boxes of a tree's nodes in any dimension; nodes of weight 0 have none. Immutable and thread-safe.</summary>
public sealed class SlackBoxes
{
    private readonly double[] _lower;
    private readonly double[] _sides;

    internal SlackBoxes(int dimensions, double epsilon, double[] lower, double[] sides) => (Dimensions, Epsilon, _lower, _sides) = (dimensions, epsilon, lower, sides);

    /// <summary>The space's dimension.</summary>
    public int Dimensions { get; }

    /// <summary>How much of its volume a box may lose at each level of the tree.</summary>
    public double Epsilon { get; }

    /// <summary>Whether a node has a box.</summary>
    public bool HasBox(int node) => _sides[node * Dimensions] > 0;

    /// <summary>A box's lower corner.</summary>
    public ReadOnlySpan<double> Lower(int node) => _lower.AsSpan(node * Dimensions, Dimensions);

    /// <summary>A box's sides.</summary>
    public ReadOnlySpan<double> Sides(int node) => _sides.AsSpan(node * Dimensions, Dimensions);

    /// <summary>A box's volume.</summary>
    public double Volume(int node)
    {
        var volume = 1.0;
        foreach (var side in Sides(node))
            volume *= side;
        return volume;
    }

    /// <summary>The longest side over the shortest.</summary>
    public double SideRatio(int node) => TensorPrimitives.Max(Sides(node)) / TensorPrimitives.Min(Sides(node));
}
