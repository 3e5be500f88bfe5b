using Sparseland.Trees.Keys;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>
/// Samples on a lattice in blocks of 8 x 8 x 8 cells, sorted by Morton code: every block that a surface may pass is there. A cell has the number of its lowest sample; a block's cells
/// need a window of 9 x 9 x 9 samples.
/// </summary>
internal abstract class SurfaceSamples
{
    /// <summary>Cells along a block's side.</summary>
    public const int Side = 8;

    /// <summary>Cells of a block.</summary>
    public const int Cells = Side * Side * Side;

    /// <summary>Samples along a window's side.</summary>
    public const int WindowSide = Side + 1;

    /// <summary>Samples of a window.</summary>
    public const int WindowSamples = WindowSide * WindowSide * WindowSide;

    // Block numbers have 21 bits an axis, with the origin in the middle.
    private const int Bias = 1 << 20;

    /// <summary>The blocks' Morton codes, ascending.</summary>
    public abstract ulong[] Keys { get; }

    /// <summary>Where the lattice lies.</summary>
    public abstract VoxelFrame Frame { get; }

    /// <summary>The lowest cell that counts; cells below are outside the box.</summary>
    public virtual VoxelCoordinate FirstCell => new(int.MinValue, int.MinValue, int.MinValue);

    /// <summary>The highest cell that counts.</summary>
    public virtual VoxelCoordinate LastCell => new(int.MaxValue, int.MaxValue, int.MaxValue);

    /// <summary>Copies a block's window; sample (x, y, z) of it is at 81 z + 9 y + x. Called from several threads at once.</summary>
    public abstract void Read(int block, Span<float> window);

    /// <summary>The number of the block that begins at a cell, or -1.</summary>
    public int Find(VoxelCoordinate lowest)
    {
        var at = Array.BinarySearch(Keys, Key(lowest));
        return at >= 0 ? at : -1;
    }

    /// <summary>The lowest cell of a block.</summary>
    public VoxelCoordinate Lowest(int block) => Lowest(Keys[block]);

    /// <summary>The code of the block that begins at a cell.</summary>
    public static ulong Key(VoxelCoordinate lowest) => MortonCode3.Encode((uint)((lowest.X >> 3) + Bias), (uint)((lowest.Y >> 3) + Bias), (uint)((lowest.Z >> 3) + Bias));

    /// <summary>The lowest cell of the block of a code.</summary>
    public static VoxelCoordinate Lowest(ulong key)
    {
        var (x, y, z) = MortonCode3.Decode(key);
        return new(((int)x - Bias) * Side, ((int)y - Bias) * Side, ((int)z - Bias) * Side);
    }
}
