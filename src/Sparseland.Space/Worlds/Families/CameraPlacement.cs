using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Families;

/// <summary>Puts cameras where something can be seen: not in walls and not against them.</summary>
public static class CameraPlacement
{
    /// <summary>The angle between the left and the right border of placed cameras' pictures, in radians.</summary>
    public const float FieldOfView = 0.87f;

    // The least distance to any surface, as a share of the radius of what is looked at.
    private const float LeastDistance = 0.05f;
    private const int Feelers = 128;
    private const int MostTries = 200;
    private const double GoldenTurn = 0.6180339887498949;

    /// <summary>What is wrong with a camera's place; null when nothing is.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="position">Where the camera is.</param>
    public static string? Fault(Scene scene, Vector3 position)
    {
        ArgumentNullException.ThrowIfNull(scene);
        var least = LeastDistance * RadiusOf(scene);
        var (hits, fromInside, nearest, name) = (0, 0, float.PositiveInfinity, "");
        for (var i = 0; i < Feelers; i++)
        {
            var ray = new Ray(position, Direction((i + 0.5) / Feelers, i * GoldenTurn));
            var hit = scene.FirstHit(in ray);
            if (!hit.IsHit)
                continue;
            hits++;
            var instance = scene.Instances[hit.Instance];
            if (hit.Distance < nearest)
                (nearest, name) = (hit.Distance, instance.Name.Length > 0 ? $"{instance.Name} (object {instance.ObjectId})" : $"object {instance.ObjectId}");
            // Whoever leaves a closed body first was in it.
            if (instance.Shape.IsClosed && Vector3.Dot(ray.Direction, hit.Normal) > 0)
                fromInside++;
        }
        if (2 * fromInside > hits)
            return $"it is inside {name}";
        return nearest < least ? $"it is {nearest:0.###} m from {name}, and the scene's size asks for {least:0.###} m" : null;
    }

    /// <summary>Refuses a camera in a wall or against one.</summary>
    /// <exception cref="InvalidSettingException">The camera's place is such a one; the message names what is in the way.</exception>
    public static void Require(Scene scene, PinholeCamera camera)
    {
        ArgumentNullException.ThrowIfNull(camera);
        if (Fault(scene, camera.Position) is { } fault)
            throw new InvalidSettingException($"scene '{scene.Name}': the camera at {camera.Position} sees nothing but a surface, because {fault}; move it");
    }

    /// <summary>Cameras around a scene, or in it, spread evenly with some chance.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="places">From where.</param>
    /// <param name="count">How many.</param>
    /// <param name="width">Columns of their pictures.</param>
    /// <param name="height">Rows of their pictures.</param>
    /// <param name="seed">Which cameras.</param>
    /// <param name="stream">What they are for: other uses ("train", "test") get other cameras from the same seed.</param>
    /// <exception cref="InvalidSettingException">No place with enough room is found.</exception>
    public static IReadOnlyList<PinholeCamera> Place(Scene scene, CameraPlaces places, int count, int width, int height, ulong seed, string stream)
    {
        ArgumentNullException.ThrowIfNull(scene);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (scene.Interest.IsEmpty)
            throw new InvalidSettingException($"scene '{scene.Name}' is empty, so there is nothing to look at");
        var cameras = new PinholeCamera[count];
        var random = new RandomStream(seed, $"cameras {stream}");
        var (shift, turn) = (random.NextDouble(), random.NextDouble());
        for (var i = 0; i < count; i++)
        {
            var found = false;
            for (var attempt = 0; attempt < MostTries && !found; attempt++)
            {
                var (position, target) = places == CameraPlaces.Inside ? Within(scene, random) : Around(scene, places, random, i, shift, turn);
                cameras[i] = PinholeCamera.LookAt(width, height, FieldOfView, position, target, Vector3.UnitZ);
                found = Vector3.DistanceSquared(position, target) > 0 && Fault(scene, position) is null;
            }
            if (!found)
                throw new InvalidSettingException($"scene '{scene.Name}': none of {MostTries} places for camera {i} has room around it; make the scene less full, or give a camera");
        }
        return cameras;
    }

    private static (Vector3 Position, Vector3 Target) Around(Scene scene, CameraPlaces places, RandomStream random, int index, double shift, double turn)
    {
        // Even over the sphere's band: heights by their own sequence, azimuths by the golden section.
        var (low, high) = places == CameraPlaces.Sphere ? (-0.35, 0.95) : (0.2, 0.9);
        var level = (index * 0.7548776662466927 + shift + 0.1 * random.NextDouble()) % 1;
        var direction = Direction(0.5 * (1 - (low + level * (high - low))), index * 0.5698402909980532 + turn + 0.02 * random.NextDouble());
        var radius = RadiusOf(scene);
        var target = scene.Interest.Centre + 0.1f * radius * Jitter(random);
        return (scene.Interest.Centre + (1.8f + 0.6f * (float)random.NextDouble()) * radius * direction, target);
    }

    private static (Vector3 Position, Vector3 Target) Within(Scene scene, RandomStream random)
    {
        var (centre, half) = (scene.Interest.Centre, 0.5f * scene.Interest.Extent);
        // People's eyes are in the upper half of a room, and what they look at in the lower.
        return (centre + 0.85f * half * (new Vector3(1, 1, 0.5f) * Jitter(random) + new Vector3(0, 0, 0.2f)), centre + half * (new Vector3(0.5f, 0.5f, 0.3f) * Jitter(random) - new Vector3(0, 0, 0.3f)));
    }

    private static float RadiusOf(Scene scene) => 0.5f * scene.Interest.Extent.Length();

    private static Vector3 Jitter(RandomStream random) => new((float)(2 * random.NextDouble() - 1), (float)(2 * random.NextDouble() - 1), (float)(2 * random.NextDouble() - 1));

    private static Vector3 Direction(double down, double around)
    {
        var z = 1 - 2 * down;
        var radius = Math.Sqrt(Math.Max(0, 1 - z * z));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * (around - Math.Floor(around)));
        return Vector3.Normalize(new((float)(radius * cosine), (float)(radius * sine), (float)z));
    }
}
