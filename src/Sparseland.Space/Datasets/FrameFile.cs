using Sparseland.Errors;
using Sparseland.Space.Datasets.Kitti;
using Sparseland.Space.Datasets.NuScenes;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets;

/// <summary>Reads one scan by its file's name, with the boxes that its dataset keeps for it, x forward.</summary>
public static class FrameFile
{
    /// <summary>Reads a scan.</summary>
    /// <param name="path">KITTI's *.bin, nuScenes' *.pcd.bin or a cloud in PLY.</param>
    /// <exception cref="InvalidFileException">The file is missing, damaged or of another kind.</exception>
    public static Frame Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.EndsWith(".pcd.bin", StringComparison.Ordinal))
            return Forward(NuScenes(path));
        if (path.EndsWith(".ply", StringComparison.OrdinalIgnoreCase))
            return new(Path.GetFileNameWithoutExtension(path), PlyCloudFile.Read(path), [], [], null);
        if (!path.EndsWith(".bin", StringComparison.Ordinal))
            throw new InvalidFileException(path, "", "it is no scan", "give a file that ends in .bin (KITTI), .pcd.bin (nuScenes) or .ply");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var id = Path.GetFileNameWithoutExtension(path);
        var root = Path.GetDirectoryName(folder);
        var isInDataset = Path.GetFileName(folder) == "velodyne" && root is not null && File.Exists(Path.Combine(root, "calib", id + ".txt"));
        return isInDataset ? KittiDataset.Open(root!).Read(id) : new(id, KittiCloudFile.Read(path), [], [], null);
    }

    private static Frame NuScenes(string path)
    {
        var full = Path.GetFullPath(path);
        // ROOT/samples/CHANNEL/FILE
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(full)));
        if (root is not null && NuScenesDataset.IsAt(root))
        {
            var dataset = NuScenesDataset.Open(root);
            var file = dataset.Tables.SampleData.FirstOrDefault(row => Path.GetFullPath(Path.Combine(root, row.Filename)) == full);
            if (file is { IsKeyFrame: true })
                return dataset.Read(file.SampleToken);
        }
        return new(Path.GetFileName(path), NuScenesCloudFile.Read(path), [], [], null);
    }

    // nuScenes' LiDAR has y forward.
    private static Frame Forward(Frame frame)
    {
        var turn = new RigidPose(Rotation3D.AboutZ(-0.5 * Math.PI), default);
        var points = frame.Points;
        var turned = Array.ConvertAll(points.Positions, p => new System.Numerics.Vector3(p.Y, -p.X, p.Z));
        return frame with { Points = new(turned, points.Intensities, points.Times, points.Rings), Boxes = [.. frame.Boxes.Select(box => box.In(turn))], Images = [] };
    }
}
