using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Worlds.Lights;

/// <summary>Light from infinitely far: a gradient from the ground over the horizon to the zenith with a sun, or a picture of all directions.</summary>
public sealed record Sky
{
    /// <summary>Radiance from straight above, linear.</summary>
    public Vector3 Zenith { get; init; }

    /// <summary>Radiance from the horizon.</summary>
    public Vector3 Horizon { get; init; }

    /// <summary>Radiance from below the horizon.</summary>
    public Vector3 Ground { get; init; }

    /// <summary>Where the sun stands; need not have length one.</summary>
    public Vector3 SunDirection { get; init; } = Vector3.UnitZ;

    /// <summary>The sun's diameter as an angle, in radians, in [0.001, 1]; the real one has 0.0093.</summary>
    public float SunAngle { get; init; } = 0.0093f;

    /// <summary>The sun's radiance; zero for none.</summary>
    public Vector3 SunRadiance { get; init; }

    /// <summary>Radiance by direction instead of the gradient: columns go around from +x over +y, rows from the zenith to below. Null for the gradient.</summary>
    public Image<Vector3>? Map { get; init; }

    /// <summary>The file the picture was read from, as scene files name it; null when it was made in memory.</summary>
    public string? MapFile { get; init; }

    /// <summary>No light at all.</summary>
    public static Sky Dark { get; } = new();

    /// <summary>The same radiance from everywhere.</summary>
    public static Sky Constant(Vector3 radiance) => new() { Zenith = radiance, Horizon = radiance, Ground = radiance };

    /// <summary>A clear day.</summary>
    /// <param name="sunDirection">Where the sun stands.</param>
    public static Sky Day(Vector3 sunDirection) => new()
    {
        Zenith = new(0.28f, 0.45f, 0.85f),
        Horizon = new(0.80f, 0.86f, 0.95f),
        Ground = new(0.25f, 0.23f, 0.20f),
        SunDirection = sunDirection,
        // As bright as the real one, but broader: shadows get soft borders, and mirrored suns less noise.
        SunAngle = 0.08f,
        SunRadiance = new(450, 408, 338),
    };

    /// <summary>Whether any light comes from it.</summary>
    public bool IsDark => Map is null && Zenith == Vector3.Zero && Horizon == Vector3.Zero && Ground == Vector3.Zero && SunRadiance == Vector3.Zero;

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">A radiance is negative or not finite, or the sun has no direction.</exception>
    public void Validate()
    {
        foreach (var (name, value) in new[] { ("zenith", Zenith), ("horizon", Horizon), ("ground", Ground), ("sun", SunRadiance) })
        {
            if (!(float.IsFinite(value.LengthSquared()) && Vector3.Min(value, default) == default))
                throw new InvalidSettingException($"the sky's {name} has a radiance of {value}; it must be finite and at least 0");
        }
        if (SunRadiance != default && !(SunDirection.LengthSquared() > 0 && float.IsFinite(SunDirection.LengthSquared()) && SunAngle is >= 1e-3f and <= 1))
            throw new InvalidSettingException($"the sun stands at {SunDirection} with a diameter of {SunAngle} radians; it needs a direction and a diameter in [0.001, 1]");
        if (Map is not null && Map.Pixels.Any(pixel => !(float.IsFinite(pixel.LengthSquared()) && Vector3.Min(pixel, default) == default)))
            throw new InvalidSettingException("the sky's picture has a pixel that is negative or not finite");
    }

    /// <summary>The radiance from a direction.</summary>
    /// <param name="direction">Of length one.</param>
    public Vector3 Radiance(Vector3 direction)
    {
        return IsSun(direction) ? Gradient(direction) + SunRadiance : Gradient(direction);
    }

    /// <summary>The square of the chord from the sun's middle to its rim: it keeps the digits that the cosine of a small angle loses.</summary>
    internal float SunChordSquared => 4 * MathF.Pow(MathF.Sin(0.25f * SunAngle), 2);

    /// <summary>Whether a direction of length one ends in the sun.</summary>
    internal bool IsSun(Vector3 direction) => SunRadiance != default && Vector3.DistanceSquared(direction, Vector3.Normalize(SunDirection)) <= SunChordSquared;

    internal Vector3 Gradient(Vector3 direction)
    {
        if (Map is not null)
        {
            var around = MathF.Atan2(direction.Y, direction.X) * (0.5f / MathF.PI);
            var column = (int)((around - MathF.Floor(around)) * Map.Width);
            var row = (int)(MathF.Acos(Math.Clamp(direction.Z, -1, 1)) * (1 / MathF.PI) * Map.Height);
            return Map[Math.Clamp(column, 0, Map.Width - 1), Math.Clamp(row, 0, Map.Height - 1)];
        }
        // Most of the change is near the horizon, as outdoors.
        return direction.Z > 0 ? Vector3.Lerp(Horizon, Zenith, MathF.Sqrt(direction.Z)) : Vector3.Lerp(Horizon, Ground, MathF.Min(1, -10 * direction.Z));
    }
}
