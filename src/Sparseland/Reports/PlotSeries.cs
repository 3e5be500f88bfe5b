namespace Sparseland.Reports;

/// <summary>How a series is drawn.</summary>
public enum PlotMark
{
    /// <summary>Points joined by lines.</summary>
    Line,

    /// <summary>Points alone.</summary>
    Points,
}

/// <summary>A point of a plot.</summary>
/// <param name="X">Across.</param>
/// <param name="Y">Up.</param>
/// <param name="Label">Shown when the pointer rests on it, and beside it when <see cref="PlotSeries.ShowLabels"/> is set; null for none.</param>
public readonly record struct PlotPoint(double X, double Y, string? Label = null)
{
    /// <summary>How far a bar reaches to either side of <see cref="Y"/>; 0 for none.</summary>
    public double Spread { get; init; }
}

/// <summary>Points that belong together, with one colour and one line in the legend.</summary>
/// <param name="Name">The legend.</param>
/// <param name="Points">The points; those that are not finite, or not positive on a logarithmic axis, are left out.</param>
/// <param name="Mark">How they are drawn.</param>
/// <param name="ShowLabels">Whether labels are written beside the points.</param>
public sealed record PlotSeries(string Name, IReadOnlyList<PlotPoint> Points, PlotMark Mark = PlotMark.Line, bool ShowLabels = false);

/// <summary>An axis.</summary>
/// <param name="Title">What it counts, with the unit.</param>
/// <param name="Logarithmic">Whether equal distances are equal ratios.</param>
/// <param name="Minimum">Where it begins; null for the data's own.</param>
/// <param name="Maximum">Where it ends; null for the data's own.</param>
public sealed record PlotAxis(string Title, bool Logarithmic = false, double? Minimum = null, double? Maximum = null);
