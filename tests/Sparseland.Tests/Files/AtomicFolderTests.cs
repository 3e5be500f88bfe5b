using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Tests.Files;

public sealed class AtomicFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sparseland").FullName;

    private string Out => Path.Combine(_root, "out");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_committed_folder_appears_whole_and_leaves_nothing_beside_it()
    {
        using (var folder = AtomicFolder.Create(Out))
        {
            File.WriteAllText(Path.Combine(folder.WorkFolder, "a"), "new");
            Assert.False(Directory.Exists(Out));
            folder.Commit();
        }
        Assert.Equal("new", File.ReadAllText(Path.Combine(Out, "a")));
        Assert.Equal(["a"], Directory.GetFileSystemEntries(Out).Select(Path.GetFileName));
        Assert.Equal([Out], Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public void An_existing_folder_is_refused_and_untouched_until_the_replacement_is_whole()
    {
        WriteOld();
        Assert.Throws<InvalidSettingException>(() => AtomicFolder.Create(Out));
        using (var given = AtomicFolder.Create(Out, replace: true))
            File.WriteAllText(Path.Combine(given.WorkFolder, "a"), "half");
        Assert.Equal("old", File.ReadAllText(Path.Combine(Out, "a")));
        using (var folder = AtomicFolder.Create(Out, replace: true))
        {
            File.WriteAllText(Path.Combine(folder.WorkFolder, "b"), "new");
            folder.Commit();
        }
        Assert.Equal(["b"], Directory.GetFileSystemEntries(Out).Select(Path.GetFileName));
        Assert.Equal([Out], Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public void What_an_interrupted_run_left_is_resumed_or_cleared_as_asked()
    {
        using (var folder = AtomicFolder.Create(Out))
        {
            folder.KeepUnfinished = true;
            File.WriteAllText(Path.Combine(folder.WorkFolder, "block0"), "done");
        }
        using (var resumed = AtomicFolder.Create(Out, resume: true))
        {
            resumed.KeepUnfinished = true;
            Assert.True(resumed.Resumed);
            Assert.True(File.Exists(Path.Combine(resumed.WorkFolder, "block0")));
        }
        using var fresh = AtomicFolder.Create(Out);
        Assert.False(fresh.Resumed);
        Assert.False(File.Exists(Path.Combine(fresh.WorkFolder, "block0")));
    }

    [Fact]
    public void A_second_run_on_the_same_output_is_refused()
    {
        using var first = AtomicFolder.Create(Out);
        Assert.Contains("in use by another run", Assert.Throws<ResourceLimitException>(() => AtomicFolder.Create(Out)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_work_folder_that_is_not_ours_is_never_cleared()
    {
        Directory.CreateDirectory(Out + AtomicFolder.WorkSuffix);
        File.WriteAllText(Path.Combine(Out + AtomicFolder.WorkSuffix, "precious"), "");
        Assert.Throws<InvalidSettingException>(() => AtomicFolder.Create(Out, replace: true));
        Assert.True(File.Exists(Path.Combine(Out + AtomicFolder.WorkSuffix, "precious")));
    }

    [Fact]
    public void A_process_killed_between_the_two_renames_loses_nothing()
    {
        WriteOld();
        Directory.Move(Out, Out + ".old");
        Assert.Throws<InvalidSettingException>(() => AtomicFolder.Create(Out));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Out, "a")));
    }

    [Fact]
    public void A_file_in_the_way_is_refused()
    {
        File.WriteAllText(Out, "a file");
        Assert.Throws<InvalidSettingException>(() => AtomicFolder.Create(Out, replace: true));
        Assert.Equal("a file", File.ReadAllText(Out));
    }

    [Fact]
    public void A_write_that_fails_keeps_the_old_file_and_says_why()
    {
        File.WriteAllText(Out, "old");
        var fault = Assert.Throws<ResourceLimitException>(() => AtomicFile.Write(Out, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device");
        }));
        Assert.Contains("No space left on device", fault.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(Out));
        Assert.Equal([Out], Directory.GetFiles(_root));
    }

    private void WriteOld()
    {
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, "a"), "old");
    }
}
