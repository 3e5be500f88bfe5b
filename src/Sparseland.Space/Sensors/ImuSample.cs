using Sparseland.Space.Motion;

namespace Sparseland.Space.Sensors;

/// <summary>One reading of an inertial sensor.</summary>
/// <param name="Nanoseconds">When, in nanoseconds.</param>
/// <param name="AngularVelocity">In the sensor's axes, in radians a second.</param>
/// <param name="Acceleration">Specific force in the sensor's axes, in metres a second squared: at rest it points up with 9.81.</param>
public readonly record struct ImuSample(long Nanoseconds, Vector3D AngularVelocity, Vector3D Acceleration);
