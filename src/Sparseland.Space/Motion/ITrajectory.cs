namespace Sparseland.Space.Motion;

/// <summary>A body's motion as a smooth function of time.</summary>
public interface ITrajectory
{
    /// <summary>How long it lasts, in seconds from 0; before and after the body stands still.</summary>
    double Duration { get; }

    /// <summary>Pose and its derivatives at a time. Thread-safe.</summary>
    /// <param name="time">In seconds.</param>
    MotionState At(double time);
}

/// <summary>Where a body is and how it moves.</summary>
/// <param name="Pose">Takes points from the body's axes to the world's.</param>
/// <param name="Velocity">In the world's axes, in metres a second.</param>
/// <param name="Acceleration">In the world's axes, in metres a second squared.</param>
/// <param name="AngularVelocity">In the body's axes, in radians a second.</param>
public readonly record struct MotionState(RigidPose Pose, Vector3D Velocity, Vector3D Acceleration, Vector3D AngularVelocity);
