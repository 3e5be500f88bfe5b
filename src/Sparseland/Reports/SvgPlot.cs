using System.Globalization;
using System.Net;
using System.Text;

namespace Sparseland.Reports;

/// <summary>A line or scatter plot as one SVG element: no script, no network, readable in light and dark pages.</summary>
/// <param name="Title">Written above.</param>
/// <param name="X">The axis across.</param>
/// <param name="Y">The axis up.</param>
/// <param name="Series">What is drawn; colours are taken in this order.</param>
public sealed record SvgPlot(string Title, PlotAxis X, PlotAxis Y, IReadOnlyList<PlotSeries> Series)
{
    private const int Width = 720;
    private const int Height = 420;
    private const int Left = 70;
    private const int Top = 44;
    private const int Bottom = 56;
    private const int Right = 24;
    private const int LabelRoom = 150;
    private const int LabelHeight = 12;
    private const int MostLabelSteps = 40;

    // About that of the label's font.
    private const double LetterWidth = 5.4;

    // Okabe and Ito (2008): distinguishable with colour blindness too.
    private static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#999933", "#882255", "#555555"];

    /// <summary>The drawing as an svg element.</summary>
    public string ToSvg()
    {
        var points = Series.SelectMany(series => series.Points).ToList();
        var x = new PlotScale(X, points.Select(point => point.X));
        var y = new PlotScale(Y, points.SelectMany(point => new[] { point.Y - point.Spread, point.Y + point.Spread }));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height + LegendHeight}\" role=\"img\" font-family=\"system-ui,sans-serif\" font-size=\"12\" fill=\"currentColor\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Escape(Title)}</title><text x=\"{Left}\" y=\"24\" font-size=\"15\" font-weight=\"600\">{Escape(Title)}</text>\n");
        AppendAxes(svg, x, y);
        for (var i = 0; i < Series.Count; i++)
            AppendSeries(svg, Series[i], Colours[i % Colours.Length], x, y);
        AppendLabels(svg, x, y);
        AppendLegend(svg);
        return svg.Append("</svg>\n").ToString();
    }

    private int LegendHeight => (Series.Count + 2) / 3 * 20;

    private static double ToX(double share) => Left + share * (Width - Left - Right);

    private static double ToY(double share) => Height - Bottom - share * (Height - Top - Bottom);

    private void AppendAxes(StringBuilder svg, PlotScale x, PlotScale y)
    {
        foreach (var (value, text) in x.Ticks())
        {
            var at = ToX(x.Position(value));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{at:F1}\" y1=\"{Top}\" x2=\"{at:F1}\" y2=\"{Height - Bottom}\" stroke=\"currentColor\" stroke-opacity=\".12\"/><text x=\"{at:F1}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{text}</text>\n");
        }
        foreach (var (value, text) in y.Ticks())
        {
            var at = ToY(y.Position(value));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{at:F1}\" x2=\"{Width - Right}\" y2=\"{at:F1}\" stroke=\"currentColor\" stroke-opacity=\".12\"/><text x=\"{Left - 7}\" y=\"{at + 4:F1}\" text-anchor=\"end\">{text}</text>\n");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\" fill=\"none\" stroke=\"currentColor\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - Bottom + 38}\" text-anchor=\"middle\">{Escape(X.Title)}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(18 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(Y.Title)}</text>\n");
    }

    private static void AppendSeries(StringBuilder svg, PlotSeries series, string colour, PlotScale x, PlotScale y)
    {
        var points = series.Points.Where(point => x.Accepts(point.X) && y.Accepts(point.Y)).ToList();
        if (series.Mark == PlotMark.Line && points.Count > 1)
        {
            svg.Append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").Append(colour).Append("\" points=\"");
            foreach (var point in points)
                svg.Append(CultureInfo.InvariantCulture, $"{ToX(x.Position(point.X)):F1},{ToY(y.Position(point.Y)):F1} ");
            svg.Append("\"/>\n");
        }
        foreach (var point in points)
        {
            var (px, py) = (ToX(x.Position(point.X)), ToY(y.Position(point.Y)));
            if (point.Spread > 0 && y.Accepts(point.Y - point.Spread))
                svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{px:F1}\" y1=\"{ToY(y.Position(point.Y - point.Spread)):F1}\" x2=\"{px:F1}\" y2=\"{ToY(y.Position(point.Y + point.Spread)):F1}\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n");
            var tip = string.Create(CultureInfo.InvariantCulture, $"{series.Name}{(point.Label is null ? "" : $": {point.Label}")} ({point.X:G5}, {point.Y:G5})");
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{px:F1}\" cy=\"{py:F1}\" r=\"{(series.Mark == PlotMark.Line ? 3 : 5)}\" fill=\"{colour}\"><title>{Escape(tip)}</title></circle>\n");
        }
    }

    // Labels stand beside their points; where points lie close they give way upwards and downwards, and a thin line leads back.
    private void AppendLabels(StringBuilder svg, PlotScale x, PlotScale y)
    {
        var labelled = Series.Where(series => series.ShowLabels).SelectMany(series => series.Points).Where(point => point.Label is not null && x.Accepts(point.X) && y.Accepts(point.Y))
            .Select(point => (X: ToX(x.Position(point.X)), Y: ToY(y.Position(point.Y)), Text: point.Label!)).OrderBy(label => label.Y).ToList();
        var taken = new List<(double Left, double Right, double Y)>();
        foreach (var (px, py, text) in labelled)
        {
            // Near the right edge the label stands on the other side, or it would be cut off.
            var flips = px > Width - LabelRoom;
            var width = text.Length * LetterWidth;
            var (left, right) = flips ? (px - 9 - width, px - 9) : (px + 9, px + 9 + width);
            bool IsFree(double at) => at > Top && at < Height - Bottom && taken.All(other => right < other.Left || left > other.Right || Math.Abs(at - other.Y) >= LabelHeight);
            var line = Enumerable.Range(0, 2 * MostLabelSteps).Select(step => py - 5 + (step % 2 == 0 ? 1 : -1) * ((step + 1) / 2) * LabelHeight / 2.0).FirstOrDefault(IsFree, py - 5);
            taken.Add((left, right, line));
            if (Math.Abs(line - (py - 5)) > LabelHeight)
                svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{px:F1}\" y1=\"{py:F1}\" x2=\"{(flips ? right : left):F1}\" y2=\"{line - 3:F1}\" stroke=\"currentColor\" stroke-opacity=\".35\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(flips ? right : left):F1}\" y=\"{line:F1}\" font-size=\"10\"{(flips ? " text-anchor=\"end\"" : "")}>{Escape(text)}</text>\n");
        }
    }

    private void AppendLegend(StringBuilder svg)
    {
        for (var i = 0; i < Series.Count; i++)
        {
            var (px, py) = (Left + i % 3 * 210, Height + i / 3 * 20);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{px}\" y=\"{py}\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{Colours[i % Colours.Length]}\"/><text x=\"{px + 18}\" y=\"{py + 10}\">{Escape(Series[i].Name)}</text>\n");
        }
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
