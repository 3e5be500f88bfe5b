using Sparseland.Errors;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>How a picture is traced.</summary>
public sealed record RenderSettings
{
    /// <summary>Paths a pixel, at least 1.</summary>
    public int SamplesPerPixel { get; init; } = 64;

    /// <summary>How often light may be scattered on its way, at least 1.</summary>
    public int MaximumDepth { get; init; } = 6;

    /// <summary>The seed of all chance; equal seeds give equal bytes on any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Which view of a set it is: other views have other noise.</summary>
    public int View { get; init; }

    /// <summary>Which part of the picture a pixel's light comes from.</summary>
    public PixelFilter Filter { get; init; } = PixelFilter.Box;

    /// <summary>Whether the sky is seen behind the scene; otherwise the picture has an opacity there.</summary>
    public bool ShowsBackground { get; init; } = true;

    /// <summary>How light is found.</summary>
    public LightSampling LightSampling { get; init; } = LightSampling.Both;

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">One is out of range.</exception>
    public void Validate()
    {
        if (SamplesPerPixel is < 1 or > 1 << 20)
            throw new InvalidSettingException($"{SamplesPerPixel} paths a pixel; give 1 to {1 << 20}");
        if (MaximumDepth is < 1 or > 1000)
            throw new InvalidSettingException($"light scattered at most {MaximumDepth} times; give 1 to 1000");
        if (View < 0)
            throw new InvalidSettingException($"view {View}; views count from 0");
    }
}

/// <summary>Which part of the picture a pixel's light comes from.</summary>
public enum PixelFilter
{
    /// <summary>The pixel's own square, evenly: what a light field is trained on.</summary>
    Box,

    /// <summary>A bell around the pixel's centre with a deviation of half a pixel: smoother to look at.</summary>
    Gaussian,
}

/// <summary>How light is found. All three have the same expectation; they differ in noise.</summary>
public enum LightSampling
{
    /// <summary>By drawing lights at every point and by scattering into them, weighted by the power heuristic (Veach 1997).</summary>
    Both,

    /// <summary>By scattering alone.</summary>
    Scattering,

    /// <summary>By drawing lights alone.</summary>
    Lights,
}
