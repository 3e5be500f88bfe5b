namespace Sparseland.Space.Sensors;

/// <summary>How well a LiDAR measures.</summary>
public sealed record LidarOptions
{
    /// <summary>The least range that is reported, in metres.</summary>
    public float MinimumRange { get; init; } = 0.8f;

    /// <summary>The greatest range that is reported, in metres.</summary>
    public float MaximumRange { get; init; } = 100;

    /// <summary>Deviation of the range, in metres.</summary>
    public float RangeNoise { get; init; } = 0.02f;

    /// <summary>Deviation of where the beam really looks, in radians of azimuth and elevation.</summary>
    public double BearingNoise { get; init; } = 0.02 * Math.PI / 180;

    /// <summary>Share of echoes that get lost whatever their strength.</summary>
    public double Dropout { get; init; } = 0.005;

    /// <summary>Whether weak echoes get lost and intensities are noisy. A surface of reflectivity 0.1 at 80 m, met straight, is seen every other time.</summary>
    public bool WeakEchoesGetLost { get; init; } = true;

    /// <summary>Width of the beam in radians, 0 for a line: with a width, four rays are averaged and points float at edges. 0.003 is usual.</summary>
    public double Divergence { get; init; }

    /// <summary>Echoes of rain drops a metre of the way, 0 for dry air.</summary>
    public double RainPerMetre { get; init; }

    /// <summary>Whether time stands still during a scan, at its reference: no motion distortion.</summary>
    public bool FreezeTime { get; init; }

    /// <summary>Every echo comes back and is measured exactly.</summary>
    public static LidarOptions Exact { get; } = new() { RangeNoise = 0, BearingNoise = 0, Dropout = 0, WeakEchoesGetLost = false };
}
