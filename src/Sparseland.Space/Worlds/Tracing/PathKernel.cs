using System.Numerics;
using Sparseland.Space.Cameras;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>Traces the paths of pixels one after the other; nothing is allocated.</summary>
internal struct PathKernel(Scene scene, PathLights lights, RenderSettings settings)
{
    private const int RouletteDepth = 3;

    // Shadow rays end a little before the light, which would shadow itself.
    private const float BeforeLight = 1 - 1e-4f;

    private PixelRandom _random;
    private Vector4 _first;

    /// <summary>Points at which paths met a surface so far.</summary>
    public long Vertices { get; private set; }

    /// <summary>The light of a pixel, and which share of its paths met the scene.</summary>
    public Vector3 Pixel(PinholeCamera camera, int column, int row, out float alpha)
    {
        _random = new(settings.Seed, (ulong)settings.View, (ulong)row * (ulong)camera.Width + (ulong)column);
        Span<float> shifts = stackalloc float[SampleSequence.Dimensions];
        foreach (ref var shift in shifts)
            shift = _random.NextFloat();
        var (sum, covered) = (Vector3.Zero, 0);
        for (var sample = 0; sample < settings.SamplesPerPixel; sample++)
        {
            var (x, y) = (SampleSequence.At(sample, 0, shifts[0]), SampleSequence.At(sample, 1, shifts[1]));
            _first = new(SampleSequence.At(sample, 2, shifts[2]), SampleSequence.At(sample, 3, shifts[3]), SampleSequence.At(sample, 4, shifts[4]), SampleSequence.At(sample, 5, shifts[5]));
            var (dx, dy) = settings.Filter == PixelFilter.Box ? (x - 0.5f, y - 0.5f) : Bell(x, y);
            var ray = camera.RayThrough(column + dx, row + dy);
            sum += Path(in ray, out var met);
            covered += met ? 1 : 0;
        }
        alpha = (float)covered / settings.SamplesPerPixel;
        var count = settings.ShowsBackground ? settings.SamplesPerPixel : covered;
        return count == 0 ? default : sum / count;
    }

    private static (float X, float Y) Bell(float u, float v)
    {
        var radius = 0.5f * MathF.Sqrt(-2 * MathF.Log(1 - u));
        var (sine, cosine) = MathF.SinCos(2 * MathF.PI * v);
        return (radius * cosine, radius * sine);
    }

    private Vector3 Path(in Ray start, out bool met)
    {
        var (ray, light, throughput, density) = (start, Vector3.Zero, Vector3.One, float.PositiveInfinity);
        met = false;
        for (var depth = 0; ; depth++)
        {
            var hit = scene.FirstHit(in ray);
            if (!hit.IsHit)
                return depth == 0 && !settings.ShowsBackground ? default : light + throughput * SkyLight(ray.Direction, density);
            met = true;
            Vertices++;
            var material = scene.MaterialAt(in hit);
            var cosine = -Vector3.Dot(ray.Direction, hit.Normal);
            if (material.IsEmissive && cosine > 0)
                light += throughput * material.Emission * EmitterWeight(in hit, cosine, density);
            if (depth == settings.MaximumDepth)
                return light;
            var outside = cosine >= 0;
            var frame = new TangentFrame(outside ? hit.Normal : -hit.Normal);
            var outgoing = frame.ToLocal(-ray.Direction);
            outgoing.Z = MathF.Max(outgoing.Z, 1e-6f);
            var bsdf = new Bsdf(material, scene.ColourAt(in hit), outside, outgoing.Z);
            if (bsdf.IsBlack)
                return light;
            var u = depth == 0 ? _first : new(_random.NextFloat(), _random.NextFloat(), _random.NextFloat(), _random.NextFloat());
            if (settings.LightSampling != LightSampling.Scattering && lights.CanDraw)
                light += throughput * Direct(in hit, in frame, in bsdf, outgoing, outside, u.X, u.Y);
            if (!bsdf.Draw(outgoing, _random.NextFloat(), u.Z, u.W, out var incoming, out var weight, out density))
                return light;
            throughput *= weight;
            if (depth >= RouletteDepth - 1 && !Survives(ref throughput))
                return light;
            ray = new(Leave(in hit, incoming.Z > 0 == outside), frame.ToWorld(incoming));
        }
    }

    private bool Survives(ref Vector3 throughput)
    {
        var chance = MathF.Min(0.95f, MathF.Max(throughput.X, MathF.Max(throughput.Y, throughput.Z)));
        if (_random.NextFloat() >= chance)
            return false;
        throughput /= chance;
        return true;
    }

    private readonly Vector3 Direct(in SceneHit hit, in TangentFrame frame, in Bsdf bsdf, Vector3 outgoing, bool outside, float u, float v)
    {
        var radiance = lights.Draw(hit.Point, u, v, out var direction, out var distance, out var lightDensity);
        if (radiance == default || !(lightDensity > 0))
            return default;
        var incoming = frame.ToLocal(direction);
        bsdf.Evaluate(outgoing, incoming, out var scattered, out var density);
        if (scattered == default)
            return default;
        var from = Leave(in hit, incoming.Z > 0 == outside);
        // From where the ray begins to the very point that was drawn, so that the margin does not carry it past the light.
        var shadow = float.IsInfinity(distance) ? new Ray(from, direction) : new Ray(from, hit.Point + distance * direction - from, 0, BeforeLight);
        if (scene.AnyHit(in shadow))
            return default;
        var weight = settings.LightSampling == LightSampling.Both ? Power(lightDensity, density) : 1;
        return weight / lightDensity * scattered * radiance;
    }

    private readonly Vector3 SkyLight(Vector3 direction, float density)
    {
        if (lights.Sky is null)
            return default;
        return Weight(density, float.IsInfinity(density) ? 0 : lights.SkyDensity(direction)) * scene.Sky.Radiance(direction);
    }

    private readonly float EmitterWeight(in SceneHit hit, float cosine, float density) =>
        Weight(density, lights.EmitterDensity(hit.Instance, hit.Distance * hit.Distance, cosine));

    // What the eye sees at once, and lights that are never drawn, count in full.
    private readonly float Weight(float density, float lightDensity) => settings.LightSampling switch
    {
        LightSampling.Scattering => 1,
        _ when float.IsInfinity(density) || lightDensity == 0 => 1,
        LightSampling.Lights => 0,
        _ => Power(density, lightDensity),
    };

    private static float Power(float mine, float other)
    {
        // As a ratio, because squares of mirrors' densities leave the range of floats.
        var ratio = other / mine;
        return 1 / (1 + ratio * ratio);
    }

    private readonly Vector3 Leave(in SceneHit hit, bool outwards)
    {
        var margin = scene.Margin(in hit);
        return hit.Point + (outwards ? margin : -margin) * hit.Normal;
    }
}
