using Sparseland.Errors;

namespace Sparseland.Space.Datasets.Kitti;

/// <summary>KITTI odometry's poses/*.txt (twelve numbers a line: camera 0 of a frame to camera 0 of the first) and times.txt (seconds, one a line).</summary>
public static class KittiOdometry
{
    /// <summary>Reads poses.</summary>
    /// <exception cref="InvalidFileException">A line has not twelve numbers, or they are no rotation.</exception>
    public static IReadOnlyList<Matrix34> ReadPoses(string path)
    {
        var poses = new List<Matrix34>();
        foreach (var line in TextTable.Read(path))
        {
            var pose = new Matrix34(line.Require(12, "a pose").Doubles(0, 12, "pose"));
            if (!(Math.Abs(pose.Determinant - 1) < 1e-3))
                throw line.Fault($"the pose has determinant {pose.Determinant:g6} and a rotation has 1");
            poses.Add(pose);
        }
        return poses;
    }

    /// <summary>Writes poses.</summary>
    public static void WritePoses(string path, IEnumerable<Matrix34> poses) => TextTable.Write(path, poses.Select(pose => TextTable.Text(pose.Values)));

    /// <summary>Reads times.</summary>
    /// <exception cref="InvalidFileException">A line is no number, or time runs backwards.</exception>
    public static IReadOnlyList<double> ReadTimes(string path)
    {
        var times = new List<double>();
        foreach (var line in TextTable.Read(path))
        {
            var time = line.Require(1, "a time").Double(0, "time");
            if (times.Count > 0 && time < times[^1])
                throw line.Fault($"the time {time} comes before {times[^1]}");
            times.Add(time);
        }
        return times;
    }

    /// <summary>Writes times.</summary>
    public static void WriteTimes(string path, IEnumerable<double> times) => TextTable.Write(path, times.Select(TextTable.Text));
}
