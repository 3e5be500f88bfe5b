using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Reproduce;

/// <summary>
/// The page of an experiment, docs/systems/NAME.md: written by hand but for what stands between two marker lines, which is the experiment's own output.
/// </summary>
public static class ExperimentPage
{
    /// <summary>The line before the measured part.</summary>
    public const string Begin = "<!-- measured: begin -->";

    /// <summary>The line after it.</summary>
    public const string End = "<!-- measured: end -->";

    /// <summary>Replaces the measured part of a page.</summary>
    /// <param name="path">The page.</param>
    /// <param name="result">What was found.</param>
    /// <param name="command">The command that was run, quoted above the figures.</param>
    /// <exception cref="InvalidFileException">The page is missing, or has no markers.</exception>
    public static void Rewrite(string path, ExperimentResult result, string command)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (!File.Exists(path))
            throw new InvalidFileException(path, "", "there is no such page", $"write one that holds the lines {Begin} and {End}");
        AtomicFile.WriteText(path, Replace(File.ReadAllText(path), result, command, path));
    }

    internal static string Replace(string page, ExperimentResult result, string command, string path)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidFileException(path, "", "the markers of the measured part are missing", $"add the lines {Begin} and {End}");
        return $"{page[..begin]}{Begin}\n\nPrinted by `{command}`:\n\n{result.ToMarkdown()}\n{page[end..]}";
    }
}
