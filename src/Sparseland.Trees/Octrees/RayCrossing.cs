namespace Sparseland.Trees.Octrees;

/// <summary>A leaf that a ray passes, and where.</summary>
/// <param name="Leaf">The leaf.</param>
/// <param name="Entry">Where the ray enters the cell, in lengths of its direction; zero when it begins inside.</param>
/// <param name="Exit">Where it leaves.</param>
public readonly record struct RayCrossing(int Leaf, float Entry, float Exit);
