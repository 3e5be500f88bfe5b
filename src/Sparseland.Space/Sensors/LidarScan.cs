using System.Numerics;
using Sparseland.Space.Datasets;
using Sparseland.Space.Motion;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Space.Sensors;

/// <summary>
/// A scan as it was measured. Points are in the sensor's axes at the moment they were fired, so a moving sensor's scan is bent; <see cref="Deskewed"/> straightens it with the true motion.
/// </summary>
public sealed class LidarScan
{
    private readonly RigidPose[] _poses;

    internal LidarScan(PointCloud points, LidarTruth[] truth, RigidPose[] poses, RigidPose pose, double time)
        => (Points, Truth, _poses, Pose, Time) = (points, truth, poses, pose, time);

    /// <summary>What the sensor reports: times in seconds from <see cref="Time"/>, intensities in [0, 1].</summary>
    public PointCloud Points { get; }

    /// <summary>What is true of each point; it belongs in a file of its own, never among what a method may learn from.</summary>
    public IReadOnlyList<LidarTruth> Truth { get; }

    /// <summary>The reference time, in seconds: the middle of the scan, when it looks ahead.</summary>
    public double Time { get; }

    /// <summary>Where the sensor was at the reference time: its axes to the world's.</summary>
    public RigidPose Pose { get; }

    /// <summary>The points in the sensor's axes at the reference time. Actors that moved stay bent: only the sensor's own motion is taken out.</summary>
    public PointCloud Deskewed()
    {
        var back = Pose.Inverse;
        var positions = new Vector3[Points.Count];
        for (var i = 0; i < positions.Length; i++)
            positions[i] = (back * _poses[i]).Apply(new(Points.Positions[i])).ToSingle();
        return new(positions, Points.Intensities, Points.Times, Points.Rings);
    }
}

/// <summary>What is true of a point.</summary>
/// <param name="ObjectId">The actor's number from 1, from <see cref="StreetWorld.FirstSceneryId"/> on scenery, 0 for rain.</param>
/// <param name="Kind">What was hit.</param>
/// <param name="Normal">The direction outwards there, in the world's axes.</param>
/// <param name="Range">The true range in metres.</param>
public readonly record struct LidarTruth(int ObjectId, StreetClass Kind, Vector3 Normal, float Range);
