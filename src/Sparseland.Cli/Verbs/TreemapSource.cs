using System.Globalization;
using Sparseland.Cli.Output;
using Sparseland.Language.Models;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Partitions;

namespace Sparseland.Cli.Verbs;

/// <summary>What a treemap is drawn of, with its words.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Title">Written above.</param>
/// <param name="ToneTitle">What tones mean; empty for colours by branch.</param>
/// <param name="Weight">How a weight is written.</param>
/// <param name="ShowLeafNames">Whether leaves have names worth reading.</param>
internal sealed record TreemapSource(WeightedTree Tree, string Title, string ToneTitle, Func<double, string> Weight, bool ShowLeafNames = true)
{
    private const int MostNodes = 6_000;
    private const string BlockPrefix = "layers.";

    /// <summary>The tree in a file that is an octree or JSON; null for any other, such as a model.</summary>
    public static TreemapSource? OfFile(string path)
    {
        if (Directory.Exists(path))
            return null;
        var name = Path.GetFileName(path);
        if (SpaceFiles.IsOctree(path))
        {
            var octree = OctreeFile.Open(path);
            var carries = octree.Kind switch { OctreeKind.Points => "points", OctreeKind.Triangles => "pairs of cell and triangle", _ => "cells" };
            // Nodes above the finest level, which alone have children to tell of.
            var nodes = Enumerable.Range(0, octree.Depth).Sum(level => (long)octree.NodeCount(level));
            return new(OctreeWeights.Of(octree, (int)Math.Min(nodes, MostNodes)), string.Create(CultureInfo.InvariantCulture, $"{name}: {octree.LeafCount:N0} leaves of depth {octree.Depth}, by {carries}"), "empty children", Count, ShowLeafNames: false);
        }
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return null;
        var tree = WeightedTreeFile.Read(path);
        return new(tree, tree.Name(0).Length > 0 ? tree.Name(0) : name, double.IsNaN(tree.Tone(0)) ? "" : "tone", weight => weight.ToString("#,0.###", CultureInfo.InvariantCulture));
    }

    /// <summary>A model's matrices by bytes, coloured by sparsity; blocks and their parts as groups.</summary>
    public static TreemapSource OfModel(string path, IReadOnlyList<LayerLayout> layers)
    {
        var builder = new WeightedTreeBuilder(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        var groups = new Dictionary<string, int> { [""] = 0 };
        foreach (var layer in layers)
        {
            var parts = Parts(layer.Name);
            var (group, place) = (0, "");
            foreach (var part in parts[..^1])
            {
                place += $"/{part}";
                if (!groups.TryGetValue(place, out var known))
                    groups[place] = known = builder.Add(group, name: part);
                group = known;
            }
            builder.Add(group, layer.ByteCount, parts[^1], Math.Clamp(layer.Sparsity, 0, 1));
        }
        var tree = builder.Build();
        return new(tree, $"{tree.Name(0)}: {layers.Count} matrices, {TextTable.Bytes(tree.Weight(0))}, sparsity {TextTable.Percent(Sparsity(layers))}", "sparsity", TextTable.Bytes);
    }

    // "model.layers.3.self_attn.q_proj.weight" is block 3, self_attn, q_proj.
    private static string[] Parts(string tensor)
    {
        var name = tensor.StartsWith("model.", StringComparison.Ordinal) ? tensor["model.".Length..] : tensor;
        name = name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name;
        return (name.StartsWith(BlockPrefix, StringComparison.Ordinal) ? $"block {name[BlockPrefix.Length..]}" : name).Split('.');
    }

    private static double Sparsity(IReadOnlyList<LayerLayout> layers) => 1 - layers.Sum(layer => (double)layer.KeptCount) / layers.Sum(layer => (double)layer.Rows * layer.Columns);

    private static string Count(double weight) => weight.ToString("N0", CultureInfo.InvariantCulture);
}
