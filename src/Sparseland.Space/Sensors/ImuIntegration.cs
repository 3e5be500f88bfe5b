using Sparseland.Space.Datasets;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Sensors;

/// <summary>Dead reckoning: turns readings back into a motion by the midpoint rule, whose error falls with the square of the interval.</summary>
public static class ImuIntegration
{
    /// <summary>The poses at the readings' times.</summary>
    /// <param name="samples">Readings without bias, in order of time.</param>
    /// <param name="start">Pose and velocity at the first reading.</param>
    public static IReadOnlyList<TimedPose> Integrate(IReadOnlyList<ImuSample> samples, MotionState start)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var poses = new List<TimedPose>(samples.Count);
        var (rotation, position, velocity) = (start.Pose.Rotation, start.Pose.Translation, start.Velocity);
        for (var i = 0; i < samples.Count; i++)
        {
            poses.Add(new(1e-9 * samples[i].Nanoseconds, new(rotation, position)));
            if (i + 1 == samples.Count)
                break;
            var interval = 1e-9 * (samples[i + 1].Nanoseconds - samples[i].Nanoseconds);
            var next = (rotation * Rotation3D.Exp(0.5 * interval * (samples[i].AngularVelocity + samples[i + 1].AngularVelocity))).Normalized();
            var (before, after) = (rotation.Apply(samples[i].Acceleration) + ImuSimulator.Gravity, next.Apply(samples[i + 1].Acceleration) + ImuSimulator.Gravity);
            // Acceleration linear within the interval: its double integral weighs the first end twice the second.
            position += interval * velocity + interval * interval / 6 * (2 * before + after);
            velocity += 0.5 * interval * (before + after);
            rotation = next;
        }
        return poses;
    }
}
