namespace Sparseland.Cli.Tests;

/// <summary>A disk that fills up while a verb writes, on a small file system in memory; skipped where none can be mounted.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-disk").FullName;
    private readonly string _disk;
    private readonly bool _mounted;

    public FullDiskTests()
    {
        _disk = Path.Combine(_folder, "disk");
        Directory.CreateDirectory(_disk);
        _mounted = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Shell("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _disk);
    }

    public void Dispose()
    {
        if (_mounted)
            Shell("umount", _disk);
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("prune", "--score", "magnitude", "--update", "none", "--recover", "0", "--no-report")]
    [InlineData("prune", "--recover", "0", "--no-report", "--sequences", "8", "--length", "64")]
    [InlineData("convert", "--layout", "dense")]
    [InlineData("convert", "--to-file")]
    public void A_full_disk_is_one_line_and_the_old_output_stays(string verb, params string[] options)
    {
        Assert.SkipUnless(_mounted, "no file system can be mounted here");
        var model = SmallModel.Write(Path.Combine(_folder, "model"), blocks: 4, width: 96);
        var toFile = options.Contains("--to-file");
        var output = Path.Combine(_disk, toFile ? "out.gguf" : "out");
        if (!toFile)
            Directory.CreateDirectory(output);
        var old = toFile ? output : Path.Combine(output, "old.txt");
        File.WriteAllText(old, "old");

        string[] calibration = verb == "prune" && !options.Contains("magnitude") ? ["--calib", Path.Combine(model, SmallModel.Text)] : [];
        var (code, _, errors) = Tool.Run([verb, model, "-o", output, "--force", "-q", .. options.Where(option => option != "--to-file"), .. calibration]);

        Assert.Equal(2, code);
        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(_disk, line, StringComparison.Ordinal);
        Assert.Contains("free space", line, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(old));
        Assert.Empty(Directory.GetFiles(_disk, "*.tmp", SearchOption.AllDirectories));
    }

    private static bool Shell(string program, params string[] arguments)
    {
        using var process = Tool.Start(program, arguments);
        return Tool.Finish(process).Code == 0;
    }
}
