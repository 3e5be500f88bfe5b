using System.Globalization;
using System.Numerics;
using System.Xml.Linq;
using Sparseland.Errors;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Partitions;
using Sparseland.Trees.Tests.Octrees;

namespace Sparseland.Trees.Tests.Partitions;

public class TreemapPictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Every_region_is_drawn_with_its_corners_its_colour_and_its_name()
    {
        var builder = new WeightedTreeBuilder("model");
        var block = builder.Add(0, name: "block <0>");
        builder.Add(block, 3e4, "query", 0.5);
        builder.Add(block, 1e4, "value", 1);
        builder.Add(0, 2e4, "head", 0);
        var map = Treemap.Layout(builder.Build(), new TreemapOptions { Width = 600, Height = 400 });
        var picture = XDocument.Parse(TreemapPicture.ToSvg(map, new TreemapPictureOptions { Title = "A & B", ToneTitle = "sparsity" }));
        var paths = picture.Descendants(Svg + "path").Where(path => path.Attribute("fill") is not null).ToArray();
        Assert.Equal(5, paths.Length);
        Assert.Equal("model: 60,000, sparsity 41.7 %|block <0>: 40,000, sparsity 62.5 %|block <0>/query: 30,000, sparsity 50 %|block <0>/value: 10,000, sparsity 100 %|head: 20,000, sparsity 0 %",
            string.Join('|', paths.Select(path => path.Element(Svg + "title")!.Value)));
        Assert.Equal([ToneScale.Colour(0.5), ToneScale.Colour(1), ToneScale.Colour(0)], paths[2..].Select(path => path.Attribute("fill")!.Value));
        for (var node = 0; node < 5; node++)
        {
            var corners = paths[node].Attribute("d")!.Value.TrimStart('M').TrimEnd('Z').Split('L').Select(pair => pair.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray()).ToArray();
            Assert.Equal(map.Corners(node).Length, corners.Length);
            Assert.All(corners.Zip(map.Corners(node)), pair => Assert.True(Math.Abs(pair.First[0] - pair.Second.X) < 0.006 && Math.Abs(pair.First[1] - pair.Second.Y) < 0.006));
        }
        var words = picture.Descendants(Svg + "text").Select(text => text.Value).ToArray();
        Assert.Superset(new HashSet<string> { "A & B", "query", "30,000", "head", "block <0>", "0 %", "100 %", "sparsity" }, words.ToHashSet());
    }

    [Fact]
    public void What_is_too_small_to_be_seen_is_drawn_as_part_of_its_parent()
    {
        var tree = RandomTrees.Any(3000, 2);
        var map = Treemap.Layout(tree, new TreemapOptions { Width = 100, Height = 100, Method = TreemapMethods.Squarified });
        var picture = XDocument.Parse(TreemapPicture.ToSvg(map, new TreemapPictureOptions { LeastArea = 20 }));
        Assert.InRange(picture.Descendants(Svg + "path").Count(path => path.Attribute("fill") is not null), 2, 3000 - 1);
    }

    [Fact]
    public void Colours_run_from_dark_to_light()
    {
        double Lightness(double tone)
        {
            var colour = ToneScale.Colour(tone);
            return new[] { (1, 0.2126), (3, 0.7152), (5, 0.0722) }.Sum(channel => channel.Item2 * int.Parse(colour.AsSpan(channel.Item1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
        for (var i = 1; i <= 50; i++)
            Assert.True(Lightness(i / 50.0) > Lightness((i - 1) / 50.0));
        Assert.Equal("#ffffff", ToneScale.BranchColour(3, 1));
    }

    [Fact]
    public void An_octree_is_drawn_by_what_its_nodes_carry()
    {
        var points = Scenes.Points(500, 4);
        var octree = OctreeBuilder.FromPoints(points, 5);
        foreach (var most in new[] { 1, 100, 1 << 20 })
        {
            var tree = OctreeWeights.Of(octree, most);
            Assert.InRange(tree.Count, 1, most);
            Assert.Equal(500, tree.Weight(0));
            for (var node = 0; node < tree.Count; node++)
            {
                var path = tree.Path(node, "");
                var cells = points.Count(point => CodeOf(octree, point).StartsWith(path, StringComparison.Ordinal));
                Assert.Equal(cells, tree.Weight(node));
            }
        }
        var whole = OctreeWeights.Of(octree, 1 << 20);
        Assert.Equal((5, octree.LeafCount), (whole.Depth, whole.LeafCount));
        // One level above the leaves, tones are the children that do not exist.
        var coarse = OctreeWeights.Of(octree, 1 + octree.NodeCount(1));
        Assert.Equal(Enumerable.Range(0, octree.NodeCount(1)).Select(node => 1 - int.PopCount(octree.ChildMask(1, node)) / 8.0), coarse.Children(0).ToArray().Select(coarse.Tone));
        Assert.Throws<InvalidSettingException>(() => OctreeWeights.Of(OctreeBuilder.FromPoints([], 3), 10));
    }

    private static string CodeOf(LinearOctree octree, Vector3 point)
    {
        var code = octree.LeafCode(octree.FindLeaf(point));
        return string.Concat(Enumerable.Range(0, octree.Depth).Select(level => (code >> (3 * (octree.Depth - 1 - level))) & 7));
    }
}
