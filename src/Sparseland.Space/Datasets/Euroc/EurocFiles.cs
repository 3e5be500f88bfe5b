using Sparseland.Errors;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;

namespace Sparseland.Space.Datasets.Euroc;

/// <summary>The tables of the EuRoC (ASL) layout: comma-separated, one remark line on top, times in nanoseconds.</summary>
public static class EurocFiles
{
    private const string ImuHeader = "#timestamp [ns],w_RS_S_x [rad s^-1],w_RS_S_y [rad s^-1],w_RS_S_z [rad s^-1],a_RS_S_x [m s^-2],a_RS_S_y [m s^-2],a_RS_S_z [m s^-2]";
    private const string ImageHeader = "#timestamp [ns],filename";

    private const string StateHeader = "#timestamp [ns],p_RS_R_x [m],p_RS_R_y [m],p_RS_R_z [m],q_RS_w [],q_RS_x [],q_RS_y [],q_RS_z [],"
        + "v_RS_R_x [m s^-1],v_RS_R_y [m s^-1],v_RS_R_z [m s^-1],b_w_RS_S_x [rad s^-1],b_w_RS_S_y [rad s^-1],b_w_RS_S_z [rad s^-1],b_a_RS_S_x [m s^-2],b_a_RS_S_y [m s^-2],b_a_RS_S_z [m s^-2]";

    /// <summary>Reads imu0/data.csv.</summary>
    /// <exception cref="InvalidFileException">A line has not seven numbers, or time does not grow.</exception>
    public static IReadOnlyList<ImuSample> ReadImu(string path)
    {
        var samples = new List<ImuSample>();
        foreach (var line in Lines(path, 7, "a reading"))
            samples.Add(new(line.Integer(0, "timestamp"), At(line, 1), At(line, 4)));
        return samples;
    }

    /// <summary>Writes imu0/data.csv.</summary>
    public static void WriteImu(string path, IEnumerable<ImuSample> samples) =>
        TextTable.Write(path, samples.Select(sample => $"{sample.Nanoseconds},{Text(sample.AngularVelocity)},{Text(sample.Acceleration)}").Prepend(ImuHeader));

    /// <summary>Reads state_groundtruth_estimate0/data.csv.</summary>
    /// <exception cref="InvalidFileException">A line has not seventeen numbers, a quaternion has not length one, or time does not grow.</exception>
    public static IReadOnlyList<EurocState> ReadStates(string path)
    {
        var states = new List<EurocState>();
        foreach (var line in Lines(path, 17, "a state"))
        {
            var q = line.Doubles(4, 4, "quaternion");
            var rotation = new Rotation3D(q[0], q[1], q[2], q[3]);
            TumTrajectoryFile.RequireUnit(line, rotation);
            states.Add(new(line.Integer(0, "timestamp"), new(rotation, At(line, 1)), At(line, 8), At(line, 11), At(line, 14)));
        }
        return states;
    }

    /// <summary>Writes state_groundtruth_estimate0/data.csv.</summary>
    public static void WriteStates(string path, IEnumerable<EurocState> states) => TextTable.Write(path, states.Select(Text).Prepend(StateHeader));

    /// <summary>Reads cam0/data.csv.</summary>
    /// <exception cref="InvalidFileException">A line has not two columns, or time does not grow.</exception>
    public static IReadOnlyList<EurocImage> ReadImages(string path) => [.. Lines(path, 2, "an image").Select(line => new EurocImage(line.Integer(0, "timestamp"), line.Columns[1]))];

    /// <summary>Writes cam0/data.csv.</summary>
    public static void WriteImages(string path, IEnumerable<EurocImage> images) =>
        TextTable.Write(path, images.Select(image => $"{image.Nanoseconds},{image.FileName}").Prepend(ImageHeader));

    private static IEnumerable<TextTable.Line> Lines(string path, int columns, string what)
    {
        var last = long.MinValue;
        foreach (var line in TextTable.Read(path, ',', '#'))
        {
            var time = line.Require(columns, what).Integer(0, "timestamp");
            if (time <= last)
                throw line.Fault($"the timestamp {time} does not come after {last}");
            last = time;
            yield return line;
        }
    }

    private static Vector3D At(TextTable.Line line, int column) => new(line.Double(column, "x"), line.Double(column + 1, "y"), line.Double(column + 2, "z"));

    private static string Text(Vector3D v) => $"{TextTable.Text(v.X)},{TextTable.Text(v.Y)},{TextTable.Text(v.Z)}";

    private static string Text(EurocState state)
    {
        var q = state.Pose.Rotation;
        return $"{state.Nanoseconds},{Text(state.Pose.Translation)},{TextTable.Text(q.W)},{Text(new Vector3D(q.X, q.Y, q.Z))},{Text(state.Velocity)},{Text(state.GyroscopeBias)},{Text(state.AccelerometerBias)}";
    }
}
