using Sparseland.Errors;

namespace Sparseland.Trees.Partitions;

/// <summary>How a tree is laid out in a rectangle.</summary>
public sealed record TreemapOptions
{
    /// <summary>The method; see <see cref="TreemapMethods"/>.</summary>
    public TreemapMethod Method { get; init; } = TreemapMethods.Greedy;

    /// <summary>The rectangle's width, above zero.</summary>
    public double Width { get; init; } = 1;

    /// <summary>The rectangle's height, above zero.</summary>
    public double Height { get; init; } = 1;

    /// <summary>How methods of convex polygons group children; null for what suits the method.</summary>
    public Binarisation? Binarisation { get; init; }

    /// <summary>Whether methods of convex polygons take children from the heaviest to the lightest (better shapes) instead of in the tree's order (stable views).</summary>
    public bool HeaviestFirst { get; init; }

    /// <summary>How many directions the greedy method tries, over the full turn; 4 to 3,600.</summary>
    public int Directions { get; init; } = 180;

    /// <summary>Whether the greedy method keeps the angular method's angles, and so its bound.</summary>
    public bool IsGuarded { get; init; } = true;

    /// <summary>How much of its area a region may lose over all levels, above 0 and below 1; for rectangles with slack.</summary>
    public double Slack { get; init; } = 0.2;

    /// <summary>The seed of random cuts.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses what is impossible.</summary>
    /// <exception cref="InvalidSettingException">A setting is outside its range.</exception>
    public void Check()
    {
        ArgumentNullException.ThrowIfNull(Method);
        if (!(Width > 0 && Height > 0 && double.IsFinite(Width * Height) && Width * Height > 0))
            throw new InvalidSettingException($"a treemap of {Width} by {Height}: both sides must be above zero and finite");
        if (Directions is < 4 or > 3600)
            throw new InvalidSettingException($"{Directions} directions: 4 to 3600 can be tried");
        if (!(Slack > 0 && Slack < 1))
            throw new InvalidSettingException($"a slack of {Slack}: it must be above 0 and below 1");
    }
}
