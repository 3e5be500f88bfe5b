using System.Globalization;

namespace Sparseland.Benchmarks.Speed;

/// <summary>One line of a table: rivals that did the same work in the same run.</summary>
/// <param name="Suite">The table.</param>
/// <param name="Work">What was computed.</param>
/// <param name="Threads">On how many threads.</param>
/// <param name="Unit">GF/s, GB/s, or what milliseconds are counted for.</param>
/// <param name="Figures">Each rival's name, figure in that unit and ratio to the first rival.</param>
/// <param name="Goal">What the last rival's ratio to the first shall reach; 0 where none is set.</param>
internal sealed record Measurement(string Suite, string Work, int Threads, string Unit, IReadOnlyList<Figure> Figures, double Goal)
{
    /// <summary>Makes the line from times.</summary>
    /// <param name="suite">The table.</param>
    /// <param name="work">What was computed.</param>
    /// <param name="threads">On how many threads.</param>
    /// <param name="unit">GF/s or GB/s.</param>
    /// <param name="amounts">Operations or bytes of a call, for each rival.</param>
    /// <param name="results">The times.</param>
    /// <param name="goal">The goal, or 0.</param>
    public static Measurement From(string suite, string work, int threads, string unit, IEnumerable<double> amounts, IReadOnlyList<RivalResult> results, double goal) =>
        new(suite, work, threads, unit, [.. results.Zip(amounts, (result, amount) => new Figure(result.Name, amount / result.Seconds / 1e9, result.Ratio))], goal);

    /// <summary>Makes a line that tells milliseconds for a unit of work, where less is better; ratios still say how many times as fast.</summary>
    /// <param name="suite">The table.</param>
    /// <param name="work">What was computed.</param>
    /// <param name="threads">On how many threads.</param>
    /// <param name="unit">What the milliseconds are for.</param>
    /// <param name="amount">Units of work in a call.</param>
    /// <param name="results">The times.</param>
    public static Measurement FromTimes(string suite, string work, int threads, string unit, double amount, IReadOnlyList<RivalResult> results) =>
        new(suite, work, threads, unit, [.. results.Select(result => new Figure(result.Name, result.Seconds * 1e3 / amount, result.Ratio))], 0);

    /// <summary>The goal and whether it is met; empty where none is set.</summary>
    public string Verdict() => Goal == 0 || Figures.Count < 2 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Goal:F2}x: {(Figures[^1].Ratio >= Goal ? "met" : "missed")}");
}

/// <summary>A rival's figure in a line.</summary>
internal sealed record Figure(string Name, double Value, double Ratio);

/// <summary>A table of the page: measures itself.</summary>
internal interface ISpeedSuite
{
    /// <summary>What is typed to run it alone.</summary>
    string Name { get; }

    /// <summary>The heading.</summary>
    string Title { get; }

    /// <summary>What the lines mean: a sentence or two.</summary>
    string Explanation { get; }

    /// <summary>Measures every line.</summary>
    /// <param name="quick">Fewer lines and rounds.</param>
    IEnumerable<Measurement> Run(bool quick);
}
