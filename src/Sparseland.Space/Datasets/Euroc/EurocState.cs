using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets.Euroc;

/// <summary>One line of state_groundtruth_estimate0/data.csv.</summary>
/// <param name="Nanoseconds">When.</param>
/// <param name="Pose">Takes points from the body's axes to the world's.</param>
/// <param name="Velocity">In the world's axes, in metres a second.</param>
/// <param name="GyroscopeBias">In radians a second.</param>
/// <param name="AccelerometerBias">In metres a second squared.</param>
public readonly record struct EurocState(long Nanoseconds, RigidPose Pose, Vector3D Velocity, Vector3D GyroscopeBias, Vector3D AccelerometerBias);

/// <summary>One line of cam0/data.csv.</summary>
/// <param name="Nanoseconds">When.</param>
/// <param name="FileName">The image's name in cam0/data.</param>
public readonly record struct EurocImage(long Nanoseconds, string FileName);
