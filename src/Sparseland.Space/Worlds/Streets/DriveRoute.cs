using System.Numerics;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>The way of the vehicle that carries the sensors: straight lines and arcs at a speed, after a rest at the start, lying on the ground, shaken by the engine.</summary>
internal sealed class DriveRoute
{
    /// <summary>Seconds at rest before it moves off; inertial navigation sets itself up in them.</summary>
    public const double RestSeconds = 2;

    private const double RampSeconds = 4;
    private const double StepSeconds = 0.25;
    private readonly List<(double Length, double Curvature)> _pieces = [];
    private readonly Vector2 _start;
    private readonly double _heading;

    public DriveRoute(float x, float y, double heading) => (_start, _heading) = (new(x, y), heading);

    /// <summary>Goes on for a length; the curvature is positive to the left, in one over metres. After the last piece it goes straight on.</summary>
    public DriveRoute Go(double length, double curvature = 0)
    {
        _pieces.Add((length, curvature));
        return this;
    }

    /// <summary>The motion.</summary>
    /// <param name="seconds">How long, rest included.</param>
    /// <param name="speed">In metres a second, reached after four seconds.</param>
    /// <param name="ground">What it drives on.</param>
    /// <param name="seed">The run's seed, for the shaking.</param>
    public ITrajectory Make(double seconds, double speed, GroundShape ground, ulong seed)
    {
        var controls = new List<RigidPose>();
        for (var i = 0; i <= (int)Math.Ceiling(seconds / StepSeconds) + 4; i++)
        {
            var time = Math.Max(0, i * StepSeconds - RestSeconds);
            var way = time < RampSeconds ? speed * time * time / (2 * RampSeconds) : speed * (time - 0.5 * RampSeconds);
            var (x, y, heading) = At(way);
            controls.Add(OnGround(x, y, heading, ground));
        }
        return new VibratingTrajectory(new SplineTrajectory(controls, StepSeconds), RestSeconds, seed);
    }

    // Upright on the ground's normal with the heading kept.
    private static RigidPose OnGround(double x, double y, double heading, GroundShape ground)
    {
        var up = new Vector3D(ground.NormalAt((float)x, (float)y));
        var left = Vector3D.Cross(up, new(Math.Cos(heading), Math.Sin(heading), 0));
        left = 1 / left.Length * left;
        return new(Rotation3D.FromColumns(Vector3D.Cross(left, up), left, up), new(x, y, ground.HeightAt((float)x, (float)y)));
    }

    private (double X, double Y, double Heading) At(double way)
    {
        var (x, y, heading) = ((double)_start.X, (double)_start.Y, _heading);
        foreach (var (length, curvature) in _pieces.Append((double.PositiveInfinity, 0)))
        {
            var part = Math.Min(way, length);
            if (curvature == 0)
                (x, y) = (x + part * Math.Cos(heading), y + part * Math.Sin(heading));
            else
            {
                var next = heading + curvature * part;
                (x, y) = (x + (Math.Sin(next) - Math.Sin(heading)) / curvature, y - (Math.Cos(next) - Math.Cos(heading)) / curvature);
                heading = next;
            }
            way -= part;
            if (way <= 0)
                break;
        }
        return (x, y, heading);
    }
}
