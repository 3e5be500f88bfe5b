namespace Sparseland.Trees.Omnitrees;

/// <summary>What growth knows of a box.</summary>
internal struct GrowthBox
{
    /// <summary>Whether the box was sampled.</summary>
    public bool IsSampled;

    /// <summary>The bisection to do next; 0 when there is none left, the indicator being constant or the deepest level reached.</summary>
    public int Mask;

    /// <summary>The first and the second key of its rank, higher before lower.</summary>
    public double First, Second;

    /// <summary>Whether the box is full; null as long as nobody asked.</summary>
    public bool? IsOccupied;
}
