using System.Globalization;
using System.Net;
using System.Text;
using Sparseland.Files;

namespace Sparseland.Trees.Partitions;

/// <summary>What a treemap's picture shows beside its regions.</summary>
public sealed record TreemapPictureOptions
{
    /// <summary>Written above; empty for nothing.</summary>
    public string Title { get; init; } = "";

    /// <summary>What tones mean, for the scale below ("sparsity"); empty where regions are coloured by branch.</summary>
    public string ToneTitle { get; init; } = "";

    /// <summary>Whether the names of leaves are written into them, and not only those of groups.</summary>
    public bool ShowLeafNames { get; init; } = true;

    /// <summary>How a weight is written.</summary>
    public Func<double, string> Weight { get; init; } = weight => weight.ToString("#,0.###", CultureInfo.InvariantCulture);

    /// <summary>Regions smaller than this, in square units of the layout, are drawn as part of their parent.</summary>
    public double LeastArea { get; init; } = 3;
}

/// <summary>
/// A treemap as one SVG element: regions filled by tone or branch, borders thinner from level to level, names where there is room, and name, weight and tone of every region where the pointer rests. No
/// script, no network. Made for a layout of some hundred units a side, which are pixels.
/// </summary>
public static class TreemapPicture
{
    private const int Margin = 12;
    private const int TitleRoom = 30;
    private const int ScaleRoom = 44;
    private const int ScaleSteps = 24;
    private const double ThickestBorder = 4;
    private const double HueStep = 0.14;

    /// <summary>The drawing as an svg element.</summary>
    public static string ToSvg(Treemap map, TreemapPictureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        options ??= new TreemapPictureOptions();
        var top = Margin + (options.Title.Length > 0 ? TitleRoom : 0);
        var (width, height) = (map.Options.Width + 2 * Margin, top + map.Options.Height + Margin + (options.ToneTitle.Length > 0 ? ScaleRoom : 0));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:0.##} {height:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" role=\"img\" font-family=\"system-ui,sans-serif\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        if (options.Title.Length > 0)
            svg.Append(CultureInfo.InvariantCulture, $"<title>{Escape(options.Title)}</title><text x=\"{Margin}\" y=\"{Margin + 18}\" font-size=\"17\" font-weight=\"600\" fill=\"#1c1c1e\">{Escape(options.Title)}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({Margin} {top})\" stroke-linejoin=\"round\">\n");
        var drawn = Drawn(map, options);
        AppendRegions(svg, map, options, drawn);
        AppendBorders(svg, map, drawn);
        TreemapLabels.Append(svg, map, options, drawn);
        svg.Append("</g>\n");
        if (options.ToneTitle.Length > 0)
            AppendScale(svg, options.ToneTitle, top + map.Options.Height + 16);
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Writes the drawing to a file, which appears when it is whole.</summary>
    /// <exception cref="Errors.ResourceLimitException">The disk is full or the place may not be written.</exception>
    public static void Write(string path, Treemap map, TreemapPictureOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, ToSvg(map, options));
    }

    /// <summary>The text of a path around a polygon.</summary>
    internal static string Path(ReadOnlySpan<PlanePoint> polygon)
    {
        var text = new StringBuilder();
        foreach (var corner in polygon)
            text.Append(text.Length == 0 ? 'M' : 'L').Append(CultureInfo.InvariantCulture, $"{corner.X:0.##} {corner.Y:0.##}");
        return text.Append('Z').ToString();
    }

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    // Nodes large enough to be seen, parents first.
    private static List<int> Drawn(Treemap map, TreemapPictureOptions options)
    {
        var drawn = new List<int>();
        var isDrawn = new bool[map.Tree.Count];
        for (var node = 0; node < map.Tree.Count; node++)
        {
            isDrawn[node] = node == 0 || isDrawn[map.Tree.Parent(node)] && map.Area(node) >= options.LeastArea;
            if (isDrawn[node])
                drawn.Add(node);
        }
        return drawn;
    }

    private static void AppendRegions(StringBuilder svg, Treemap map, TreemapPictureOptions options, List<int> drawn)
    {
        var branches = Branches(map.Tree);
        foreach (var node in drawn)
        {
            var tone = map.Tree.Tone(node);
            var toned = options.ToneTitle.Length > 0;
            var colour = toned ? double.IsNaN(tone) ? "#d0d0d4" : ToneScale.Colour(tone) : node == 0 ? "#f2f2f4" : ToneScale.BranchColour(branches[node], HueStep * (map.Tree.Level(node) - 1));
            // The sheet of a parent is what shows where its children leave room; only the outline of a leaf is its own.
            var title = string.Create(CultureInfo.InvariantCulture, $"{map.Tree.Path(node)}: {options.Weight(map.Tree.Weight(node))}{(toned && !double.IsNaN(tone) ? $", {options.ToneTitle} {100 * tone:0.#} %" : "")}");
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{Path(map.Corners(node))}\" fill=\"{colour}\"><title>{Escape(title)}</title></path>\n");
        }
    }

    private static void AppendBorders(StringBuilder svg, Treemap map, List<int> drawn)
    {
        svg.Append("<g fill=\"none\" stroke=\"#ffffff\" pointer-events=\"none\">\n");
        // Thin ones first, so that the borders of large groups run through.
        foreach (var level in drawn.GroupBy(map.Tree.Level).OrderByDescending(group => group.Key))
        {
            var width = Math.Max(ThickestBorder / Math.Pow(Math.Max(level.Key, 1), 1.3), 0.35);
            svg.Append(CultureInfo.InvariantCulture, $"<path stroke-width=\"{width:0.##}\" d=\"");
            foreach (var node in level)
                svg.Append(Path(map.Corners(node)));
            svg.Append("\"/>\n");
        }
        svg.Append("</g>\n");
    }

    // For every node, which of the root's children it lies below.
    private static int[] Branches(WeightedTree tree)
    {
        var branches = new int[tree.Count];
        var next = 0;
        for (var node = 1; node < tree.Count; node++)
            branches[node] = tree.Parent(node) == 0 ? next++ : branches[tree.Parent(node)];
        return branches;
    }

    private static void AppendScale(StringBuilder svg, string title, double top)
    {
        const double step = 8;
        svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({Margin} {top:0.##})\" font-size=\"12\" fill=\"#1c1c1e\">\n");
        for (var i = 0; i < ScaleSteps; i++)
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{i * step:0.##}\" width=\"{step + 0.5:0.##}\" height=\"10\" fill=\"{ToneScale.Colour((i + 0.5) / ScaleSteps)}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text y=\"24\">0 %</text><text x=\"{ScaleSteps * step:0.##}\" y=\"24\" text-anchor=\"end\">100 %</text><text x=\"{ScaleSteps * step + 10:0.##}\" y=\"10\">{Escape(title)}</text>\n</g>\n");
    }
}
