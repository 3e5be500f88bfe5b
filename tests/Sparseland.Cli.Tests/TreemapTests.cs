using System.Text.Json;
using System.Xml.Linq;
using Sparseland.Trees.Octrees;

namespace Sparseland.Cli.Tests;

public sealed class TreemapTests : IDisposable
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-cli").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_an_octree_and_a_tree_are_drawn()
    {
        var model = SmallModel.Write(Path.Combine(_folder, "model"));
        var words = Words(0, model);
        Assert.Contains("block 1", words);
        Assert.Contains("embed_tokens", words);
        var octree = Path.Combine(_folder, "points.octree");
        OctreeFile.Write(octree, OctreeBuilder.FromPoints([new(0.1f), new(0.3f, 0.1f, 0.1f), new(0.9f)], 2));
        Assert.Contains("points.octree: 2 leaves of depth 2, by points", Words(0, octree));
        var tree = Path.Combine(_folder, "tree.json");
        File.WriteAllText(tree, """{"name": "disk", "children": [{"name": "music", "weight": 7}, {"name": "mail", "weight": 2}]}""");
        Assert.Superset(new HashSet<string> { "disk", "music", "mail" }, Words(0, tree, "--treemap-method", "angular"));
        using var report = JsonDocument.Parse(Tool.Run("inspect", tree, "--treemap", Path.Combine(_folder, "a.svg"), "--json", "-q").Output);
        Assert.Equal(2, report.RootElement.GetProperty("regions").GetInt32());
    }

    [Fact]
    public void A_bad_tree_or_method_leaves_no_picture()
    {
        var tree = Path.Combine(_folder, "tree.json");
        File.WriteAllText(tree, """{"children": [{"weight": -7}]}""");
        Words(2, tree);
        File.WriteAllText(tree, """{"weight": 7}""");
        Words(2, tree, "--treemap-method", "angluar");
        Assert.False(File.Exists(Path.Combine(_folder, "picture.svg")));
    }

    private HashSet<string> Words(int expected, string file, params string[] options)
    {
        var picture = Path.Combine(_folder, "picture.svg");
        var (code, _, errors) = Tool.Run(["inspect", file, "--treemap", picture, "-q", .. options]);
        Assert.True(expected == code, errors);
        return code == 0 ? [.. XDocument.Load(picture).Descendants(Svg + "text").Select(text => text.Value)] : [];
    }
}
