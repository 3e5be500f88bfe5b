using Sparseland.Chance;

namespace Sparseland.Space.Motion;

/// <summary>
/// A motion shaken by an engine and a road: three sine waves of 3 to 15 Hz in place and three in orientation, faded in over a second after a rest. Derivatives in closed form.
/// A wave's amplitude is 5 mm or what gives 2 m/s², whichever is less (5 mm at 15 Hz would be 44 m/s²); orientations sway by 0.1 to 0.3 degrees in all.
/// </summary>
public sealed class VibratingTrajectory : ITrajectory
{
    private const int WaveCount = 3;
    private const double LargestAmplitude = 0.005;
    private const double LargestAcceleration = 2;
    private const double FadeSeconds = 1;
    private readonly ITrajectory _inner;
    private readonly double _rest;
    private readonly Wave[] _shifts = new Wave[WaveCount];
    private readonly Wave[] _sways = new Wave[WaveCount];

    /// <summary>Shakes a motion.</summary>
    /// <param name="inner">The smooth motion.</param>
    /// <param name="rest">Seconds before the shaking begins.</param>
    /// <param name="seed">The run's seed; the stream is "vibration".</param>
    public VibratingTrajectory(ITrajectory inner, double rest, ulong seed)
    {
        (_inner, _rest) = (inner, rest);
        var random = new RandomStream(seed, "vibration");
        for (var i = 0; i < WaveCount; i++)
        {
            var rate = 2 * Math.PI * (3 + 4 * i + 4 * random.NextDouble());
            var amplitude = Math.Min(LargestAmplitude, LargestAcceleration / (rate * rate)) * (0.5 + 0.5 * random.NextDouble());
            _shifts[i] = new(amplitude * Direction(random), rate, 2 * Math.PI * random.NextDouble());
            var sway = (0.1 + 0.2 * random.NextDouble()) / WaveCount * Math.PI / 180;
            _sways[i] = new(sway * Direction(random), 2 * Math.PI * (3 + 4 * i + 4 * random.NextDouble()), 2 * Math.PI * random.NextDouble());
        }
    }

    /// <inheritdoc/>
    public double Duration => _inner.Duration;

    /// <inheritdoc/>
    public MotionState At(double time)
    {
        var smooth = _inner.At(time);
        if (time <= _rest)
            return smooth;
        var (shift, shiftRate, shiftCurvature) = Sum(_shifts, time);
        var (sway, swayRate, _) = Sum(_sways, time);
        var turn = Rotation3D.Exp(sway);
        var spin = turn.Inverse.Apply(smooth.AngularVelocity) + RightJacobian(sway, swayRate);
        var pose = new RigidPose((smooth.Pose.Rotation * turn).Normalized(), smooth.Pose.Translation + shift);
        return new(pose, smooth.Velocity + shiftRate, smooth.Acceleration + shiftCurvature, spin);
    }

    // The waves times the fade, with first and second derivative by the product rule.
    private (Vector3D Value, Vector3D Rate, Vector3D Curvature) Sum(Wave[] waves, double time)
    {
        var (value, rate, curvature) = (Vector3D.Zero, Vector3D.Zero, Vector3D.Zero);
        foreach (var wave in waves)
        {
            var (sine, cosine) = Math.SinCos(wave.Rate * time + wave.Phase);
            value += sine * wave.Amplitude;
            rate += wave.Rate * cosine * wave.Amplitude;
            curvature -= wave.Rate * wave.Rate * sine * wave.Amplitude;
        }
        var x = Math.Min(1, (time - _rest) / FadeSeconds);
        var fade = x * x * x * (10 + x * (6 * x - 15));
        var fadeRate = 30 * x * x * (1 - x) * (1 - x) / FadeSeconds;
        var fadeCurvature = 60 * x * (1 - x) * (1 - 2 * x) / (FadeSeconds * FadeSeconds);
        return (fade * value, fadeRate * value + fade * rate, fadeCurvature * value + 2 * fadeRate * rate + fade * curvature);
    }

    // Takes the rate of a rotation vector to the angular velocity in the turned axes (Sola et al. 2018, equation 143).
    private static Vector3D RightJacobian(Vector3D vector, Vector3D rate)
    {
        var angle = vector.Length;
        if (angle < 1e-9)
            return rate;
        var (sine, cosine) = Math.SinCos(angle);
        var once = Vector3D.Cross(vector, rate);
        return rate - (1 - cosine) / (angle * angle) * once + (angle - sine) / (angle * angle * angle) * Vector3D.Cross(vector, once);
    }

    private static Vector3D Direction(RandomStream random)
    {
        var direction = new Vector3D(random.NextNormal(), random.NextNormal(), random.NextNormal());
        return 1 / Math.Max(1e-6, direction.Length) * direction;
    }

    private readonly record struct Wave(Vector3D Amplitude, double Rate, double Phase);
}
