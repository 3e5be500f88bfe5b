using Sparseland.Errors;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets;

/// <summary>A pose at a time.</summary>
/// <param name="Time">In seconds.</param>
/// <param name="Pose">Takes points from the body's axes to the world's.</param>
public readonly record struct TimedPose(double Time, RigidPose Pose);

/// <summary>TUM's trajectory text: "t tx ty tz qx qy qz qw", the quaternion's real part last; lines from # on are remarks.</summary>
public static class TumTrajectoryFile
{
    /// <summary>Reads a trajectory; quaternions stay as they are written.</summary>
    /// <exception cref="InvalidFileException">A line has not eight numbers, the quaternion has not length one, or time does not grow.</exception>
    public static IReadOnlyList<TimedPose> Read(string path)
    {
        var poses = new List<TimedPose>();
        foreach (var line in TextTable.Read(path, comment: '#'))
        {
            var v = line.Require(8, "a pose").Doubles(0, 8, "pose");
            var rotation = new Rotation3D(v[7], v[4], v[5], v[6]);
            RequireUnit(line, rotation);
            if (poses.Count > 0 && v[0] <= poses[^1].Time)
                throw line.Fault($"the time {TextTable.Text(v[0])} does not come after {TextTable.Text(poses[^1].Time)}");
            poses.Add(new(v[0], new(rotation, new(v[1], v[2], v[3]))));
        }
        return poses;
    }

    /// <summary>Writes a trajectory.</summary>
    public static void Write(string path, IEnumerable<TimedPose> poses) => TextTable.Write(path, poses.Select(Text).Prepend("# timestamp tx ty tz qx qy qz qw"));

    /// <summary>Throws unless a quaternion has length one.</summary>
    internal static void RequireUnit(TextTable.Line line, Rotation3D q)
    {
        var length = Math.Sqrt(q.W * q.W + q.X * q.X + q.Y * q.Y + q.Z * q.Z);
        if (!(Math.Abs(length - 1) < 1e-3))
            throw line.Fault($"the quaternion has length {length:g6} and must have 1");
    }

    private static string Text(TimedPose timed)
    {
        var (q, t) = (timed.Pose.Rotation, timed.Pose.Translation);
        return TextTable.Text([timed.Time, t.X, t.Y, t.Z, q.X, q.Y, q.Z, q.W]);
    }
}
