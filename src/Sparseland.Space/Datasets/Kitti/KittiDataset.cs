using Sparseland.Errors;

namespace Sparseland.Space.Datasets.Kitti;

/// <summary>A folder of KITTI's object benchmark: velodyne/, label_2/, calib/ and image_2/, in "training" or directly. Frames are read when asked for.</summary>
public sealed class KittiDataset
{
    private const int ColourCamera = 2;

    private KittiDataset(string folder, string root, IReadOnlyList<string> ids) => (Folder, Root, Ids) = (folder, root, ids);

    /// <summary>The folder that holds velodyne/.</summary>
    public string Folder { get; }

    /// <summary>The folder that was named.</summary>
    public string Root { get; }

    /// <summary>The frames' names in order ("000000").</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>Opens a dataset.</summary>
    /// <param name="root">The folder that holds training/, or velodyne/ itself.</param>
    /// <exception cref="InvalidFileException">There are no scans in it.</exception>
    public static KittiDataset Open(string root)
    {
        var folder = Directory.Exists(Path.Combine(root, "training")) ? Path.Combine(root, "training") : root;
        var scans = Path.Combine(folder, "velodyne");
        if (!Directory.Exists(scans))
            throw new InvalidFileException(root, "", "it has no folder velodyne, in it or in its folder training", "name the folder that holds a KITTI dataset");
        string[] ids = [.. Directory.EnumerateFiles(scans, "*.bin").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)];
        return ids.Length > 0 ? new(folder, root, ids) : throw new InvalidFileException(scans, "", "it holds no scan (*.bin)", "name the folder that holds a KITTI dataset");
    }

    /// <summary>Whether a folder looks like one.</summary>
    public static bool IsAt(string root) => Directory.Exists(Path.Combine(root, "velodyne")) || Directory.Exists(Path.Combine(root, "training", "velodyne"));

    /// <summary>The frames of a split, as ImageSets/NAME.txt lists them.</summary>
    /// <exception cref="InvalidFileException">The list names a frame that is not there.</exception>
    public IReadOnlyList<string> Split(string name)
    {
        var known = Ids.ToHashSet(StringComparer.Ordinal);
        var lines = TextTable.Read(Path.Combine(Root, "ImageSets", name + ".txt"));
        foreach (var line in lines)
        {
            if (!known.Contains(line.Require(1, "a frame's name").Columns[0]))
                throw line.Fault($"there is no frame {Files.PrintableName.Of(line.Columns[0])}");
        }
        return [.. lines.Select(line => line.Columns[0])];
    }

    /// <summary>A frame's calibration.</summary>
    public KittiCalibration Calibration(string id) => KittiCalibration.Read(PathOf("calib", id, ".txt"));

    /// <summary>A frame's labels as they stand in the file; none for a test frame.</summary>
    public IReadOnlyList<KittiLabel> Labels(string id) => PathOf("label_2", id, ".txt") is var path && File.Exists(path) ? KittiLabel.Read(path) : [];

    /// <summary>Reads a frame.</summary>
    /// <param name="id">One of <see cref="Ids"/>.</param>
    /// <exception cref="InvalidFileException">A file is missing or damaged.</exception>
    public Frame Read(string id)
    {
        var points = KittiCloudFile.Read(PathOf("velodyne", id, ".bin"));
        var calibration = Calibration(id);
        var image = PathOf("image_2", id, ".png");
        FrameImage[] images = File.Exists(image) ? [new("image_2", image, calibration.LidarToImage(ColourCamera))] : [];
        Box3D[] boxes = [.. Labels(id).Where(label => label.Type != KittiLabel.DontCare).Select(label => label.ToBox(calibration))];
        return new(id, points, images, boxes, null);
    }

    private string PathOf(string kind, string id, string extension) => Path.Combine(Folder, kind, id + extension);
}
