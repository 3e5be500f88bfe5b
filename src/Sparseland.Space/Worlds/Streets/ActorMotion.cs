namespace Sparseland.Space.Worlds.Streets;

/// <summary>How an actor moves: straight on along a heading with a smooth stop and go, and a lane-keeping error that is a sine over the way.</summary>
/// <param name="X">Place at time 0, in metres.</param>
/// <param name="Y">Place at time 0, in metres.</param>
/// <param name="Heading">Direction about +z, in radians.</param>
/// <param name="Speed">Mean speed in metres a second; 0 for what is parked.</param>
internal readonly record struct ActorMotion(double X, double Y, double Heading, double Speed)
{
    /// <summary>Radians a second of the stop and go; 0 for a constant speed.</summary>
    public double StopRate { get; init; }

    /// <summary>Its phase.</summary>
    public double StopPhase { get; init; }

    /// <summary>Metres off the lane's middle at most.</summary>
    public double Sway { get; init; }

    /// <summary>Radians a metre of the lane-keeping error.</summary>
    public double SwayRate { get; init; }

    /// <summary>Place, heading, velocity and way at a time.</summary>
    public ActorState At(double time)
    {
        var (way, speed) = (Speed * time, Speed);
        if (StopRate > 0)
        {
            way -= Speed / StopRate * (Math.Sin(StopRate * time + StopPhase) - Math.Sin(StopPhase));
            speed *= 1 - Math.Cos(StopRate * time + StopPhase);
        }
        var (offset, slope) = (Sway * Math.Sin(SwayRate * way), Sway * SwayRate * Math.Cos(SwayRate * way));
        var (sine, cosine) = Math.SinCos(Heading);
        return new(
            X + cosine * way - sine * offset, Y + sine * way + cosine * offset, Heading + Math.Atan(slope),
            speed * (cosine - sine * slope), speed * (sine + cosine * slope), way);
    }
}

/// <summary>Where an actor is.</summary>
/// <param name="X">Metres.</param>
/// <param name="Y">Metres.</param>
/// <param name="Yaw">Radians about +z.</param>
/// <param name="VelocityX">Metres a second.</param>
/// <param name="VelocityY">Metres a second.</param>
/// <param name="Way">Metres since time 0.</param>
internal readonly record struct ActorState(double X, double Y, double Yaw, double VelocityX, double VelocityY, double Way);
