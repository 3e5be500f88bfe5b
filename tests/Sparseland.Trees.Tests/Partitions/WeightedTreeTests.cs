using Sparseland.Errors;
using Sparseland.Trees.Partitions;

namespace Sparseland.Trees.Tests.Partitions;

public class WeightedTreeTests
{
    [Fact]
    public void Inner_weights_and_tones_are_those_of_the_leaves()
    {
        var builder = new WeightedTreeBuilder("root");
        var left = builder.Add(0, name: "left");
        builder.Add(left, 1, "a", 0);
        builder.Add(left, 3, "b", 1);
        builder.Add(0, 4, "c", 0.25);
        builder.Add(0, 0, "nothing");
        var tree = builder.Build();
        Assert.Equal((6, 3, 2), (tree.Count, tree.LeafCount, tree.Depth));
        Assert.Equal((8, 4), (tree.Weight(0), tree.Weight(left)));
        Assert.Equal((0.5, 0.75), (tree.Tone(0), tree.Tone(left)));
        Assert.Equal([1, 4, 5], tree.Children(0).ToArray());
        Assert.Equal("left/b", tree.Path(3));
        Assert.Equal(("root", -1, 0), (tree.Path(0), tree.Parent(0), tree.Level(0)));
        Assert.Empty(tree.Warnings);
    }

    [Fact]
    public void An_inner_weight_that_is_not_the_sum_is_put_right_with_a_warning()
    {
        var builder = new WeightedTreeBuilder("root", 5);
        builder.Add(0, 2);
        var tree = builder.Build();
        Assert.Equal(2, tree.Weight(0));
        Assert.Contains("node 0 ('root') says 5, and its children have 2", Assert.Single(tree.Warnings));
    }

    [Fact]
    public void Weights_that_cannot_be_are_refused()
    {
        foreach (var weight in new[] { -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            Assert.Contains("'x'", Assert.Throws<InvalidSettingException>(() => new WeightedTreeBuilder().Add(0, weight, "x")).Message);
        Assert.Contains("sum to 0", Assert.Throws<InvalidSettingException>(() => RandomTrees.Flat(0, 0)).Message);
        Assert.Contains("finite", Assert.Throws<InvalidSettingException>(() => RandomTrees.Flat(double.MaxValue, double.MaxValue)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightedTreeBuilder().Add(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightedTreeBuilder().Add(0, tone: 2));
    }

    [Fact]
    public void A_tree_is_read_from_json_and_its_faults_are_named()
    {
        var tree = Read("""{"name": "disk", "other": 1, "children": [{"name": "music", "value": 7}, {"size": 2, "tone": 0.5, "children": null}, {"children": []}]}""");
        Assert.Equal((4, 9, 2), (tree.Count, tree.Weight(0), tree.LeafCount));
        Assert.Equal(("music", 0.5), (tree.Name(1), tree.Tone(2)));
        foreach (var (text, place) in new[]
        {
            ("""{"children": [{"weight": 1}, {"weight": -2}]}""", "$.children[1].weight"), ("""{"children": [{"weight": 1e999}]}""", "$.children[0].weight"), ("""{"weight": "7"}""", "$.weight"),
            ("""{"children": 3}""", "$.children"), ("""{"children": [3]}""", "$.children[0]"), ("""{"weight": 1, "children": [{"weight": 1, "tone": 1.5}]}""", "$.children[0].tone"), ("[]", "$"),
        })
            Assert.Contains(place, Assert.Throws<InvalidFileException>(() => Read(text)).Message);
        Assert.Throws<InvalidFileException>(() => Read("{"));
        Assert.Throws<InvalidSettingException>(() => Read("{}"));
    }

    private static WeightedTree Read(string text)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        try
        {
            return WeightedTreeFile.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
