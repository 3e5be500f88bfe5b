using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.Verbs;
using Sparseland.Trees.Partitions;

namespace Sparseland.Cli.CommandLine;

/// <summary>Whether and how a treemap is drawn.</summary>
internal sealed class TreemapChoices
{
    private const double Width = 1200;
    private const double Height = 800;

    private readonly Option<FileInfo?> _picture = new("--treemap") { Description = "Draw it as an SVG: a model's matrices by bytes coloured by sparsity, an octree's nodes by what they carry, or a tree in a JSON file (name, weight, tone, children)." };
    private readonly Option<string> _method = new("--treemap-method") { Description = $"How: {string.Join(", ", TreemapMethods.All.Select(method => method.Name))}.", DefaultValueFactory = _ => TreemapMethods.Greedy.Name };

    public IEnumerable<Option> All => [_picture, _method];

    /// <summary>Whether one is wanted.</summary>
    public bool IsWanted(VerbContext context) => context.Get(_picture) is not null;

    /// <summary>Draws a tree and says what was drawn; as JSON when nothing else is written.</summary>
    public void Draw(VerbContext context, TreemapSource source, bool isAllOfIt)
    {
        var picture = context.Get(_picture)!.FullName;
        var options = new TreemapOptions { Method = TreemapMethods.Find(context.Get(_method)!), Width = Width, Height = Height, Seed = context.Seed };
        var map = context.WithProgress(progress => Treemap.Layout(source.Tree, options, progress, context.CancellationToken));
        TreemapPicture.Write(picture, map, new TreemapPictureOptions { Title = source.Title, ToneTitle = source.ToneTitle, Weight = source.Weight, ShowLeafNames = source.ShowLeafNames });
        foreach (var warning in source.Tree.Warnings)
            context.Say($"warning: {warning}");
        var leaves = Enumerable.Range(0, source.Tree.Count).Where(node => source.Tree.IsLeaf(node) && map.HasRegion(node)).Select(map.Aspect).ToArray();
        var summary = string.Create(CultureInfo.InvariantCulture, $"{picture}: {source.Tree.LeafCount:N0} regions in {source.Tree.Depth} levels, {options.Method.Name}; aspect (diameter² / area, square: 2) {leaves.Average():0.0} on average, {leaves.Max():0.0} at worst");
        if (!context.Json)
            context.Output.WriteLine(summary);
        else if (!isAllOfIt)
            context.Say(summary);
        else
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("picture", picture);
                json.WriteString("method", options.Method.Name);
                json.WriteNumber("nodes", source.Tree.Count);
                json.WriteNumber("regions", source.Tree.LeafCount);
                json.WriteNumber("levels", source.Tree.Depth);
                json.WriteNumber("meanAspect", leaves.Average());
                json.WriteNumber("worstAspect", leaves.Max());
                json.WriteEndObject();
            });
    }
}
