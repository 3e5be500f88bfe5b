using Sparseland.Trees.Voxels;

namespace Sparseland.Cli.Verbs;

/// <summary>The box of a grid's active voxels.</summary>
/// <param name="Lower">Its lowest voxel.</param>
/// <param name="Upper">Its highest.</param>
internal readonly record struct GridExtent(VoxelCoordinate Lower, VoxelCoordinate Upper)
{
    /// <summary>How many voxels there are in the box.</summary>
    public double Voxels => (Upper.X - Lower.X + 1.0) * (Upper.Y - Lower.Y + 1.0) * (Upper.Z - Lower.Z + 1.0);

    public static GridExtent Of<T>(VoxelGrid<T> grid) where T : unmanaged
    {
        var (lower, upper) = (new VoxelCoordinate(int.MaxValue, int.MaxValue, int.MaxValue), new VoxelCoordinate(int.MinValue, int.MinValue, int.MinValue));
        foreach (var (place, _) in grid.ActiveVoxels())
        {
            lower = new(Math.Min(lower.X, place.X), Math.Min(lower.Y, place.Y), Math.Min(lower.Z, place.Z));
            upper = new(Math.Max(upper.X, place.X), Math.Max(upper.Y, place.Y), Math.Max(upper.Z, place.Z));
        }
        return new(lower, upper);
    }
}
