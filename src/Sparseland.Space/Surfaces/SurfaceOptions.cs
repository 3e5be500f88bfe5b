using Sparseland.Errors;

namespace Sparseland.Space.Surfaces;

/// <summary>How a surface is taken out of a field or a grid.</summary>
public sealed record SurfaceOptions
{
    /// <summary>The value on the surface; what is below it is inside. Zero for signed distances, a thickness for unsigned ones. In the field's units, metres for a distance.</summary>
    public float Level { get; init; }

    /// <summary>By how much a field changes per metre at most: one for a distance. Where the field is further from the level than it can change, nothing is sampled. Infinity samples all of the box.</summary>
    public float Lipschitz { get; init; } = 1;

    /// <summary>The most bytes that samples may take.</summary>
    public long LimitBytes { get; init; } = 1L << 31;

    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    internal void Require()
    {
        if (!float.IsFinite(Level))
            throw new InvalidSettingException($"the level of a surface is {Level}; it must be finite");
        if (!(Lipschitz > 0))
            throw new InvalidSettingException($"the Lipschitz constant of a field is {Lipschitz}; it must be above 0 (infinity samples the whole box)");
    }
}
