namespace Sparseland.Trees.Voxels;

/// <summary>An active voxel and its value.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="Coordinate">Where it is.</param>
/// <param name="Value">Its value.</param>
public readonly record struct ActiveVoxel<T>(VoxelCoordinate Coordinate, T Value) where T : unmanaged;
