namespace Sparseland.Space.Sensors;

/// <summary>How a camera on a vehicle takes pictures.</summary>
public sealed record CameraOptions
{
    /// <summary>Rays a pixel, 1 to 16; more than one are spread over the pixel by chance.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>How long the shutter is open, in seconds, 0 to 0.1: rays are spread over this time about the picture's, and what moves is blurred. Needs several rays a pixel; 0 for none.</summary>
    public double ShutterSeconds { get; init; }

    /// <summary>Deviation of a pixel's noise in grey levels of 255.</summary>
    public double Noise { get; init; } = 1.5;

    /// <summary>How far the exposure wanders over time: 1 goes from half to twice, 0 keeps it.</summary>
    public double ExposureWander { get; init; } = 1;

    /// <summary>How much darker the corners are, 0 to 1.</summary>
    public float Vignetting { get; init; } = 0.15f;

    /// <summary>Exact pictures: no noise, one exposure, no vignetting.</summary>
    public static CameraOptions Exact { get; } = new() { Noise = 0, ExposureWander = 0, Vignetting = 0 };
}
