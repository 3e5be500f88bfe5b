using System.Globalization;
using System.Text;

namespace Sparseland.Reproduce;

/// <summary>Whether a claim was seen to hold.</summary>
public enum Verdict
{
    /// <summary>It holds.</summary>
    Holds,

    /// <summary>It does not.</summary>
    Fails,

    /// <summary>This run could not show it: the data is not here, or the size is too small.</summary>
    NotTested,
}

/// <summary>A claim with what was found.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Verdict">What was found.</param>
/// <param name="Evidence">The figures behind it, in a sentence.</param>
public sealed record ClaimOutcome(Claim Claim, Verdict Verdict, string Evidence);

/// <summary>A table of figures as text.</summary>
/// <param name="Title">What it shows, with data and protocol.</param>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">Cells, as many as headings.</param>
public sealed record ExperimentTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>What an experiment found.</summary>
/// <param name="Tables">The figures.</param>
/// <param name="Outcomes">Each claim.</param>
/// <param name="Notes">What else must be known: machine, sizes, data that was missing.</param>
public sealed record ExperimentResult(IReadOnlyList<ExperimentTable> Tables, IReadOnlyList<ClaimOutcome> Outcomes, IReadOnlyList<string> Notes)
{
    /// <summary>Whether no claim failed; the tool's exit code is 1 otherwise.</summary>
    public bool Holds => Outcomes.All(outcome => outcome.Verdict != Verdict.Fails);

    /// <summary>Everything as Markdown: notes, tables, then a table of the claims.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        foreach (var note in Notes)
            text.Append(note).Append("\n\n");
        foreach (var table in Tables)
        {
            text.Append("### ").Append(table.Title).Append("\n\n");
            AppendTable(text, table.Columns, table.Rows);
        }
        text.Append("### Claims\n\n");
        AppendTable(text, ["claim", "verdict", "evidence"], [.. Outcomes.Select(outcome => (IReadOnlyList<string>)[outcome.Claim.Statement, Word(outcome.Verdict), outcome.Evidence])]);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>The verdict as people read it.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.Fails => "does not hold",
        _ => "not tested",
    };

    private static void AppendTable(StringBuilder text, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        void Line(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        Line(columns);
        Line(columns.Select(_ => "---"));
        foreach (var row in rows)
            Line(row);
        text.Append('\n');
    }
}

/// <summary>Values over seeds.</summary>
/// <param name="Values">One per seed, in the order of the seeds.</param>
public sealed record Sample(IReadOnlyList<double> Values)
{
    /// <summary>The mean.</summary>
    public double Mean => Values.Average();

    /// <summary>The standard deviation of the sample (n − 1); 0 for one value.</summary>
    public double Deviation => Values.Count < 2 ? 0 : Math.Sqrt(Values.Sum(value => (value - Mean) * (value - Mean)) / (Values.Count - 1));

    /// <summary>Mean and deviation, such as 3.142 ± 0.027.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Digits(Mean)} ± {Digits(Deviation)}");

    /// <summary>Whether this is below the other for every seed, with a slack that lets ties pass.</summary>
    /// <param name="other">The sample that shall be larger.</param>
    /// <param name="slack">1 for strictly below; 1.02 lets it be 2 % above.</param>
    public bool IsBelow(Sample other, double slack = 1)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Values.Zip(other.Values, (mine, theirs) => mine < slack * theirs).All(below => below);
    }

    private static string Digits(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F2", CultureInfo.InvariantCulture),
        >= 0.1 or 0 => value.ToString("F3", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };
}
