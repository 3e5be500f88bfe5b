using Sparseland.Errors;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets.Kitti;

/// <summary>One line of KITTI's label_2/*.txt as it stands there: the place is the middle of the *bottom* face in rectified camera axes, the sizes run height, width, length.</summary>
/// <param name="Type">Car, Van, Truck, Pedestrian, Person_sitting, Cyclist, Tram, Misc or DontCare.</param>
/// <param name="Truncated">Share outside the image, 0 to 1; -1 in DontCare.</param>
/// <param name="Occluded">0 visible, 1 partly, 2 largely, 3 unknown; -1 in DontCare.</param>
/// <param name="Alpha">Heading as seen along the line of sight, in radians.</param>
/// <param name="Left">Left column of its box in the image.</param>
/// <param name="Top">Top row.</param>
/// <param name="Right">Right column.</param>
/// <param name="Bottom">Bottom row.</param>
/// <param name="Height">In metres.</param>
/// <param name="Width">In metres.</param>
/// <param name="Length">In metres.</param>
/// <param name="Location">Middle of the bottom face, rectified camera axes, in metres.</param>
/// <param name="RotationY">Heading about the camera's y axis from its +x, in radians.</param>
/// <param name="Score">A detector's score; null in ground truth.</param>
public sealed record KittiLabel(
    string Type, double Truncated, int Occluded, double Alpha, double Left, double Top, double Right, double Bottom,
    double Height, double Width, double Length, Vector3D Location, double RotationY, double? Score = null)
{
    /// <summary>The type of regions that are not judged.</summary>
    public const string DontCare = "DontCare";

    private const int Columns = 15;

    /// <summary>Reads a label file.</summary>
    /// <exception cref="InvalidFileException">A line has not 15 or 16 columns, or a column is no number.</exception>
    public static IReadOnlyList<KittiLabel> Read(string path) => [.. TextTable.Read(path).Select(line => Parse(line, 0))];

    /// <summary>Writes a label file.</summary>
    public static void Write(string path, IEnumerable<KittiLabel> labels) => TextTable.Write(path, labels.Select(label => label.ToText()));

    /// <summary>KITTI's rotation_y of a heading about +z in LiDAR axes, in [-pi, pi).</summary>
    public static double RotationOf(double yaw) => Angle.Wrap(-yaw - 0.5 * Math.PI);

    /// <summary>The heading about +z in LiDAR axes of a rotation_y, in [-pi, pi).</summary>
    public static double YawOf(double rotationY) => Angle.Wrap(-rotationY - 0.5 * Math.PI);

    /// <summary>A label of a box.</summary>
    /// <param name="box">In LiDAR axes.</param>
    /// <param name="calibration">Where the cameras are.</param>
    /// <param name="bounds">Its box in the image: left, top, right, bottom.</param>
    /// <param name="truncated">Share outside the image.</param>
    /// <param name="occluded">0 to 3.</param>
    public static KittiLabel FromBox(Box3D box, KittiCalibration calibration, (double Left, double Top, double Right, double Bottom) bounds, double truncated, int occluded)
    {
        ArgumentNullException.ThrowIfNull(box);
        ArgumentNullException.ThrowIfNull(calibration);
        var place = calibration.LidarToRectified.Apply(box.Centre - new Vector3D(0, 0, 0.5 * box.Height));
        var rotation = RotationOf(box.Yaw);
        var alpha = Angle.Wrap(rotation - Math.Atan2(place.X, place.Z));
        return new(box.ClassName, truncated, occluded, alpha, bounds.Left, bounds.Top, bounds.Right, bounds.Bottom, box.Height, box.Width, box.Length, place, rotation);
    }

    /// <summary>The box in LiDAR axes.</summary>
    public Box3D ToBox(KittiCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        var bottom = calibration.LidarToRectified.Inverse().Apply(Location);
        return new(bottom + new Vector3D(0, 0, 0.5 * Height), Length, Width, Height, YawOf(RotationY), Type);
    }

    /// <summary>The line.</summary>
    internal string ToText()
    {
        var numbers = TextTable.Text([Alpha, Left, Top, Right, Bottom, Height, Width, Length, Location.X, Location.Y, Location.Z, RotationY]);
        var score = Score is { } value ? " " + TextTable.Text(value) : "";
        return $"{Type} {TextTable.Text(Truncated)} {Occluded} {numbers}{score}";
    }

    /// <summary>Reads the columns of a line from one on.</summary>
    internal static KittiLabel Parse(TextTable.Line line, int first)
    {
        var count = line.Columns.Length - first;
        if (count is not (Columns or Columns + 1))
            throw line.Fault($"{line.Columns.Length} columns and a label has {first + Columns}, or {first + Columns + 1} with a score");
        double Number(int column, string name) => line.Double(first + column, name);
        return new(
            line.Columns[first], Number(1, "truncated"), line.Int(first + 2, "occluded"), Number(3, "alpha"),
            Number(4, "left"), Number(5, "top"), Number(6, "right"), Number(7, "bottom"),
            Number(8, "height"), Number(9, "width"), Number(10, "length"),
            new(Number(11, "x"), Number(12, "y"), Number(13, "z")), Number(14, "rotation_y"), count > Columns ? Number(15, "score") : null);
    }
}
