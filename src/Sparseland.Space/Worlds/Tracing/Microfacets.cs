using System.Numerics;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>
/// The microfacets of Trowbridge and Reitz (GGX): slopes, shadowing, and drawing of visible facets. Directions are in a surface's axes, z the normal; alpha is the width of the slopes.
/// </summary>
internal static class Microfacets
{
    /// <summary>The least width: below it a float cannot tell the directions apart.</summary>
    public const float LeastAlpha = 1e-3f;

    /// <summary>The density of facets by direction. Written with x and y, which keep their digits near the normal where 1 - z^2 loses them.</summary>
    public static float Density(Vector3 half, float alpha)
    {
        var spread = (half.X * half.X + half.Y * half.Y) / (alpha * alpha) + half.Z * half.Z;
        return 1 / (MathF.PI * alpha * alpha * spread * spread);
    }

    /// <summary>Smith's function Lambda, by which shadowing is 1 / (1 + Lambda).</summary>
    public static float Lambda(Vector3 direction, float alpha)
    {
        var slope = alpha * alpha * (direction.X * direction.X + direction.Y * direction.Y) / (direction.Z * direction.Z);
        return 0.5f * (MathF.Sqrt(1 + slope) - 1);
    }

    /// <summary>A facet's direction, drawn by how much of it is seen (Dupuy and Benyoub 2023: the reflection of a hemisphere's cap).</summary>
    /// <param name="outgoing">The direction to the viewer, z above 0.</param>
    /// <param name="alpha">The width.</param>
    /// <param name="u">Uniform in [0, 1).</param>
    /// <param name="v">Uniform in [0, 1).</param>
    public static Vector3 Draw(Vector3 outgoing, float alpha, float u, float v)
    {
        var stretched = Vector3.Normalize(new Vector3(outgoing.X * alpha, outgoing.Y * alpha, outgoing.Z));
        var (sine, cosine) = MathF.SinCos(2 * MathF.PI * u);
        var z = (1 - v) * (1 + stretched.Z) - stretched.Z;
        var radius = MathF.Sqrt(Math.Clamp(1 - z * z, 0, 1));
        var half = new Vector3(radius * cosine, radius * sine, z) + stretched;
        return Vector3.Normalize(new Vector3(half.X * alpha, half.Y * alpha, MathF.Max(half.Z, 1e-12f)));
    }

    /// <summary>Schlick's approximation of Fresnel's reflectance.</summary>
    /// <param name="normal">The reflectance at right angles.</param>
    /// <param name="grazing">The reflectance at grazing angles.</param>
    /// <param name="cosine">Of the angle to the facet.</param>
    public static Vector3 Schlick(Vector3 normal, float grazing, float cosine)
    {
        var m = Math.Clamp(1 - cosine, 0, 1);
        var m2 = m * m;
        return normal + (new Vector3(grazing) - normal) * (m2 * m2 * m);
    }

    /// <summary>The reflectance of a dielectric, exact.</summary>
    /// <param name="cosine">Of the angle to the facet, above 0.</param>
    /// <param name="index">Index of refraction behind the surface over that before it.</param>
    public static float Dielectric(float cosine, float index)
    {
        var transmitted = 1 - (1 - cosine * cosine) / (index * index);
        if (transmitted <= 0)
            return 1;
        var behind = MathF.Sqrt(transmitted);
        var parallel = (index * cosine - behind) / (index * cosine + behind);
        var crossed = (cosine - index * behind) / (cosine + index * behind);
        return 0.5f * (parallel * parallel + crossed * crossed);
    }
}
