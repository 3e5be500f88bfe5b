using Sparseland.Errors;

namespace Sparseland.Space.Motion;

/// <summary>
/// A four times continuously differentiable motion over poses at equal steps of time: position by a quintic B-spline, orientation by the cumulative quintic B-spline on SO(3)
/// (Kim, Kim and Shin 1995), derivatives in closed form (Sommer et al. 2020).
/// </summary>
/// <remarks>
/// The poses are control points: the curve passes them at a distance of about a quarter of step² times the acceleration (3 cm at 0.25 s and 2 m/s²) instead of through them.
/// So six equal poses in a row are an exact rest, which an interpolating spline would only approach, and nothing overshoots.
/// </remarks>
public sealed class SplineTrajectory : ITrajectory
{
    private readonly RigidPose[] _controls;
    private readonly Vector3D[] _turns;
    private readonly double _step;

    /// <summary>A motion.</summary>
    /// <param name="controls">The poses, the first at time 0; at least two.</param>
    /// <param name="step">Seconds between them, above 0.</param>
    /// <exception cref="InvalidSettingException">There are too few, or the step is not above 0.</exception>
    public SplineTrajectory(IReadOnlyList<RigidPose> controls, double step)
    {
        ArgumentNullException.ThrowIfNull(controls);
        if (controls.Count < 2 || !(step > 0 && double.IsFinite(step)))
            throw new InvalidSettingException($"a trajectory of {controls.Count} poses {step} s apart; it needs two at least and a step above 0");
        (_controls, _step) = ([.. controls], step);
        _turns = new Vector3D[controls.Count - 1];
        for (var i = 0; i < _turns.Length; i++)
            _turns[i] = (controls[i].Rotation.Inverse * controls[i + 1].Rotation).Log();
    }

    /// <inheritdoc/>
    public double Duration => (_controls.Length - 1) * _step;

    /// <inheritdoc/>
    public MotionState At(double time)
    {
        var place = Math.Clamp(time / _step, -3, _controls.Length + 2);
        var segment = Math.Floor(place);
        var u = place - segment;
        // On segment k the functions belong to the controls k - 2 to k + 3.
        var first = (int)segment - 2;
        Span<double> value = stackalloc double[QuinticBasis.Order];
        Span<double> rate = stackalloc double[QuinticBasis.Order];
        Span<double> curvature = stackalloc double[QuinticBasis.Order];
        QuinticBasis.Evaluate(u, 0, value);
        QuinticBasis.Evaluate(u, 1, rate);
        QuinticBasis.Evaluate(u, 2, curvature);
        var (position, velocity, acceleration) = (Vector3D.Zero, Vector3D.Zero, Vector3D.Zero);
        for (var i = 0; i < QuinticBasis.Order; i++)
        {
            var control = Control(first + i).Translation;
            position += value[i] * control;
            velocity += rate[i] / _step * control;
            acceleration += curvature[i] / (_step * _step) * control;
        }
        QuinticBasis.Accumulate(value);
        QuinticBasis.Accumulate(rate);
        var rotation = Control(first).Rotation;
        var spin = Vector3D.Zero;
        for (var i = 1; i < QuinticBasis.Order; i++)
        {
            var turn = Turn(first + i - 1);
            var factor = Rotation3D.Exp(value[i] * turn);
            rotation *= factor;
            spin = factor.Inverse.Apply(spin) + rate[i] / _step * turn;
        }
        return new(new(rotation.Normalized(), position), velocity, acceleration, spin);
    }

    // Beyond its ends the body stands where it began and ended.
    private RigidPose Control(int index) => _controls[Math.Clamp(index, 0, _controls.Length - 1)];

    private Vector3D Turn(int index) => index >= 0 && index < _turns.Length ? _turns[index] : default;
}
