using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>
/// Makes an output folder whole or not at all: files are written into "OUT.partial", which takes the name OUT at the end. An existing OUT is refused, or replaced when told to,
/// and then stays untouched until the new one is whole. What a killed run left in OUT.partial is recognised: a run that can resume goes on with it, any other starts afresh.
/// </summary>
/// <remarks>
/// Replacing takes two renames (OUT to OUT.old, OUT.partial to OUT). A process killed between them leaves OUT.old, which the next call for the same folder puts back.
/// </remarks>
public sealed class AtomicFolder : IDisposable
{
    /// <summary>What is appended to the folder's name while it is written.</summary>
    public const string WorkSuffix = ".partial";

    /// <summary>The file that marks a work folder as ours; it is held open, so that a second run on the same output is noticed.</summary>
    public const string MarkFile = ".sparseland-work";

    private const string OldSuffix = ".old";
    private readonly bool _replace;
    private FileStream? _mark;

    private AtomicFolder(string path, bool replace, bool resumed, FileStream mark)
    {
        Path = path;
        WorkFolder = path + WorkSuffix;
        _replace = replace;
        Resumed = resumed;
        _mark = mark;
    }

    /// <summary>The folder that will be there after <see cref="Commit"/>.</summary>
    public string Path { get; }

    /// <summary>Where files are written until then.</summary>
    public string WorkFolder { get; }

    /// <summary>Whether the work folder holds what an earlier, interrupted run left.</summary>
    public bool Resumed { get; }

    /// <summary>Whether the work folder stays when the run ends without <see cref="Commit"/>, so that another can resume.</summary>
    public bool KeepUnfinished { get; set; }

    /// <summary>Begins an output folder.</summary>
    /// <param name="path">The folder to make.</param>
    /// <param name="replace">Whether an existing one may be replaced.</param>
    /// <param name="resume">Whether to go on with what an interrupted run left; otherwise it is deleted.</param>
    /// <exception cref="InvalidSettingException">The folder exists and may not be replaced, or a file is in the way.</exception>
    /// <exception cref="ResourceLimitException">Another run is writing it, or the place may not be written.</exception>
    public static AtomicFolder Create(string path, bool replace = false, bool resume = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        try
        {
            if (!Directory.Exists(full) && Directory.Exists(full + OldSuffix))
                Directory.Move(full + OldSuffix, full);
            RefuseExisting(path, full, replace);
            var work = full + WorkSuffix;
            var resumed = Directory.Exists(work) && Directory.EnumerateFileSystemEntries(work).Any(entry => System.IO.Path.GetFileName(entry) != MarkFile);
            if (resumed && !File.Exists(System.IO.Path.Combine(work, MarkFile)))
                throw new InvalidSettingException($"{work} exists and is not the rest of an interrupted run: move it away, or choose another output folder");
            Directory.CreateDirectory(work);
            var mark = OpenMark(work);
            if (resumed && !resume)
                Clear(work);
            return new(full, replace, resumed && resume, mark);
        }
        catch (Exception fault) when (OutputFault.Is(fault))
        {
            throw OutputFault.Translate(path, fault);
        }
    }

    /// <summary>Gives the finished work folder its name.</summary>
    /// <exception cref="ResourceLimitException">The system refuses; the old folder is still there.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_mark is null, this);
        try
        {
            RefuseExisting(Path, Path, _replace);
            ReleaseMark();
            var old = Path + OldSuffix;
            if (Directory.Exists(Path))
            {
                if (Directory.Exists(old))
                    Directory.Delete(old, recursive: true);
                Directory.Move(Path, old);
            }
            Directory.Move(WorkFolder, Path);
            if (Directory.Exists(old))
                Directory.Delete(old, recursive: true);
        }
        catch (Exception fault) when (OutputFault.Is(fault))
        {
            throw OutputFault.Translate(Path, fault);
        }
    }

    /// <summary>Ends the run: a folder that was not committed is deleted, unless <see cref="KeepUnfinished"/> says otherwise.</summary>
    public void Dispose()
    {
        if (_mark is null)
            return;
        if (KeepUnfinished)
        {
            _mark.Dispose();
            _mark = null;
            return;
        }
        ReleaseMark();
        Directory.Delete(WorkFolder, recursive: true);
    }

    private static void RefuseExisting(string given, string full, bool replace)
    {
        if (File.Exists(full))
            throw new InvalidSettingException($"{given} is a file: choose another output folder");
        if (!replace && Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            throw new InvalidSettingException($"{given} exists already: choose another output folder, or ask for it to be replaced");
    }

    private static FileStream OpenMark(string work)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(work, MarkFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(System.IO.Path.Combine(work, MarkFile)))
        {
            throw new ResourceLimitException($"{work} is in use by another run ({fault.Message.TrimEnd('.')}): wait for it, or choose another output folder");
        }
    }

    private static void Clear(string work)
    {
        foreach (var entry in new DirectoryInfo(work).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
                folder.Delete(recursive: true);
            else if (entry.Name != MarkFile)
                entry.Delete();
        }
    }

    private void ReleaseMark()
    {
        _mark?.Dispose();
        _mark = null;
        File.Delete(System.IO.Path.Combine(WorkFolder, MarkFile));
    }
}
