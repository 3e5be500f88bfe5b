using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.Kitti;
using Sparseland.Space.Datasets.NuScenes;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Drives;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Testing;

namespace Sparseland.Space.Tests.Sensors;

/// <summary>Generated scans beside real ones of the same sensor: as many points, as far, at the same elevations.</summary>
public class RealScanTests
{
    [Fact]
    public void A_scan_of_64_beams_is_like_one_of_kitti()
    {
        var real = KittiCloudFile.Read(TestData.Require("points/kitti_object/velodyne/000001.bin"));
        Compare(real, Generated("kitti"));
        // Elevations of the ground's returns: most of them lie between the table's ends.
        var (low, high) = (Elevation(real, 0.02), Elevation(real, 0.98));
        var generated = Generated("kitti");
        Assert.InRange(Elevation(generated, 0.02) - low, -3, 3);
        Assert.InRange(Elevation(generated, 0.98) - high, -3, 3);
    }

    [Fact]
    public void A_scan_of_32_beams_is_like_one_of_nuscenes()
    {
        var real = NuScenesCloudFile.Read(Directory.EnumerateFiles(TestData.Require("points/nuscenes_1frame"), "*.pcd.bin").Single());
        var generated = Generated("nuscenes");
        Compare(real, generated);
        Assert.Equal(real.Rings!.Distinct().Count(), generated.Rings!.Distinct().Count());
    }

    private static PointCloud Generated(string name)
    {
        var rig = SensorRig.Of(name);
        return new LidarScanner(LidarPattern.Of(rig.Lidar), rig.LidarMount, new()).Scan(StreetScenes.Make("street", 4, 7), 3, 7, 0).Points;
    }

    private static void Compare(PointCloud real, PointCloud generated)
    {
        Assert.InRange((double)generated.Count / real.Count, 0.67, 1.5);
        Assert.InRange(Median(generated) / Median(real), 0.4, 2.5);
    }

    private static double Median(PointCloud cloud) => Quantile(cloud.Positions.Select(p => (double)p.Length()), 0.5);

    private static double Elevation(PointCloud cloud, double share) => Quantile(cloud.Positions.Select(p => Math.Asin(p.Z / p.Length()) * 180 / Math.PI), share);

    private static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)(share * (sorted.Length - 1))];
    }
}
