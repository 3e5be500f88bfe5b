using System.Globalization;
using System.Text;

namespace Sparseland.Trees.Partitions;

/// <summary>Writes names into the regions of a picture: a leaf's where it fits in full, a group's across its middle in letters that grow with it.</summary>
internal static class TreemapLabels
{
    private const double SmallestFont = 7;
    private const double LargestLeafFont = 20;
    private const double LargestGroupFont = 26;

    // About that of the font, in units of its size.
    private const double LetterWidth = 0.58;
    private const double WeightLine = 0.75;

    public static void Append(StringBuilder svg, Treemap map, TreemapPictureOptions options, List<int> drawn)
    {
        svg.Append("<g text-anchor=\"middle\" pointer-events=\"none\">\n");
        foreach (var node in drawn)
            if (map.Tree.IsLeaf(node))
                AppendLeaf(svg, map, options, node);
        foreach (var node in drawn)
            if (node > 0 && map.Tree.Children(node).Length > 1)
                AppendGroup(svg, map, node);
        svg.Append("</g>\n");
    }

    private static void AppendLeaf(StringBuilder svg, Treemap map, TreemapPictureOptions options, int node)
    {
        var name = map.Tree.Name(node);
        if (name.Length == 0)
            return;
        var corners = map.Corners(node);
        var centre = ConvexPolygon.Centroid(corners);
        var dark = options.ToneTitle.Length == 0 || double.IsNaN(map.Tree.Tone(node)) || ToneScale.IsLight(map.Tree.Tone(node));
        var colour = dark ? "#1c1c1e" : "#ffffff";
        var weight = options.Weight(map.Tree.Weight(node));
        // The weight stands below the name where both fit.
        var both = Font(corners, centre, [name, weight], LargestLeafFont);
        var size = both > 0 ? both : Font(corners, centre, [name], LargestLeafFont);
        if (size <= 0)
            return;
        Line(svg, name, centre.X, both > 0 ? centre.Y : centre.Y + 0.35 * size, size, $"fill=\"{colour}\"");
        if (both > 0)
            Line(svg, weight, centre.X, centre.Y + size, WeightLine * size, $"fill=\"{colour}\" fill-opacity=\".8\"");
    }

    private static void AppendGroup(StringBuilder svg, Treemap map, int node)
    {
        var corners = map.Corners(node);
        var centre = ConvexPolygon.Centroid(corners);
        // Only as large as leaves the names of its leaves readable around it.
        var size = Math.Min(Font(corners, centre, [map.Tree.Name(node)], 2 * LargestGroupFont) / 2.2, LargestGroupFont / map.Tree.Level(node));
        if (size >= SmallestFont + 1)
            Line(svg, map.Tree.Name(node), centre.X, centre.Y + 0.35 * size, size, "font-weight=\"700\" fill=\"#1c1c1e\" stroke=\"#ffffff\" stroke-width=\"3\" stroke-opacity=\".85\" paint-order=\"stroke\"");
    }

    // The largest font at which the lines, one above and one below the centre or one through it, lie in the polygon; 0 when none does.
    private static double Font(PlanePoint[] corners, PlanePoint centre, string[] lines, double largest)
    {
        for (var size = largest; size >= SmallestFont; size *= 0.9)
        {
            var half = lines.Max(line => line.Length) * LetterWidth * size / 2;
            var (above, below) = lines.Length == 1 ? (size / 2, size / 2) : (size, size * 1.1);
            if (Array.TrueForAll([new(-half, -above), new(half, -above), new(half, below), new(-half, below)], (PlanePoint corner) => ConvexPolygon.Contains(corners, centre + corner)))
                return size;
        }
        return 0;
    }

    private static void Line(StringBuilder svg, string text, double x, double y, double size, string style) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" font-size=\"{size:0.#}\" {style}>{TreemapPicture.Escape(text)}</text>\n");
}
