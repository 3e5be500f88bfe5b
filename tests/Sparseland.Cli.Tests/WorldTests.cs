namespace Sparseland.Cli.Tests;

/// <summary>The verb world as a user types it.</summary>
public sealed class WorldTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-world").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_drive_is_recorded_checked_and_looked_at()
    {
        var drive = Path.Combine(_folder, "drive");
        var (code, output, errors) = Tool.Run("world", "street", "--seed", "7", "--frames", "1", "--rig", "tiny", "-o", drive, "--deskew");
        Assert.True(code == 0, errors);
        Assert.Contains("1 frames take about", errors, StringComparison.Ordinal);
        Assert.Contains("1 frames,", output, StringComparison.Ordinal);

        (code, output, errors) = Tool.Run("world", "check", drive);
        Assert.True(code == 0, errors);
        Assert.Contains("no faults", output, StringComparison.Ordinal);

        var picture = Path.Combine(_folder, "top.png");
        (code, _, errors) = Tool.Run("world", "view", Path.Combine(drive, "training", "velodyne", "000000.bin"), "-o", picture, "--size", "200");
        Assert.True(code == 0, errors);
        Assert.True(File.Exists(picture));

        File.WriteAllText(Path.Combine(drive, "training", "label_2", "000000.txt"), "Car 1 2\n");
        (code, output, _) = Tool.Run("world", "check", drive);
        Assert.Equal(2, code);
        Assert.Contains("000000.txt (line 1): 3 columns", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_answered_with_what_can()
    {
        foreach (var (arguments, answer) in new (string[], string)[]
        {
            (["world", "stret", "-o", _folder], "did you mean 'street'"),
            (["world", "street"], "name the folder to make after -o"),
            (["world", "street", "-o", Path.Combine(_folder, "x"), "--frames", "0"], "give 1 to"),
            (["world", "view", Path.Combine(_folder, "none.bin"), "-o", Path.Combine(_folder, "x.png")], "none.bin"),
            (["world", "check"], "name the dataset's folder"),
        })
        {
            var (code, _, errors) = Tool.Run(arguments);
            Assert.Equal(2, code);
            Assert.Contains(answer, errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Interrupted_it_leaves_nothing()
    {
        var drive = Path.Combine(_folder, "drive");
        var (code, _, errors) = Tool.Interrupt(
            () => Directory.Exists(Path.Combine(drive + ".partial", "training", "velodyne")), "INT", "world", "street", "--frames", "3000", "--rig", "tiny", "-o", drive, "-q");
        Assert.Equal(130, code);
        Assert.Contains("nothing was written", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }
}
