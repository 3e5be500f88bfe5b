using Sparseland.Errors;

namespace Sparseland.Space.LightFields;

/// <summary>What a sparse voxel light field is made of.</summary>
public sealed record LightFieldOptions
{
    /// <summary>Depth of the octree: voxels along a side of the scene are 2^Level; 3 to 10.</summary>
    public int Level { get; init; } = 7;

    /// <summary>Features at a corner: 4, 8, 12 or 16.</summary>
    public int FeatureWidth { get; init; } = 8;

    /// <summary>How many levels above the voxels the coarse features lie, 1 to <see cref="Level"/>; 0 for none.</summary>
    public int CoarseLevels { get; init; } = 3;

    /// <summary>Whether neighbouring voxels share the features of their common corners; otherwise nothing bleeds through thin walls, and there is more to learn.</summary>
    public bool SharedCorners { get; init; } = true;

    /// <summary>Neurons of each of the network's two hidden layers, 8 to 256.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>The most voxels that a ray asks, 1 to 64.</summary>
    public int VoxelsPerRay { get; init; } = 8;

    /// <summary>Depth hits that make a voxel occupied, at least 1.</summary>
    public int MinimumHits { get; init; } = 2;

    /// <summary>By how many voxels the occupied ones are widened along each axis, 0 to 3; for few views.</summary>
    public int Dilation { get; init; }

    /// <summary>Whether all cells of the tree are voxels and a ray asks those at equal distances: what the octree is worth, for comparison.</summary>
    public bool Uniform { get; init; }

    /// <summary>Refuses figures that make no light field.</summary>
    /// <exception cref="InvalidSettingException">A figure is out of range.</exception>
    public void Validate()
    {
        Require(nameof(Level), Level, 3, 10);
        if (FeatureWidth is not (4 or 8 or 12 or 16))
            throw new InvalidSettingException($"a light field's FeatureWidth of {FeatureWidth}: it must be 4, 8, 12 or 16");
        Require(nameof(CoarseLevels), CoarseLevels, 0, Level);
        Require(nameof(Hidden), Hidden, 8, 256);
        Require(nameof(VoxelsPerRay), VoxelsPerRay, 1, 64);
        Require(nameof(MinimumHits), MinimumHits, 1, int.MaxValue);
        Require(nameof(Dilation), Dilation, 0, 3);
        if (Uniform && Level > 7)
            throw new InvalidSettingException($"a uniform light field of level {Level}: all cells of a level above 7 are too many; choose 7 or less");
    }

    private static void Require(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new InvalidSettingException($"a light field's {name} of {value}: it must lie between {least} and {most}");
    }
}
