using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Voxels;

/// <summary>A mesh as voxels.</summary>
/// <param name="Distances">Distances to the surface in metres: exact and active within the band, plus or minus the band's width beyond it.</param>
/// <param name="Colours">For a mesh with colours the surface's colour next to each active voxel, as <see cref="VoxelColours"/> packs them; else null.</param>
public sealed record VoxelizedMesh(VoxelGrid<float> Distances, VoxelGrid<int>? Colours);
