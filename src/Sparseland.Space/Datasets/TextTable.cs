using System.Globalization;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Datasets;

/// <summary>The text files of datasets: lines of columns, numbers in invariant culture. Reading keeps line numbers for messages; writing uses the shortest text that reads back the same.</summary>
internal static class TextTable
{
    private const int LargestFile = 1 << 30;
    private static readonly char[] Blanks = [' ', '\t', '\r'];

    /// <summary>One line that is not blank, cut into columns.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Number">Its number from 1.</param>
    /// <param name="Columns">Its columns.</param>
    public readonly record struct Line(string Path, int Number, string[] Columns)
    {
        /// <summary>A column as a number.</summary>
        public double Double(int column, string name) =>
            double.TryParse(Columns[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                ? value
                : throw Fault($"column {column + 1} ({name}) is {PrintableName.Of(Columns[column])} and must be a finite number");

        /// <summary>A column as a whole number.</summary>
        public long Integer(int column, string name) =>
            long.TryParse(Columns[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw Fault($"column {column + 1} ({name}) is {PrintableName.Of(Columns[column])} and must be a whole number");

        /// <summary>A column as a whole number that fits 32 bits.</summary>
        public int Int(int column, string name) =>
            Integer(column, name) is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw Fault($"column {column + 1} ({name}) is {Columns[column]}, beyond 32 bits");

        /// <summary>Columns as numbers, from one to the end.</summary>
        public double[] Doubles(int first, int count, string name)
        {
            var values = new double[count];
            for (var i = 0; i < count; i++)
                values[i] = Double(first + i, name);
            return values;
        }

        /// <summary>Checks the number of columns.</summary>
        public Line Require(int count, string what) => Columns.Length == count ? this : throw Fault($"{Columns.Length} columns and {what} has {count}");

        /// <summary>The exception for this line.</summary>
        public InvalidFileException Fault(string problem) => new(Path, $"line {Number}", problem, "correct the line, or fetch the file again");
    }

    /// <summary>Reads the lines that hold something.</summary>
    /// <param name="path">The file.</param>
    /// <param name="separator">What separates columns; a blank stands for any run of blanks.</param>
    /// <param name="comment">Lines that begin with it are passed over; the null character for none.</param>
    /// <param name="keepBlank">Whether blank lines count, as lines of no column; the last one never does.</param>
    public static List<Line> Read(string path, char separator = ' ', char comment = '\0', bool keepBlank = false)
    {
        var text = Encoding.UTF8.GetString(JsonFile.ReadBytes(path, LargestFile));
        var lines = new List<Line>();
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan()[range].Trim();
            if (line.IsEmpty ? !keepBlank : comment != '\0' && line[0] == comment)
                continue;
            var columns = separator == ' '
                ? line.ToString().Split(Blanks, StringSplitOptions.RemoveEmptyEntries)
                : line.ToString().Split(separator, StringSplitOptions.TrimEntries);
            lines.Add(new(path, number, columns));
        }
        if (keepBlank && lines.Count > 0 && text.EndsWith('\n'))
            lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>The shortest text of a number that reads back as the same number; zero has no sign.</summary>
    public static string Text(double value) => (value == 0 ? 0 : value).ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Numbers with blanks between.</summary>
    public static string Text(ReadOnlySpan<double> values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
            text.Append(text.Length > 0 ? " " : "").Append(Text(value));
        return text.ToString();
    }

    /// <summary>Writes lines, each ended by a line feed.</summary>
    public static void Write(string path, IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line).Append('\n');
        AtomicFile.WriteText(path, text.ToString());
    }
}
