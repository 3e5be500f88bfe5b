using Sparseland.Errors;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets.Colmap;

/// <summary>COLMAP's text model: cameras.txt, images.txt (two lines an image, the second may be empty) and points3D.txt.</summary>
public static class ColmapFiles
{
    /// <summary>Reads cameras.txt.</summary>
    /// <exception cref="InvalidFileException">A line is malformed.</exception>
    public static IReadOnlyList<ColmapCamera> ReadCameras(string path)
    {
        var cameras = new List<ColmapCamera>();
        foreach (var line in TextTable.Read(path, comment: '#'))
        {
            if (line.Columns.Length < 5)
                throw line.Fault($"{line.Columns.Length} columns and a camera has at least 5");
            var camera = new ColmapCamera(line.Int(0, "id"), line.Columns[1], line.Int(2, "width"), line.Int(3, "height"), line.Doubles(4, line.Columns.Length - 4, "parameter"));
            var needed = camera.Model switch { "PINHOLE" => 4, "SIMPLE_PINHOLE" => 3, _ => camera.Parameters.Count };
            if (camera.Parameters.Count != needed || camera.Width < 1 || camera.Height < 1)
                throw line.Fault($"a camera {Files.PrintableName.Of(camera.Model)} of {camera.Width} x {camera.Height} with {camera.Parameters.Count} parameters; it needs {needed} and at least one pixel");
            cameras.Add(camera);
        }
        return cameras;
    }

    /// <summary>Writes cameras.txt.</summary>
    public static void WriteCameras(string path, IEnumerable<ColmapCamera> cameras) => TextTable.Write(path,
        cameras.Select(camera => $"{camera.Id} {camera.Model} {camera.Width} {camera.Height} {TextTable.Text([.. camera.Parameters])}").Prepend("# CAMERA_ID MODEL WIDTH HEIGHT PARAMS[]"));

    /// <summary>Reads images.txt.</summary>
    /// <exception cref="InvalidFileException">A line is malformed or an image lacks its second line.</exception>
    public static IReadOnlyList<ColmapImage> ReadImages(string path)
    {
        var images = new List<ColmapImage>();
        var lines = TextTable.Read(path, comment: '#', keepBlank: true);
        for (var i = 0; i < lines.Count; i += 2)
        {
            var line = lines[i];
            if (line.Columns.Length < 10)
                throw line.Fault($"{line.Columns.Length} columns and an image has 10");
            if (i + 1 >= lines.Count)
                throw line.Fault("the image's second line (its observations, or an empty line) is missing");
            var q = line.Doubles(1, 4, "quaternion");
            var rotation = new Rotation3D(q[0], q[1], q[2], q[3]);
            TumTrajectoryFile.RequireUnit(line, rotation);
            var pose = new RigidPose(rotation, new(line.Double(5, "tx"), line.Double(6, "ty"), line.Double(7, "tz")));
            images.Add(new(line.Int(0, "id"), pose, line.Int(8, "camera"), string.Join(' ', line.Columns[9..]), Observations(lines[i + 1])));
        }
        return images;
    }

    /// <summary>Writes images.txt.</summary>
    public static void WriteImages(string path, IEnumerable<ColmapImage> images) => TextTable.Write(path, images.SelectMany(Lines)
        .Prepend("# POINTS2D[] as X Y POINT3D_ID").Prepend("# IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME"));

    /// <summary>Reads points3D.txt.</summary>
    /// <exception cref="InvalidFileException">A line is malformed.</exception>
    public static IReadOnlyList<ColmapPoint> ReadPoints(string path)
    {
        var points = new List<ColmapPoint>();
        foreach (var line in TextTable.Read(path, comment: '#'))
        {
            if (line.Columns.Length < 8 || line.Columns.Length % 2 != 0)
                throw line.Fault($"{line.Columns.Length} columns and a point has 8 and two for each sighting");
            var track = new (int, int)[(line.Columns.Length - 8) / 2];
            for (var i = 0; i < track.Length; i++)
                track[i] = (line.Int(8 + 2 * i, "image"), line.Int(9 + 2 * i, "observation"));
            var p = line.Doubles(1, 3, "position");
            points.Add(new(line.Integer(0, "id"), new(p[0], p[1], p[2]), Shade(line, 4), Shade(line, 5), Shade(line, 6), line.Double(7, "error"), track));
        }
        return points;
    }

    /// <summary>Writes points3D.txt.</summary>
    public static void WritePoints(string path, IEnumerable<ColmapPoint> points) => TextTable.Write(path, points.Select(point =>
            $"{point.Id} {TextTable.Text([point.Position.X, point.Position.Y, point.Position.Z])} {point.Red} {point.Green} {point.Blue} {TextTable.Text(point.Error)}"
            + string.Concat(point.Track.Select(seen => $" {seen.Image} {seen.Observation}")))
        .Prepend("# POINT3D_ID X Y Z R G B ERROR TRACK[] as IMAGE_ID POINT2D_IDX"));

    private static byte Shade(TextTable.Line line, int column) =>
        line.Int(column, "colour") is >= 0 and <= 255 and var value ? (byte)value : throw line.Fault($"column {column + 1} (colour) is {line.Columns[column]} and must be 0 to 255");

    private static (double, double, long)[] Observations(TextTable.Line line)
    {
        if (line.Columns.Length % 3 != 0)
            throw line.Fault($"{line.Columns.Length} columns of observations, which is not a multiple of three");
        var seen = new (double, double, long)[line.Columns.Length / 3];
        for (var i = 0; i < seen.Length; i++)
            seen[i] = (line.Double(3 * i, "column"), line.Double(3 * i + 1, "row"), line.Integer(3 * i + 2, "point"));
        return seen;
    }

    private static IEnumerable<string> Lines(ColmapImage image)
    {
        var (q, t) = (image.WorldToCamera.Rotation, image.WorldToCamera.Translation);
        yield return $"{image.Id} {TextTable.Text([q.W, q.X, q.Y, q.Z, t.X, t.Y, t.Z])} {image.Camera} {image.Name}";
        yield return string.Join(' ', image.Observations.Select(seen => $"{TextTable.Text(seen.Column)} {TextTable.Text(seen.Row)} {seen.Point}"));
    }
}
