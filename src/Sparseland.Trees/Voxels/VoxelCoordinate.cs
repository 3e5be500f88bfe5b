namespace Sparseland.Trees.Voxels;

/// <summary>A voxel's place on the integer lattice.</summary>
/// <param name="X">From <see cref="Least"/> to <see cref="Most"/>, as the others.</param>
/// <param name="Y">Along y.</param>
/// <param name="Z">Along z.</param>
public readonly record struct VoxelCoordinate(int X, int Y, int Z)
{
    /// <summary>The lowest coordinate that a grid has: a brick's number along an axis has 21 bits, as in a Morton code.</summary>
    public const int Least = -(1 << 23);

    /// <summary>The highest one.</summary>
    public const int Most = (1 << 23) - 1;

    /// <summary>Whether all three are in reach of a grid.</summary>
    public bool IsInReach => InReach(X, Y, Z);

    // A sum below 2^24 without a sign: one test for three, because the reach is a power of two.
    internal static bool InReach(int x, int y, int z) => (uint)((x - Least) | (y - Least) | (z - Least)) <= Most - Least;
}
