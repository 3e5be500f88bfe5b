using System.Globalization;
using System.Text;

namespace Sparseland.Trees.Partitions;

/// <summary>Writes names into the regions of a picture: a leaf's where it fits in full, then a group's as near to its middle as no other name stands.</summary>
internal sealed class TreemapLabels
{
    // Places that are tried for a group's name, across and down.
    private const int Grid = 13;
    private const double SmallestFont = 7;
    private const double SmallestGroupFont = 9.5;
    private const double LargestLeafFont = 20;
    private const double LargestGroupFont = 26;

    // About that of the font, in units of its size.
    private const double LetterWidth = 0.58;
    private const double BoldWidth = 1.12;
    private const double WeightLine = 0.75;

    private readonly List<(double Left, double Right, double Top, double Bottom)> _taken = [];

    public static void Append(StringBuilder svg, Treemap map, TreemapPictureOptions options, List<int> drawn)
    {
        var labels = new TreemapLabels();
        svg.Append("<g text-anchor=\"middle\" pointer-events=\"none\">\n");
        foreach (var node in drawn)
            if (options.ShowLeafNames && map.Tree.IsLeaf(node))
                labels.AppendLeaf(svg, map, options, node);
        foreach (var node in drawn)
            if (node > 0 && map.Tree.Children(node).Length > 1)
                labels.AppendGroup(svg, map, node);
        svg.Append("</g>\n");
    }

    private void AppendLeaf(StringBuilder svg, Treemap map, TreemapPictureOptions options, int node)
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
        var half = Math.Max(HalfWidth(name, size), both > 0 ? WeightLine * HalfWidth(weight, size) : 0);
        _taken.Add((centre.X - half, centre.X + half, centre.Y - size, centre.Y + size));
        Line(svg, name, centre.X, both > 0 ? centre.Y : centre.Y + 0.35 * size, size, $"fill=\"{colour}\"");
        if (both > 0)
            Line(svg, weight, centre.X, centre.Y + size, WeightLine * size, $"fill=\"{colour}\" fill-opacity=\".8\"");
    }

    private void AppendGroup(StringBuilder svg, Treemap map, int node)
    {
        var name = map.Tree.Name(node);
        var corners = map.Corners(node);
        var centre = ConvexPolygon.Centroid(corners);
        var largest = Math.Min(Font(corners, centre, [name], 2 * LargestGroupFont) / 2, LargestGroupFont / map.Tree.Level(node));
        if (name.Length == 0)
            return;
        for (var size = largest; size >= SmallestGroupFont; size *= 0.8)
        {
            if (Free(corners, centre, BoldWidth * HalfWidth(name, size), size * 0.6) is not { } place)
                continue;
            _taken.Add((place.X - BoldWidth * HalfWidth(name, size), place.X + BoldWidth * HalfWidth(name, size), place.Y - 0.6 * size, place.Y + 0.6 * size));
            Line(svg, name, place.X, place.Y + 0.35 * size, size, "font-weight=\"700\" fill=\"#1c1c1e\" stroke=\"#ffffff\" stroke-width=\"3\" stroke-opacity=\".85\" paint-order=\"stroke\"");
            return;
        }
    }

    // The place nearest to the centre at which a box lies in the polygon and on no other name.
    private PlanePoint? Free(PlanePoint[] corners, PlanePoint centre, double halfWidth, double halfHeight)
    {
        var (left, right, top, bottom) = (corners.Min(corner => corner.X), corners.Max(corner => corner.X), corners.Min(corner => corner.Y), corners.Max(corner => corner.Y));
        PlanePoint? best = null;
        for (var i = 0; i < Grid * Grid; i++)
        {
            var place = new PlanePoint(left + (right - left) * (i % Grid + 0.5) / Grid, top + (bottom - top) * (i / Grid + 0.5) / Grid);
            if (best is { } known && (place - centre).LengthSquared >= (known - centre).LengthSquared)
                continue;
            if (Fits(corners, place, halfWidth, halfHeight, halfHeight)
                && _taken.TrueForAll(box => place.X + halfWidth < box.Left || place.X - halfWidth > box.Right || place.Y + halfHeight < box.Top || place.Y - halfHeight > box.Bottom))
                best = place;
        }
        return best;
    }

    // The largest font at which the lines, one above and one below the centre or one through it, lie in the polygon; 0 when none does.
    private static double Font(PlanePoint[] corners, PlanePoint centre, string[] lines, double largest)
    {
        for (var size = largest; size >= SmallestFont; size *= 0.9)
        {
            var (above, below) = lines.Length == 1 ? (size / 2, size / 2) : (size, size * 1.1);
            if (Fits(corners, centre, lines.Max(line => HalfWidth(line, size)), above, below))
                return size;
        }
        return 0;
    }

    private static double HalfWidth(string text, double size) => text.Length * LetterWidth * size / 2;

    private static bool Fits(PlanePoint[] corners, PlanePoint place, double half, double above, double below) =>
        ConvexPolygon.Contains(corners, place + new PlanePoint(-half, -above)) && ConvexPolygon.Contains(corners, place + new PlanePoint(half, -above))
        && ConvexPolygon.Contains(corners, place + new PlanePoint(half, below)) && ConvexPolygon.Contains(corners, place + new PlanePoint(-half, below));

    private static void Line(StringBuilder svg, string text, double x, double y, double size, string style) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" font-size=\"{size:0.#}\" {style}>{TreemapPicture.Escape(text)}</text>\n");
}
