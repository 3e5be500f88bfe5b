using Sparseland.Errors;

namespace Sparseland.Space.LightFields;

/// <summary>What a grid of densities and features is made of, and how it is learned (after Sun et al., "Direct voxel grid optimization", 2022, in one stage).</summary>
public sealed record GridOptions : ViewTrainingOptions
{
    /// <summary>Grid points along a side of the scene's cube, 4 to 160.</summary>
    public int Side { get; init; } = 96;

    /// <summary>Samples of a ray, 2 to 512.</summary>
    public int Samples { get; init; } = 64;

    /// <summary>Neurons of each of the two hidden layers, 8 to 256.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Learning rate of densities and features, above 0.</summary>
    public float FeatureRate { get; init; } = 5e-2f;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Side is < 4 or > 160 || Samples is < 2 or > 512 || Hidden is < 8 or > 256 || !(FeatureRate > 0))
            throw new InvalidSettingException($"a grid of {Side} points a side, {Samples} samples, {Hidden} neurons and the rate {FeatureRate}: 4 to 160 points, 2 to 512 samples, 8 to 256 neurons and a rate above 0 are possible");
    }
}
