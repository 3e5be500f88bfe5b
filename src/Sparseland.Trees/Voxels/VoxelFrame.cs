using System.Numerics;

namespace Sparseland.Trees.Voxels;

/// <summary>Where a grid's voxels lie in space: voxel (x, y, z) is the point Origin + Spacing (x, y, z).</summary>
/// <param name="Origin">Voxel (0, 0, 0), in metres.</param>
/// <param name="Spacing">Between neighbours, in metres; above zero.</param>
public readonly record struct VoxelFrame(Vector3 Origin, float Spacing)
{
    /// <summary>A voxel a metre, voxel (0, 0, 0) at the origin.</summary>
    public static VoxelFrame Unit { get; } = new(Vector3.Zero, 1);

    /// <summary>Whether the origin is finite and the spacing above zero and finite.</summary>
    public bool IsValid => float.IsFinite(Origin.X) && float.IsFinite(Origin.Y) && float.IsFinite(Origin.Z) && Spacing > 0 && float.IsFinite(Spacing);

    /// <summary>The point of a place on the lattice.</summary>
    public Vector3 PointAt(Vector3 place) => Origin + Spacing * place;

    /// <summary>The place on the lattice of a point.</summary>
    public Vector3 PlaceOf(Vector3 point) => (point - Origin) / Spacing;
}
