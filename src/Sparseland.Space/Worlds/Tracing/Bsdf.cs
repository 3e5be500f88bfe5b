using System.Numerics;
using Sparseland.Space.Worlds.Materials;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>
/// How a point of a surface scatters light: (1 - metallic)(1 - transmission) Lambert + GGX microfacets with Schlick's reflectance + rough glass (Walter et al. 2007) + a polished coat. Directions are in the surface's axes, z on the viewer's side.
/// </summary>
/// <remarks>
/// Departures from Burley's material: the diffuse part is what the mirroring layers leave in both directions, so that no surface returns more light than it gets; a reflectance below 2 % at right angles vanishes at grazing
/// angles too, so that specular 0 is Lambert alone; the coat is the same microfacet model with a width of 0.01.
/// </remarks>
internal readonly struct Bsdf
{
    private const float CoatAlpha = 0.01f;
    private const float CoatReflectance = 0.04f;

    private readonly Vector3 _colour, _reflectance;
    private readonly float _diffuse, _mirror, _glass, _coat, _alpha, _grazing, _index, _dielectric;
    private readonly float _chooseDiffuse, _chooseMirror, _chooseGlass, _chooseCoat;

    /// <summary>The scattering at a point.</summary>
    /// <param name="material">The material.</param>
    /// <param name="colour">Its colour there.</param>
    /// <param name="fromOutside">Whether the viewer is on the outer side.</param>
    /// <param name="cosine">z of the direction to the viewer, above 0.</param>
    public Bsdf(Material material, Vector3 colour, bool fromOutside, float cosine)
    {
        _colour = colour;
        _diffuse = (1 - material.Metallic) * (1 - material.Transmission);
        _glass = (1 - material.Metallic) * material.Transmission;
        _mirror = 1 - _glass;
        _coat = material.Clearcoat;
        _alpha = MathF.Max(Microfacets.LeastAlpha, material.Roughness * material.Roughness);
        _dielectric = 0.08f * material.Specular;
        _reflectance = Vector3.Lerp(new(_dielectric), colour, material.Metallic);
        _grazing = Math.Clamp(50 * MathF.Max(_dielectric, material.Metallic), 0, 1);
        _index = fromOutside ? material.RefractiveIndex : 1 / material.RefractiveIndex;
        var mirrored = _mirror * Luminance.Of(Microfacets.Schlick(_reflectance, _grazing, cosine));
        var diffuse = _diffuse * Luminance.Of(colour);
        var coat = _coat * CoatSchlick(cosine);
        var sum = diffuse + mirrored + _glass + coat;
        // A black surface scatters nothing whatever is chosen.
        var scale = sum > 0 ? 1 / sum : 0;
        (_chooseDiffuse, _chooseMirror, _chooseGlass, _chooseCoat) = (diffuse * scale, mirrored * scale, _glass * scale, coat * scale);
    }

    /// <summary>Whether nothing comes back.</summary>
    public bool IsBlack => _chooseDiffuse + _chooseMirror + _chooseGlass + _chooseCoat == 0;

    /// <summary>Draws a direction to which the path goes on.</summary>
    /// <param name="outgoing">To the viewer.</param>
    /// <param name="choice">Uniform in [0, 1): which part.</param>
    /// <param name="u">Uniform in [0, 1).</param>
    /// <param name="v">Uniform in [0, 1).</param>
    /// <param name="incoming">The direction from which light will be looked for.</param>
    /// <param name="weight">What that light is multiplied with: scattering times cosine over density.</param>
    /// <param name="density">The density of the direction by solid angle.</param>
    /// <returns>Whether the path goes on.</returns>
    public bool Draw(Vector3 outgoing, float choice, float u, float v, out Vector3 incoming, out Vector3 weight, out float density)
    {
        var goesThrough = false;
        if (choice < _chooseDiffuse)
        {
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * u);
            var radius = MathF.Sqrt(v);
            incoming = new(radius * cosine, radius * sine, MathF.Sqrt(1 - v));
        }
        else
            incoming = DrawFacet(outgoing, choice - _chooseDiffuse, u, v, out goesThrough);
        (weight, density) = (default, 0);
        // A steep facet may mirror below the surface or refract above it: such paths met other facets and are lost in this model.
        if (incoming.Z == 0 || incoming.Z < 0 != goesThrough)
            return false;
        incoming = Vector3.Normalize(incoming);
        Evaluate(outgoing, incoming, out var scattered, out density);
        if (!(density > 0))
            return false;
        weight = scattered / density;
        return weight != default;
    }

    /// <summary>The scattering times the cosine, and the density with which <see cref="Draw"/> gives the direction.</summary>
    public void Evaluate(Vector3 outgoing, Vector3 incoming, out Vector3 scattered, out float density)
    {
        (scattered, density) = (default, 0);
        if (incoming.Z > 0)
            Reflected(outgoing, incoming, out scattered, out density);
        else if (_glass > 0 && incoming.Z < 0)
            Transmitted(outgoing, incoming, out scattered, out density);
    }

    private Vector3 DrawFacet(Vector3 outgoing, float choice, float u, float v, out bool goesThrough)
    {
        var isCoat = choice < _chooseCoat;
        var half = Microfacets.Draw(outgoing, isCoat ? CoatAlpha : _alpha, u, v);
        var cosine = Vector3.Dot(outgoing, half);
        var inGlass = choice - _chooseCoat - _chooseMirror;
        // What is left of the choice, spread over [0, 1), decides between mirroring and going through.
        goesThrough = !isCoat && _glass > 0 && inGlass >= 0 && inGlass / _chooseGlass >= Microfacets.Dielectric(cosine, _index);
        if (goesThrough)
        {
            var inverse = 1 / _index;
            var behind = MathF.Sqrt(MathF.Max(0, 1 - inverse * inverse * (1 - cosine * cosine)));
            return (inverse * cosine - behind) * half - inverse * outgoing;
        }
        return 2 * cosine * half - outgoing;
    }

    private void Reflected(Vector3 outgoing, Vector3 incoming, out Vector3 scattered, out float density)
    {
        var half = Vector3.Normalize(outgoing + incoming);
        var cosine = Vector3.Dot(outgoing, half);
        scattered = default;
        density = _chooseDiffuse * incoming.Z * (1 / MathF.PI);
        if (_diffuse > 0)
        {
            var layer = (1 - Schlick(_dielectric, outgoing.Z)) * (1 - Schlick(_dielectric, incoming.Z));
            scattered = _diffuse * layer * incoming.Z * (1 / MathF.PI) * _colour;
        }
        if (_chooseMirror + _chooseGlass > 0)
        {
            var (facets, drawn) = Facets(outgoing, incoming, half, _alpha);
            var glass = _glass > 0 ? Microfacets.Dielectric(cosine, _index) : 0;
            scattered += facets * (_mirror * Microfacets.Schlick(_reflectance, _grazing, cosine) + new Vector3(_glass * glass));
            density += (_chooseMirror + _chooseGlass * glass) * drawn;
        }
        if (_coat > 0)
        {
            var (facets, drawn) = Facets(outgoing, incoming, half, CoatAlpha);
            scattered = BelowCoat(outgoing.Z, incoming.Z) * scattered + new Vector3(facets * _coat * CoatSchlick(cosine));
            density += _chooseCoat * drawn;
        }
    }

    // D G2 / (4 cos), the cosine of the incoming side being part of the result, and the density of the mirrored direction.
    private static (float Scattered, float Density) Facets(Vector3 outgoing, Vector3 incoming, Vector3 half, float alpha)
    {
        var facets = Microfacets.Density(half, alpha) / (4 * outgoing.Z);
        var viewer = Microfacets.Lambda(outgoing, alpha);
        return (facets / (1 + viewer + Microfacets.Lambda(incoming, alpha)), facets / (1 + viewer));
    }

    // Walter et al. 2007, equations 17 and 21, for radiance that comes from the far side (index n) to the near one (index 1).
    private void Transmitted(Vector3 outgoing, Vector3 incoming, out Vector3 scattered, out float density)
    {
        (scattered, density) = (default, 0);
        var half = Vector3.Normalize(outgoing + _index * incoming);
        half = half.Z < 0 ? -half : half;
        var (near, far) = (Vector3.Dot(outgoing, half), Vector3.Dot(incoming, half));
        if (!(near > 0 && far < 0))
            return;
        var passed = 1 - Microfacets.Dielectric(near, _index);
        var (viewer, behind) = (Microfacets.Lambda(outgoing, _alpha), Microfacets.Lambda(incoming, _alpha));
        var sum = near + _index * far;
        var common = Microfacets.Density(half, _alpha) * near * -far * passed / (outgoing.Z * sum * sum);
        scattered = _glass * BelowCoat(outgoing.Z, -incoming.Z) * common / ((1 + viewer) * (1 + behind)) * _colour;
        density = _chooseGlass * _index * _index * common / (1 + viewer);
    }

    private float BelowCoat(float outgoing, float incoming) => (1 - _coat * CoatSchlick(outgoing)) * (1 - _coat * CoatSchlick(incoming));

    private static float Schlick(float reflectance, float cosine) => Microfacets.Schlick(new(reflectance), MathF.Min(1, 50 * reflectance), cosine).X;

    private static float CoatSchlick(float cosine) => Microfacets.Schlick(new(CoatReflectance), 1, cosine).X;
}
