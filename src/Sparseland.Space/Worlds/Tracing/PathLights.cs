using System.Numerics;
using Sparseland.Space.Worlds.Lights;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>All lights of a scene as one choice: the sky or a surface, each half of the time where there are both.</summary>
internal sealed class PathLights
{
    private readonly float _skyShare;

    public PathLights(Scene scene)
    {
        Emitters = new(scene.Instances);
        Sky = scene.Sky.IsDark ? null : new(scene.Sky);
        _skyShare = Sky is null ? 0 : Emitters.IsEmpty ? 1 : 0.5f;
    }

    /// <summary>The surfaces that shine.</summary>
    public EmitterSet Emitters { get; }

    /// <summary>The sky; null when it is dark.</summary>
    public SkySampler? Sky { get; }

    /// <summary>Whether lights can be drawn at all.</summary>
    public bool CanDraw => Sky is not null || !Emitters.IsEmpty;

    /// <summary>The density, by solid angle, with which a direction of the sky is drawn.</summary>
    public float SkyDensity(Vector3 direction) => Sky is null ? 0 : _skyShare * Sky.Density(direction);

    /// <summary>The density, by solid angle, with which a point of an instance is drawn from a place.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="distanceSquared">To the place, squared.</param>
    /// <param name="cosine">Between the surface's normal and the direction to the place, above 0.</param>
    public float EmitterDensity(int instance, float distanceSquared, float cosine) => (1 - _skyShare) * Emitters.Density(instance) * distanceSquared / cosine;

    /// <summary>Draws light for a point.</summary>
    /// <param name="point">The point.</param>
    /// <param name="u">Uniform in [0, 1).</param>
    /// <param name="v">Uniform in [0, 1).</param>
    /// <param name="direction">The direction to the light, of length one.</param>
    /// <param name="distance">How far it is; infinity for the sky.</param>
    /// <param name="density">The density of the direction by solid angle.</param>
    /// <returns>The radiance; zero when the light shines elsewhere.</returns>
    public Vector3 Draw(Vector3 point, float u, float v, out Vector3 direction, out float distance, out float density)
    {
        if (u < _skyShare)
        {
            var sky = Sky!.Draw(u / _skyShare, v);
            (direction, distance, density) = (sky.Point, float.PositiveInfinity, _skyShare * sky.Density);
            return sky.Radiance;
        }
        var light = Emitters.Draw((u - _skyShare) / (1 - _skyShare), v);
        var offset = light.Point - point;
        var distanceSquared = offset.LengthSquared();
        distance = MathF.Sqrt(distanceSquared);
        direction = offset / distance;
        var cosine = -Vector3.Dot(direction, light.Normal);
        density = 0;
        if (!(cosine > 0 && distance > 0))
            return default;
        density = (1 - _skyShare) * light.Density * distanceSquared / cosine;
        return light.Radiance;
    }
}
