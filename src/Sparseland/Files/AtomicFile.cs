namespace Sparseland.Files;

/// <summary>Writes a file beside its place and renames it when it is whole, so that a crash, a full disk or Ctrl-C leaves the old file untouched.</summary>
public static class AtomicFile
{
    /// <summary>What is appended to a file's name while it is written. What a killed run left under this name is overwritten by the next.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes through a stream; nothing is left behind when <paramref name="write"/> throws.</summary>
    /// <exception cref="Errors.ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var temporary = full + TemporarySuffix;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                try
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }
                catch
                {
                    File.Delete(temporary);
                    throw;
                }
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception fault) when (OutputFault.Is(fault))
        {
            throw OutputFault.Translate(path, fault);
        }
    }

    /// <summary>Writes UTF-8 text.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
