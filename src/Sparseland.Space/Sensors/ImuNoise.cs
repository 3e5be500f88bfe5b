using Sparseland.Space.Motion;

namespace Sparseland.Space.Sensors;

/// <summary>What is wrong with an inertial sensor. White noise has a density per square root of hertz, its deviation in a reading is the density times the square root of the rate; biases begin anywhere and walk.</summary>
/// <param name="GyroscopeDensity">In rad/s/sqrt(Hz).</param>
/// <param name="AccelerometerDensity">In m/s²/sqrt(Hz).</param>
/// <param name="GyroscopeWalk">In rad/s²/sqrt(Hz).</param>
/// <param name="AccelerometerWalk">In m/s³/sqrt(Hz).</param>
/// <param name="GyroscopeBias">The largest first bias of an axis, in rad/s.</param>
/// <param name="AccelerometerBias">The largest first bias of an axis, in m/s².</param>
public sealed record ImuNoise(double GyroscopeDensity, double AccelerometerDensity, double GyroscopeWalk, double AccelerometerWalk, double GyroscopeBias, double AccelerometerBias)
{
    /// <summary>A sensor without faults.</summary>
    public static ImuNoise None { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>The sensor of the EuRoC recordings.</summary>
    public static ImuNoise Euroc { get; } = new(1.7e-4, 2.0e-3, 1.9e-5, 3.0e-3, 0.01, 0.1);
}

/// <summary>A reading and the biases that are in it.</summary>
/// <param name="Sample">The reading.</param>
/// <param name="GyroscopeBias">In rad/s.</param>
/// <param name="AccelerometerBias">In m/s².</param>
public readonly record struct ImuReading(ImuSample Sample, Vector3D GyroscopeBias, Vector3D AccelerometerBias);
