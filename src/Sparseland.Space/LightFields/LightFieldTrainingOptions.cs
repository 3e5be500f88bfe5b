using Sparseland.Errors;

namespace Sparseland.Space.LightFields;

/// <summary>How a sparse voxel light field is learned.</summary>
public sealed record LightFieldTrainingOptions : ViewTrainingOptions
{
    /// <summary>Learning rate of the features, above 0.</summary>
    public float FeatureRate { get; init; } = 5e-2f;

    /// <summary>Weight of the cross-entropy between a voxel's opacity and whether the surface lies in it; 0 or more. Used where the views have depth, and on rays whose mask says that they hit nothing.</summary>
    public float OpacityWeight { get; init; } = 0.05f;

    /// <summary>Weight of the difference between the expected distance and the depth, in sides of the scene's cube; 0 or more.</summary>
    public float DepthWeight { get; init; } = 0.1f;

    /// <summary>Weight of the squared features; 0 or more.</summary>
    public float FeatureDecay { get; init; } = 1e-5f;

    /// <summary>Whether depth is learned from where the views have it; the octree is made of it in any case.</summary>
    public bool DepthSupervision { get; init; } = true;

    /// <summary>After which shares of the steps voxels are given up, as percentages separated by commas; empty for never.</summary>
    public string PruneAtPercent { get; init; } = "30";

    /// <summary>A voxel is given up when its weight in every training ray is below this, 0 to 1.</summary>
    public float PruneBelow { get; init; } = 0.01f;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (!(FeatureRate > 0 && OpacityWeight >= 0 && DepthWeight >= 0 && FeatureDecay >= 0 && PruneBelow is >= 0 and <= 1))
            throw new InvalidSettingException($"feature rate {FeatureRate}, weights {OpacityWeight}, {DepthWeight}, {FeatureDecay}, pruning below {PruneBelow}: the rate must be above 0, weights at least 0, the bound in [0, 1]");
        _ = PruneSteps;
    }

    /// <summary>The steps after which voxels are given up.</summary>
    internal int[] PruneSteps => [.. PruneAtPercent.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text =>
        int.TryParse(text, out var percent) && percent is > 0 and < 100 ? (int)((long)Steps * percent / 100)
            : throw new InvalidSettingException($"giving up voxels after '{text}' per cent of the steps; give whole numbers from 1 to 99, separated by commas"))];
}
