using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Images;
using Sparseland.Space.Worlds.Drives;
using Sparseland.Testing;

namespace Sparseland.Space.Tests.Datasets;

public class DatasetCheckTests
{
    private static readonly DriveOptions Small = new() { Scene = "parking", Seed = 5, Frames = 1, Rig = "tiny" };

    [Theory]
    [InlineData("kitti")]
    [InlineData("nuscenes")]
    [InlineData("euroc")]
    public void What_was_generated_has_no_faults_until_it_is_damaged(string format)
    {
        using var scratch = new Scratch();
        var report = DriveRecorder.Record(Small with { Format = format }, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        var check = DatasetCheck.Run(scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((format, 1, report.Points, true), (check.Format, check.Frames, check.Points, check.HasManifest));
        Assert.Empty(check.Faults);
        var scan = Directory.EnumerateFiles(scratch["drive"], format == "euroc" ? "*.ply" : "*.bin", SearchOption.AllDirectories).First();
        File.WriteAllBytes(scan, File.ReadAllBytes(scan)[..^3]);
        var faults = DatasetCheck.Run(scratch["drive"], cancellationToken: TestContext.Current.CancellationToken).Faults;
        Assert.Equal(2, faults.Count);
        Assert.All(faults, fault => Assert.Contains(Path.GetFileName(scan), fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_label_that_does_not_fall_on_its_box_is_named()
    {
        using var scratch = new Scratch();
        DriveRecorder.Record(Small, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        var path = Path.Combine(scratch["drive"], "training", "label_2", "000000.txt");
        File.WriteAllText(path, "Car 0 0 0 10 10 30 30 1.5 1.7 4.2 0 1.6 -20 0\n");
        Assert.Contains(DatasetCheck.Run(scratch["drive"], cancellationToken: TestContext.Current.CancellationToken).Faults, fault => fault.Contains("label 1 (Car) does not fall", StringComparison.Ordinal));
    }

    [Fact]
    public void The_real_frames_of_kitti_have_no_faults()
    {
        var check = DatasetCheck.Run(TestData.Require("points/kitti_object"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(check.Faults);
        Assert.Equal(["Car", "Cyclist", "Pedestrian", "Truck"], check.Boxes.Keys);
        Assert.Equal(2, check.Frames);
    }

    [Fact]
    public void A_folder_of_nothing_known_is_refused()
    {
        using var scratch = new Scratch();
        Assert.Contains("neither KITTI", Assert.Throws<InvalidFileException>(() => DatasetCheck.Run(scratch.Folder, cancellationToken: CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kitti")]
    [InlineData("nuscenes")]
    public void A_scan_is_found_with_its_boxes_and_drawn_ahead_up(string format)
    {
        using var scratch = new Scratch();
        DriveRecorder.Record(Small with { Format = format }, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        var scan = Directory.EnumerateFiles(scratch["drive"], "*.bin", SearchOption.AllDirectories).First();
        var frame = FrameFile.Read(scan);
        Assert.NotEmpty(frame.Boxes);
        // Whatever the axes of the file are: the points in a box stay in it.
        Assert.True(frame.Boxes.Max(box => frame.Points.Positions.Count(p => box.Contains(new(p)))) > 20);
        var image = BirdsEye.Draw(frame, 30, 301);
        var box = frame.Boxes[0];
        var corner = box.Corners()[0];
        var (column, row) = ((int)Math.Round(150 - 5 * corner.Y), (int)Math.Round(150 - 5 * corner.X));
        if (column is >= 0 and <= 300 && row is >= 0 and <= 300)
            Assert.Contains(BirdsEye.OfClass(box.ClassName), Around(image, column, row));
    }

    [Fact]
    public void Points_ahead_are_drawn_above_and_points_on_the_left_left()
    {
        var frame = new Frame("", new([new(10, 0, 0), new(0, 10, 0)], [0, 0]), [], [], null);
        var image = BirdsEye.Draw(frame, 20, 201);
        Assert.Equal(image[100, 50], image[50, 100]);
        Assert.NotEqual(image[100, 150], image[100, 50]);
    }

    private static IEnumerable<Rgb8> Around(Image<Rgb8> image, int column, int row)
    {
        for (var i = -1; i <= 1; i++)
        {
            for (var j = -1; j <= 1; j++)
                yield return image[Math.Clamp(column + i, 0, 300), Math.Clamp(row + j, 0, 300)];
        }
    }
}
