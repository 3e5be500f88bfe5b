using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Datasets;

/// <summary>Points of a scan, one entry of every array a point; columns that a format lacks are null. The arrays belong to the cloud.</summary>
public sealed class PointCloud
{
    /// <summary>A cloud.</summary>
    /// <param name="positions">In the sensor's axes, in metres.</param>
    /// <param name="intensities">Strength of the echo, as the format scales it: [0, 1] in KITTI, 0 to 255 in nuScenes.</param>
    /// <param name="times">Seconds since the scan's reference time, or none.</param>
    /// <param name="rings">Number of the beam, or none.</param>
    /// <exception cref="MismatchException">The arrays differ in length.</exception>
    public PointCloud(Vector3[] positions, float[] intensities, float[]? times = null, int[]? rings = null)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(intensities);
        if (intensities.Length != positions.Length || (times is not null && times.Length != positions.Length) || (rings is not null && rings.Length != positions.Length))
            throw new MismatchException($"a cloud of {positions.Length} points with {intensities.Length} intensities, {times?.Length ?? positions.Length} times and {rings?.Length ?? positions.Length} rings; give one for each point");
        (Positions, Intensities, Times, Rings) = (positions, intensities, times, rings);
    }

    /// <summary>In the sensor's axes, in metres.</summary>
    public Vector3[] Positions { get; }

    /// <summary>Strength of the echo.</summary>
    public float[] Intensities { get; }

    /// <summary>Seconds since the scan's reference time, or none.</summary>
    public float[]? Times { get; }

    /// <summary>Number of the beam, or none.</summary>
    public int[]? Rings { get; }

    /// <summary>How many points there are.</summary>
    public int Count => Positions.Length;
}
