using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Sensors;

/// <summary>
/// When and where a LiDAR looks: columns of beams that fire one after the other. Directions are in the sensor's axes, x forward, y left, z up.
/// </summary>
public abstract class LidarPattern
{
    private static readonly (string Name, Func<LidarPattern> Make)[] Presets =
    [
        // 64 beams, the upper half a third of a degree apart, the lower half a half.
        ("hdl64", () => new SpinningPattern([.. Enumerable.Range(0, 32).Select(i => 2 - i / 3.0), .. Enumerable.Range(0, 32).Select(i => -8.83 - i * (24.8 - 8.83) / 31)], 1800)),
        ("hdl32", () => new SpinningPattern(Evenly(32, 10.67, -30.67), 1084)),
        ("vlp16", () => new SpinningPattern(Evenly(16, 15, -15), 1800)),
        ("tiny", () => new SpinningPattern(Evenly(16, 5, -20), 450)),
        ("rosette", () => new RosettePattern(10_000, 0.1)),
    ];

    /// <summary>The names of the known sensors.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Presets.Select(preset => preset.Name)];

    /// <summary>Columns of a scan.</summary>
    public abstract int Columns { get; }

    /// <summary>Beams of a column.</summary>
    public abstract int Beams { get; }

    /// <summary>How long a scan takes, in seconds.</summary>
    public abstract double Seconds { get; }

    /// <summary>When a beam fires, in seconds since the scan began.</summary>
    /// <param name="column">0 to <see cref="Columns"/> - 1.</param>
    /// <param name="beam">0 to <see cref="Beams"/> - 1.</param>
    public abstract double TimeOf(int column, int beam);

    /// <summary>Where a beam looks: angles in radians, counter-clockwise from ahead and upwards.</summary>
    public abstract (double Azimuth, double Elevation) AnglesOf(int column, int beam);

    /// <summary>A known sensor: hdl64, hdl32, vlp16, tiny or rosette.</summary>
    /// <exception cref="InvalidSettingException">The name is not known.</exception>
    public static LidarPattern Of(string name)
    {
        var preset = Array.Find(Presets, candidate => candidate.Name == name);
        return preset.Make is null ? throw new InvalidSettingException($"there is no LiDAR '{name}'{Suggestion.For(name, Names)}; known are {string.Join(", ", Names)}") : preset.Make();
    }

    /// <summary>The direction of angles, of length one.</summary>
    public static Vector3 Direction(double azimuth, double elevation)
    {
        var (sine, cosine) = Math.SinCos(azimuth);
        var (up, flat) = Math.SinCos(elevation);
        return new((float)(flat * cosine), (float)(flat * sine), (float)up);
    }

    private static double[] Evenly(int count, double top, double bottom) => [.. Enumerable.Range(0, count).Select(i => top + i * (bottom - top) / (count - 1))];
}

/// <summary>
/// Beams in a column that turns about z, clockwise seen from above, once in a tenth of a second; it begins behind, so the middle of the scan looks ahead.
/// The beams of a column fire within 50 microseconds.
/// </summary>
public sealed class SpinningPattern : LidarPattern
{
    private const double ColumnSeconds = 50e-6;
    private readonly double[] _elevations;

    /// <summary>A sensor.</summary>
    /// <param name="elevations">The beams from the top, in degrees above level.</param>
    /// <param name="steps">Columns of a turn; 450 to 1800 is usual.</param>
    /// <exception cref="InvalidSettingException">There is no beam or no step, or a beam points beyond the vertical.</exception>
    public SpinningPattern(IReadOnlyList<double> elevations, int steps)
    {
        ArgumentNullException.ThrowIfNull(elevations);
        if (elevations.Count == 0 || steps < 1 || elevations.Any(elevation => !(Math.Abs(elevation) <= 90)))
            throw new InvalidSettingException($"a LiDAR of {elevations.Count} beams and {steps} steps; it needs one at least of both, and beams within 90 degrees of level");
        (_elevations, Columns) = ([.. elevations.Select(degrees => degrees * Math.PI / 180)], steps);
    }

    /// <inheritdoc/>
    public override int Columns { get; }

    /// <inheritdoc/>
    public override int Beams => _elevations.Length;

    /// <inheritdoc/>
    public override double Seconds => 0.1;

    /// <inheritdoc/>
    public override double TimeOf(int column, int beam) => column * Seconds / Columns + beam * ColumnSeconds / Beams;

    /// <inheritdoc/>
    public override (double Azimuth, double Elevation) AnglesOf(int column, int beam) => (Math.PI - 2 * Math.PI * column / Columns, _elevations[beam]);
}

/// <summary>The flower of a sensor with two turning prisms, which looks ahead in a cone and fills it the longer it looks; it never repeats itself.</summary>
public sealed class RosettePattern : LidarPattern
{
    // Turns a second of the prisms, without a common measure, and the angle by which each deflects: 70 degrees across in all.
    private const double FirstHertz = 121.57, SecondHertz = -77.97, DeflectionDegrees = 17.5;
    private readonly double _seconds;

    /// <summary>A sensor.</summary>
    /// <param name="shots">Shots of a scan.</param>
    /// <param name="seconds">How long a scan takes.</param>
    /// <exception cref="InvalidSettingException">A number is not above 0.</exception>
    public RosettePattern(int shots, double seconds)
    {
        if (shots < 1 || !(seconds is > 0 and <= 1))
            throw new InvalidSettingException($"a LiDAR of {shots} shots in {seconds} s; it needs one shot at least and a time in (0, 1]");
        (Columns, _seconds) = (shots, seconds);
    }

    /// <inheritdoc/>
    public override int Columns { get; }

    /// <inheritdoc/>
    public override int Beams => 1;

    /// <inheritdoc/>
    public override double Seconds => _seconds;

    /// <inheritdoc/>
    public override double TimeOf(int column, int beam) => column * _seconds / Columns;

    /// <inheritdoc/>
    public override (double Azimuth, double Elevation) AnglesOf(int column, int beam)
    {
        var time = TimeOf(column, beam);
        var (a, b) = (2 * Math.PI * FirstHertz * time, 2 * Math.PI * SecondHertz * time);
        var deflection = DeflectionDegrees * Math.PI / 180;
        return (deflection * (Math.Cos(a) + Math.Cos(b)), deflection * (Math.Sin(a) + Math.Sin(b)));
    }
}
