using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Sensors;

/// <summary>What an inertial sensor at a body's origin reads: angular velocity, and acceleration less gravity in the body's axes, each with bias and white noise.</summary>
public static class ImuSimulator
{
    /// <summary>Gravity in the world's axes, in metres a second squared.</summary>
    public static Vector3D Gravity { get; } = new(0, 0, -9.81);

    /// <summary>Reads the sensor from 0 to the end of a motion.</summary>
    /// <param name="trajectory">The body's motion.</param>
    /// <param name="rateHertz">Readings a second, above 0; 200 in EuRoC.</param>
    /// <param name="noise">The sensor's faults.</param>
    /// <param name="seed">The run's seed; the stream is "imu".</param>
    /// <exception cref="InvalidSettingException">The rate is not above 0.</exception>
    public static IReadOnlyList<ImuReading> Simulate(ITrajectory trajectory, double rateHertz, ImuNoise noise, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(noise);
        if (!(rateHertz > 0 && rateHertz <= 1e6))
            throw new InvalidSettingException($"an inertial sensor of {rateHertz} readings a second; give a rate above 0 and up to a million");
        var random = new RandomStream(seed, "imu");
        var gyroscopeBias = noise.GyroscopeBias * Uniform(random);
        var accelerometerBias = noise.AccelerometerBias * Uniform(random);
        var (root, interval) = (Math.Sqrt(rateHertz), 1 / rateHertz);
        var readings = new ImuReading[(int)Math.Floor(trajectory.Duration * rateHertz + 1e-9) + 1];
        for (var i = 0; i < readings.Length; i++)
        {
            var time = i * interval;
            var state = trajectory.At(time);
            var force = state.Pose.Rotation.Inverse.Apply(state.Acceleration - Gravity);
            var sample = new ImuSample(
                (long)Math.Round(1e9 * time),
                state.AngularVelocity + gyroscopeBias + noise.GyroscopeDensity * root * Normal(random),
                force + accelerometerBias + noise.AccelerometerDensity * root * Normal(random));
            readings[i] = new(sample, gyroscopeBias, accelerometerBias);
            gyroscopeBias += noise.GyroscopeWalk / root * Normal(random);
            accelerometerBias += noise.AccelerometerWalk / root * Normal(random);
        }
        return readings;
    }

    private static Vector3D Normal(RandomStream random) => new(random.NextNormal(), random.NextNormal(), random.NextNormal());

    private static Vector3D Uniform(RandomStream random) => new(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1);
}
