using System.Globalization;

namespace Sparseland.Cli.Output;

/// <summary>A table in plain text, Markdown or CSV: the same cells, three spellings.</summary>
/// <param name="columns">Headings.</param>
internal sealed class TextTable(params IReadOnlyList<string> columns)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> cells) => _rows.Add(cells);

    /// <summary>Columns padded to their widest cell; the first to the left, the others to the right.</summary>
    public void Write(TextWriter writer)
    {
        var widths = columns.Select((column, i) => Math.Max(column.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Length))).ToArray();
        foreach (var row in _rows.Prepend(columns))
            writer.WriteLine(string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
    }

    public void WriteMarkdown(TextWriter writer)
    {
        writer.WriteLine($"| {string.Join(" | ", columns)} |");
        writer.WriteLine($"|{string.Join("|", columns.Select((_, i) => i == 0 ? "---" : "---:"))}|");
        foreach (var row in _rows)
            writer.WriteLine($"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |");
    }

    public void WriteCsv(TextWriter writer)
    {
        foreach (var row in _rows.Prepend(columns))
            writer.WriteLine(string.Join(",", row.Select(cell => cell.AsSpan().IndexOfAny(",\"\n") >= 0 ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell)));
    }

    /// <summary>12.3 MB, 45 kB: decimal units.</summary>
    public static string Bytes(double count) => count switch
    {
        >= 1e9 => (count / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB",
        >= 1e6 => (count / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + " MB",
        >= 1e3 => (count / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
        _ => count.ToString("0", CultureInfo.InvariantCulture) + " B",
    };

    /// <summary>A number with a fixed number of decimals, in the invariant form.</summary>
    public static string Number(double value, int decimals = 2) => value.ToString("N" + decimals, CultureInfo.InvariantCulture);

    /// <summary>A share as a percentage.</summary>
    public static string Percent(double share, int decimals = 1) => (100 * share).ToString("F" + decimals, CultureInfo.InvariantCulture) + " %";
}
