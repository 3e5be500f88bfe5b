using Sparseland.Errors;

namespace Sparseland.Space.LightFields;

/// <summary>What a radiance field is made of, and how it is learned (Mildenhall et al., "NeRF", 2020).</summary>
public sealed record NerfOptions : ViewTrainingOptions
{
    /// <summary>Hidden layers, 1 to 16; from six on, the input comes in again in the middle.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Neurons of a hidden layer, 8 to 512.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Samples at random places of equal intervals, 2 to 256.</summary>
    public int CoarseSamples { get; init; } = 64;

    /// <summary>Samples drawn by the weights of the coarse ones, 0 to 256.</summary>
    public int FineSamples { get; init; } = 64;

    /// <summary>Octaves of sines and cosines of a position, 1 to 12.</summary>
    public int PositionOctaves { get; init; } = 10;

    /// <summary>Octaves of sines and cosines of a direction, 1 to 12.</summary>
    public int DirectionOctaves { get; init; } = 4;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Layers is < 1 or > 16 || Width is < 8 or > 512 || CoarseSamples is < 2 or > 256 || FineSamples is < 0 or > 256 || PositionOctaves is < 1 or > 12 || DirectionOctaves is < 1 or > 12)
            throw new InvalidSettingException($"a radiance field of {Layers} layers of {Width}, {CoarseSamples} + {FineSamples} samples, {PositionOctaves} and {DirectionOctaves} octaves: 1 to 16 layers of 8 to 512, 2 to 256 and 0 to 256 samples, 1 to 12 octaves are possible");
    }
}
