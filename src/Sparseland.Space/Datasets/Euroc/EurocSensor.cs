using System.Globalization;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Space.Cameras;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets.Euroc;

/// <summary>A sensor.yaml of the EuRoC layout: where the sensor sits on the body and how often it speaks; of a camera also its size and pinhole.</summary>
/// <param name="Kind">"camera" or "imu".</param>
/// <param name="Extrinsics">T_BS: takes points from the sensor's axes to the body's.</param>
/// <param name="RateHertz">Readings a second.</param>
public sealed record EurocSensor(string Kind, RigidPose Extrinsics, double RateHertz)
{
    /// <summary>Columns and rows of a camera's image; 0, 0 for other sensors.</summary>
    public (int Width, int Height) Resolution { get; init; }

    /// <summary>Focal lengths and optical axis of a camera, in pixels: fx, fy, cx, cy.</summary>
    public (double FocalX, double FocalY, double CentreX, double CentreY) Intrinsics { get; init; }

    /// <summary>The radial-tangential distortion of a camera; all zero for none.</summary>
    public LensDistortion Lens { get; init; } = new(0, 0, 0, 0);

    /// <summary>Reads the entries used here (sensor_type, T_BS data, rate_hz, resolution, intrinsics, distortion_coefficients); others are passed over.</summary>
    /// <exception cref="InvalidFileException">An entry is missing or malformed.</exception>
    public static EurocSensor Read(string path)
    {
        var text = Encoding.UTF8.GetString(JsonFile.ReadBytes(path));
        var kind = Entry(path, text, "sensor_type");
        var pose = Numbers(path, "data", Entry(path, text, "data"), 16);
        var sensor = new EurocSensor(kind, new Matrix34(pose.AsSpan(0, 12)).ToPose(), Numbers(path, "rate_hz", Entry(path, text, "rate_hz"), 1)[0]);
        if (kind != "camera")
            return sensor;
        var size = Numbers(path, "resolution", Entry(path, text, "resolution"), 2);
        var pinhole = Numbers(path, "intrinsics", Entry(path, text, "intrinsics"), 4);
        var lens = Numbers(path, "distortion_coefficients", Entry(path, text, "distortion_coefficients"), 4);
        return sensor with
        {
            Lens = new(lens[0], lens[1], lens[2], lens[3]),
            Resolution = ((int)size[0], (int)size[1]),
            Intrinsics = (pinhole[0], pinhole[1], pinhole[2], pinhole[3]),
        };
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        var m = new Matrix34(Extrinsics).Values;
        var lines = new List<string>
        {
            $"sensor_type: {Kind}",
            "T_BS:",
            "  cols: 4",
            "  rows: 4",
            $"  data: [{string.Join(", ", m.ToArray().Select(TextTable.Text))}, 0, 0, 0, 1]",
            $"rate_hz: {TextTable.Text(RateHertz)}",
        };
        if (Kind == "camera")
        {
            lines.Add($"resolution: [{Resolution.Width}, {Resolution.Height}]");
            lines.Add("camera_model: pinhole");
            lines.Add($"intrinsics: [{TextTable.Text(Intrinsics.FocalX)}, {TextTable.Text(Intrinsics.FocalY)}, {TextTable.Text(Intrinsics.CentreX)}, {TextTable.Text(Intrinsics.CentreY)}]");
            lines.Add("distortion_model: radial-tangential");
            lines.Add($"distortion_coefficients: [{TextTable.Text(Lens.K1)}, {TextTable.Text(Lens.K2)}, {TextTable.Text(Lens.P1)}, {TextTable.Text(Lens.P2)}]");
        }
        TextTable.Write(path, lines);
    }

    // The value of "key: value", which in brackets may run over several lines.
    private static string Entry(string path, string text, string key)
    {
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range].Trim();
            if (!line.StartsWith(key, StringComparison.Ordinal) || line.Length <= key.Length || line[key.Length] != ':')
                continue;
            var value = line[(key.Length + 1)..].Trim();
            if (value.StartsWith("[") && !value.Contains(']'))
            {
                var start = text.IndexOf('[', range.Start.Value);
                var end = text.IndexOf(']', start);
                value = end > start ? text.AsSpan(start, end - start + 1) : throw Fault(path, key, "its bracket does not close");
            }
            return value.ToString();
        }
        throw Fault(path, key, "the entry is missing");
    }

    private static double[] Numbers(string path, string key, string value, int count)
    {
        var parts = value.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var numbers = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]))
                throw Fault(path, key, $"{PrintableName.Of(parts[i])} is no number");
        }
        return numbers.Length == count ? numbers : throw Fault(path, key, $"it has {numbers.Length} numbers and needs {count}");
    }

    private static InvalidFileException Fault(string path, string key, string problem) => new(path, $"entry {key}", problem, "correct the entry, or fetch the file again");
}
