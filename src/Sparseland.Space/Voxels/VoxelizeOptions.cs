using Sparseland.Errors;

namespace Sparseland.Space.Voxels;

/// <summary>How a mesh becomes a grid of distances.</summary>
public sealed record VoxelizeOptions
{
    /// <summary>The widest band, in voxels.</summary>
    public const int WidestBand = 64;

    /// <summary>Between voxels, in metres; above 0. Voxels lie at its multiples.</summary>
    public required float Spacing { get; init; }

    /// <summary>Half the width of the band of active voxels around the surface, in voxels, 1 to <see cref="WidestBand"/>: voxels nearer than that get their exact distance, the others this one.</summary>
    public float Band { get; init; } = 3;

    /// <summary>Whether distances are negative inside, for which the mesh must be closed; else they are never below 0.</summary>
    public bool Signed { get; init; } = true;

    /// <summary>The most bytes that the grid may take.</summary>
    public long LimitBytes { get; init; } = 1L << 32;

    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    internal void Require()
    {
        if (!(Spacing > 0 && float.IsFinite(Spacing)))
            throw new InvalidSettingException($"the spacing of voxels is {Spacing}; it must be above 0 and finite");
        if (!(Band >= 1 && Band <= WidestBand))
            throw new InvalidSettingException($"the band around a surface is {Band} voxels; 1 to {WidestBand} are possible");
    }
}
