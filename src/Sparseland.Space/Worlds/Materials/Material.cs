using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Worlds.Materials;

/// <summary>How a surface answers to light: a subset of Disney's principled material (Burley 2012), as NViSII has it, and what a laser sees of it.</summary>
/// <param name="Name">What scene files call it; unique in its scene.</param>
public sealed record Material(string Name)
{
    /// <summary>The colour, linear in [0, 1]; of metals the colour of the mirror image.</summary>
    public Texture Colour { get; init; } = new SolidTexture(new(0.8f));

    /// <summary>0 for plastics and the like, 1 for metals.</summary>
    public float Metallic { get; init; }

    /// <summary>0 is polished, 1 dull; the width of the microfacets' slopes is its square.</summary>
    public float Roughness { get; init; } = 0.5f;

    /// <summary>Strength of the mirror image at right angles: 0.5 is a reflectance of 4 %, as of glass; 0 is none.</summary>
    public float Specular { get; init; } = 0.5f;

    /// <summary>Share that goes through the surface as through glass, in [0, 1].</summary>
    public float Transmission { get; init; }

    /// <summary>Index of refraction of what transmits, in [1.01, 3].</summary>
    public float RefractiveIndex { get; init; } = 1.45f;

    /// <summary>Strength of a polished layer above all, in [0, 1].</summary>
    public float Clearcoat { get; init; }

    /// <summary>Radiance that it sends out on its outer side, linear, at least 0.</summary>
    public Vector3 Emission { get; init; }

    /// <summary>The share of a laser's light that it sends back, 0.05 to 0.9; above 1 for retro-reflecting plates, up to 5.</summary>
    public float LidarReflectivity { get; init; } = 0.3f;

    /// <summary>Whether it is a light.</summary>
    public bool IsEmissive => Emission != Vector3.Zero;

    /// <summary>A material of one colour.</summary>
    public static Material Matt(string name, Vector3 colour) => new(name) { Colour = new SolidTexture(colour), Specular = 0 };

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">One is out of range; the message names the material and the value.</exception>
    public void Validate()
    {
        Require(Metallic, 0, 1, "metallic");
        Require(Roughness, 0, 1, "roughness");
        Require(Specular, 0, 1, "specular");
        Require(Transmission, 0, 1, "transmission");
        Require(RefractiveIndex, 1.01f, 3, "refractive index");
        Require(Clearcoat, 0, 1, "clearcoat");
        Require(Emission.X, 0, float.MaxValue, "emission");
        Require(Emission.Y, 0, float.MaxValue, "emission");
        Require(Emission.Z, 0, float.MaxValue, "emission");
        Require(LidarReflectivity, 0, 5, "LiDAR reflectivity");
    }

    private void Require(float value, float least, float most, string what)
    {
        if (!(value >= least && value <= most))
            throw new InvalidSettingException($"material '{Name}' has a {what} of {value}; it must be in [{least}, {most}]");
    }
}
