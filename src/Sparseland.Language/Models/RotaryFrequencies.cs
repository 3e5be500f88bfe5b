namespace Sparseland.Language.Models;

/// <summary>The angular frequencies of rotary position embeddings (Su et al. 2021), with the stretchings for long contexts.</summary>
public static class RotaryFrequencies
{
    /// <summary>Radians per position for each pair of a head's elements: [head width / 2].</summary>
    public static double[] Of(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var frequencies = new double[configuration.HeadWidth / 2];
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = Scale(Math.Pow(configuration.RopeTheta, -2.0 * i / configuration.HeadWidth), configuration.RopeScaling);
        return frequencies;
    }

    private static double Scale(double frequency, RopeScaling? scaling)
    {
        if (scaling is null || scaling.Kind == RopeScalingKind.None)
            return frequency;
        if (scaling.Kind == RopeScalingKind.Linear)
            return frequency / scaling.Factor;
        // Llama 3.1: waves longer than the original context / low factor are stretched, those shorter than context / high factor kept, the others blended.
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength > scaling.OriginalContext / scaling.LowFrequencyFactor)
            return frequency / scaling.Factor;
        if (wavelength < scaling.OriginalContext / scaling.HighFrequencyFactor)
            return frequency;
        var smooth = (scaling.OriginalContext / wavelength - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) * frequency / scaling.Factor + smooth * frequency;
    }
}
