using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Datasets.NuScenes;

/// <summary>nuScenes' *.pcd.bin (no PCD file, whatever its name says): float32 x, y, z, intensity 0 to 255, ring, little-endian, 20 bytes a point; x right, y forward, z up.</summary>
public static class NuScenesCloudFile
{
    private const int Columns = 5;
    private const float MostRings = 4096;

    /// <summary>Reads a scan.</summary>
    /// <exception cref="InvalidFileException">It is missing, cut off, or holds a number that cannot be.</exception>
    public static PointCloud Read(string path)
    {
        var values = PointRecords.Read(path, Columns);
        var positions = new Vector3[values.Length / Columns];
        var intensities = new float[positions.Length];
        var rings = new int[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = new(values[Columns * i], values[Columns * i + 1], values[Columns * i + 2]);
            intensities[i] = values[Columns * i + 3];
            var ring = values[Columns * i + 4];
            if (ring is < 0 or > MostRings || ring != MathF.Floor(ring))
                throw new InvalidFileException(path, $"byte {4L * (Columns * i + 4)}", $"the ring of point {i} is {ring} and must be a whole number from 0", "is it of another format (KITTI has four columns)?");
            rings[i] = (int)ring;
        }
        return new(positions, intensities, rings: rings);
    }

    /// <summary>Writes a scan; without rings the fifth column is 0.</summary>
    public static void Write(string path, PointCloud cloud)
    {
        ArgumentNullException.ThrowIfNull(cloud);
        var values = new float[Columns * cloud.Count];
        for (var i = 0; i < cloud.Count; i++)
        {
            var p = cloud.Positions[i];
            (values[Columns * i], values[Columns * i + 1], values[Columns * i + 2], values[Columns * i + 3], values[Columns * i + 4]) = (p.X, p.Y, p.Z, cloud.Intensities[i], cloud.Rings?[i] ?? 0);
        }
        PointRecords.Write(path, values);
    }
}
