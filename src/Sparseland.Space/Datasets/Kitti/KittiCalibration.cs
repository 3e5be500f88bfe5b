using System.Globalization;
using Sparseland.Errors;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets.Kitti;

/// <summary>
/// KITTI's calib/*.txt: projections P0 to P3 of the rectified cameras, the rectifying rotation, and where LiDAR and IMU sit. A LiDAR point X falls on P2 R0 Tr X.
/// P2 is no camera matrix alone: its fourth column carries the baseline to camera 0.
/// </summary>
/// <param name="Projections">P0 to P3.</param>
/// <param name="Rectification">R0_rect, padded.</param>
/// <param name="LidarToCamera">Tr_velo_to_cam.</param>
/// <param name="ImuToLidar">Tr_imu_to_velo.</param>
public sealed record KittiCalibration(IReadOnlyList<Matrix34> Projections, Matrix34 Rectification, Matrix34 LidarToCamera, Matrix34 ImuToLidar)
{
    private const double RotationTolerance = 1e-3;
    private Matrix34? _lidarToRectified;

    /// <summary>From LiDAR axes to the rectified axes of camera 0.</summary>
    public Matrix34 LidarToRectified => _lidarToRectified ??= Rectification.After(LidarToCamera);

    /// <summary>From LiDAR axes to (u d, v d, d) of a camera.</summary>
    /// <param name="camera">0 to 3; the colour camera on the left is 2.</param>
    public Matrix34 LidarToImage(int camera) => Projections[camera].After(LidarToRectified);

    /// <summary>Reads a file; the names of the tracking and odometry benchmarks (R_rect, Tr_velo_cam, Tr) are known too.</summary>
    /// <exception cref="InvalidFileException">An entry is missing, of wrong length, or is no rotation where one must be.</exception>
    public static KittiCalibration Read(string path)
    {
        var entries = new Dictionary<string, TextTable.Line>(StringComparer.Ordinal);
        foreach (var line in TextTable.Read(path))
            entries[Known(line.Columns[0].TrimEnd(':'))] = line;
        var projections = new Matrix34[4];
        for (var camera = 0; camera < 4; camera++)
        {
            projections[camera] = Matrix(path, entries, $"P{camera}", 12);
            if (!(projections[camera][0, 0] > 0 && projections[camera][1, 1] > 0))
                throw entries[$"P{camera}"].Fault($"P{camera} has focal lengths {projections[camera][0, 0]} and {projections[camera][1, 1]}, which project nothing; they must be above 0");
        }
        var rectification = entries.ContainsKey("R0_rect") ? Rotation(path, entries, "R0_rect", 9) : Matrix34.FromRotation([1, 0, 0, 0, 1, 0, 0, 0, 1]);
        var imu = entries.ContainsKey("Tr_imu_to_velo") ? Rotation(path, entries, "Tr_imu_to_velo", 12) : new Matrix34(RigidPose.Identity);
        return new(projections, rectification, Rotation(path, entries, "Tr_velo_to_cam", 12), imu);
    }

    /// <summary>Writes a file as the object benchmark lays it out, thirteen digits a number.</summary>
    public void Write(string path)
    {
        var lines = new List<string>();
        for (var camera = 0; camera < Projections.Count; camera++)
            lines.Add($"P{camera}: {Text(Projections[camera].Values)}");
        var r = Rectification;
        lines.Add($"R0_rect: {Text([r[0, 0], r[0, 1], r[0, 2], r[1, 0], r[1, 1], r[1, 2], r[2, 0], r[2, 1], r[2, 2]])}");
        lines.Add($"Tr_velo_to_cam: {Text(LidarToCamera.Values)}");
        lines.Add($"Tr_imu_to_velo: {Text(ImuToLidar.Values)}");
        lines.Add("");
        TextTable.Write(path, lines);
    }

    private static string Text(ReadOnlySpan<double> values)
    {
        var parts = new string[values.Length];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = (values[i] == 0 ? 0 : values[i]).ToString("0.000000000000e+00", CultureInfo.InvariantCulture);
        return string.Join(' ', parts);
    }

    private static string Known(string name) => name switch
    {
        "R_rect" => "R0_rect",
        "Tr_velo_cam" or "Tr" => "Tr_velo_to_cam",
        "Tr_imu_velo" => "Tr_imu_to_velo",
        _ => name,
    };

    private static Matrix34 Matrix(string path, Dictionary<string, TextTable.Line> entries, string name, int count)
    {
        if (!entries.TryGetValue(name, out var line))
            throw new InvalidFileException(path, "", $"it has no entry {name}", "is it a calibration file of KITTI?");
        var values = line.Require(count + 1, $"the entry {name}").Doubles(1, count, name);
        return count == 9 ? Matrix34.FromRotation(values) : new(values);
    }

    private static Matrix34 Rotation(string path, Dictionary<string, TextTable.Line> entries, string name, int count)
    {
        var matrix = Matrix(path, entries, name, count);
        return Math.Abs(matrix.Determinant - 1) < RotationTolerance ? matrix : throw entries[name].Fault($"{name} has determinant {matrix.Determinant:g6} and a rotation has 1");
    }
}
