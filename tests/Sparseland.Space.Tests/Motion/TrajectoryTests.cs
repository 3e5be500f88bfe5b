using Sparseland.Chance;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;

namespace Sparseland.Space.Tests.Motion;

public class TrajectoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Velocity_acceleration_and_spin_are_the_derivatives_of_the_pose(bool shaken)
    {
        var trajectory = Winding(shaken);
        const double H = 1e-5;
        for (var time = 0.7; time < 9; time += 0.613)
        {
            var (before, state, after) = (trajectory.At(time - H), trajectory.At(time), trajectory.At(time + H));
            Assert.True((0.5 / H * (after.Pose.Translation - before.Pose.Translation) - state.Velocity).Length < 1e-6);
            Assert.True((0.5 / H * (after.Velocity - before.Velocity) - state.Acceleration).Length < 1e-5);
            var spin = 0.5 / H * (before.Pose.Rotation.Inverse * after.Pose.Rotation).Log();
            Assert.True((spin - state.AngularVelocity).Length < 1e-6);
        }
    }

    [Fact]
    public void Equal_poses_are_an_exact_rest_and_the_fourth_derivative_has_no_jump()
    {
        var trajectory = Winding(shaken: false, rest: 2);
        var state = trajectory.At(0.9);
        Assert.Equal((0, 0), (state.Velocity.Length, state.AngularVelocity.Length));

        // Fourth differences of the position on both sides of a knot agree as the step shrinks; a C3 curve's would not.
        Vector3D Fourth(double t, double h) => 1 / (h * h * h * h) * (trajectory.At(t).Pose.Translation - 4 * trajectory.At(t + h).Pose.Translation
            + 6 * trajectory.At(t + 2 * h).Pose.Translation - 4 * trajectory.At(t + 3 * h).Pose.Translation + trajectory.At(t + 4 * h).Pose.Translation);
        const double Knot = 5;
        var jump = (Fourth(Knot - 4e-3, 1e-3) - Fourth(Knot, 1e-3)).Length;
        Assert.True(jump < 0.1 * Fourth(Knot, 1e-3).Length + 1, $"jump {jump}");
    }

    [Fact]
    public void Readings_without_noise_integrate_back_to_the_motion()
    {
        var trajectory = Winding(shaken: false);
        Assert.InRange(IntegrationError(trajectory, 200), 0, 1e-3);
    }

    [Fact]
    public void With_vibration_the_error_falls_fourfold_when_the_rate_doubles()
    {
        var trajectory = Winding(shaken: true);
        var ratio = IntegrationError(trajectory, 200) / IntegrationError(trajectory, 400);
        Assert.InRange(ratio, 3, 5);
    }

    [Fact]
    public void At_rest_the_sensor_feels_gravity_upwards()
    {
        var reading = ImuSimulator.Simulate(Winding(shaken: false, rest: 2), 200, ImuNoise.None, 1)[10].Sample;
        Assert.True((reading.Acceleration - new Vector3D(0, 0, 9.81)).Length < 1e-12);
        Assert.Equal(50_000_000, reading.Nanoseconds);
    }

    [Fact]
    public void Two_hours_at_rest_show_the_noise_that_was_asked_for()
    {
        const double Rate = 50;
        var rest = new SplineTrajectory([RigidPose.Identity, RigidPose.Identity], 7200);
        var readings = ImuSimulator.Simulate(rest, Rate, ImuNoise.Euroc, 3);
        double Mean(Func<ImuSample, Vector3D> part, double seconds)
        {
            var sum = 0.0;
            foreach (var axis in new Func<Vector3D, double>[] { v => v.X, v => v.Y, v => v.Z })
                sum += Math.Pow(AllanDeviation.Of(readings.Select(reading => axis(part(reading.Sample))).ToArray(), 1 / Rate, (int)(seconds * Rate)), 2);
            return Math.Sqrt(sum / 3);
        }
        var noise = ImuNoise.Euroc;
        Assert.InRange(Mean(s => s.AngularVelocity, 0.4) * Math.Sqrt(0.4) / noise.GyroscopeDensity, 0.8, 1.2);
        Assert.InRange(Mean(s => s.AngularVelocity, 150) / Math.Sqrt(150 / 3.0) / noise.GyroscopeWalk, 0.8, 1.2);
        Assert.InRange(Mean(s => s.Acceleration, 0.04) * Math.Sqrt(0.04) / noise.AccelerometerDensity, 0.8, 1.2);
        Assert.InRange(Mean(s => s.Acceleration, 60) / Math.Sqrt(60 / 3.0) / noise.AccelerometerWalk, 0.8, 1.2);
    }

    [Fact]
    public void Allan_deviation_of_white_noise_falls_with_the_root_of_the_span()
    {
        var random = new RandomStream(1, "white");
        var readings = Enumerable.Range(0, 20_000).Select(_ => random.NextNormal()).ToArray();
        Assert.InRange(AllanDeviation.Of(readings, 1, 1), 0.98, 1.02);
        Assert.InRange(AllanDeviation.Of(readings, 1, 100) * 10, 0.9, 1.1);
    }

    private static double IntegrationError(ITrajectory trajectory, double rate)
    {
        var samples = ImuSimulator.Simulate(trajectory, rate, ImuNoise.None, 1).Select(reading => reading.Sample).ToList();
        return ImuIntegration.Integrate(samples, trajectory.At(0)).Max(timed => (timed.Pose.Translation - trajectory.At(timed.Time).Pose.Translation).Length);
    }

    private static ITrajectory Winding(bool shaken, double rest = 0)
    {
        const double Step = 0.25;
        var controls = new List<RigidPose>();
        for (var i = 0; i <= 40; i++)
        {
            var t = Math.Max(0, i * Step - rest);
            var yaw = 0.6 * Math.Sin(0.5 * t);
            controls.Add(new(Rotation3D.AboutZ(yaw) * Rotation3D.Exp(new(0.02 * Math.Sin(t), 0.03 * Math.Sin(1.3 * t), 0)), new(6 * t - 3 * Math.Sin(t), 2 * Math.Sin(0.5 * t), 0.1 * Math.Sin(t))));
        }
        var smooth = new SplineTrajectory(controls, Step);
        return shaken ? new VibratingTrajectory(smooth, rest, 5) : smooth;
    }
}
