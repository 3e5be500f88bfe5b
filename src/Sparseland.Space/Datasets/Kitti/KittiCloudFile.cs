using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Datasets.Kitti;

/// <summary>KITTI's velodyne/*.bin: float32 x, y, z, reflectance in [0, 1], little-endian, 16 bytes a point; x forward, y left, z up, no header.</summary>
public static class KittiCloudFile
{
    private const int Columns = 4;

    /// <summary>Reads a scan.</summary>
    /// <exception cref="InvalidFileException">It is missing, cut off, or holds a number that is not finite.</exception>
    public static PointCloud Read(string path)
    {
        var values = PointRecords.Read(path, Columns);
        var positions = new Vector3[values.Length / Columns];
        var intensities = new float[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = new(values[Columns * i], values[Columns * i + 1], values[Columns * i + 2]);
            intensities[i] = values[Columns * i + 3];
        }
        return new(positions, intensities);
    }

    /// <summary>Writes a scan; times and rings have no place in this format.</summary>
    public static void Write(string path, PointCloud cloud)
    {
        ArgumentNullException.ThrowIfNull(cloud);
        var values = new float[Columns * cloud.Count];
        for (var i = 0; i < cloud.Count; i++)
        {
            var p = cloud.Positions[i];
            (values[Columns * i], values[Columns * i + 1], values[Columns * i + 2], values[Columns * i + 3]) = (p.X, p.Y, p.Z, cloud.Intensities[i]);
        }
        PointRecords.Write(path, values);
    }
}
