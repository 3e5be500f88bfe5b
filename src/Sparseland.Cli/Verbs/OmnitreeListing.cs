using System.Text.Json;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Cli.Verbs;

/// <summary>What is in an omnitree's file: nodes by how many dimensions they are halved in, boxes by level, bits.</summary>
internal static class OmnitreeListing
{
    private const string Extension = ".omni";

    /// <summary>Whether a path is that of an omnitree, by its extension.</summary>
    public static bool Handles(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    public static int Write(VerbContext context, string path)
    {
        var (tree, shape) = OmnitreeFile.Open(path);
        var levels = new int[tree.Dimensions];
        var volume = 0.0;
        var box = 0;
        foreach (var location in tree.Boxes())
        {
            for (var dimension = 0; dimension < levels.Length; dimension++)
                levels[dimension] = Math.Max(levels[dimension], location.Level(dimension));
            volume += shape is not null && shape.IsOccupied(box) ? location.Volume : 0;
            box++;
        }
        var refinements = Enumerable.Range(0, tree.NodeCount).CountBy(tree.Refinement).OrderBy(pair => pair.Key).ToArray();
        if (context.Json)
        {
            VerbContext.WriteJson(json => WriteJson(json, tree, shape, levels, volume));
            return 0;
        }
        context.Output.WriteLine($"{path}: omnitree of {tree.Dimensions} dimensions, {tree.NodeCount} nodes, {tree.BoxCount} boxes, deepest levels {string.Join(", ", levels)}");
        if (shape is not null)
            context.Output.WriteLine($"{shape.OccupiedCount} boxes are full, {TextTable.Percent(volume)} of the cube; {TextTable.Bytes(Math.Ceiling(shape.Bits / 8.0))}, {TextTable.Number(shape.InformationDensity, 3)} bits of information per bit");
        var table = new TextTable("halved in", "nodes", "share");
        foreach (var (mask, count) in refinements)
            table.Add(mask == 0 ? "none: boxes" : string.Concat(Enumerable.Range(0, tree.Dimensions).Select(dimension => (char)('0' + ((mask >> dimension) & 1)))), $"{count}", TextTable.Percent(count / (double)tree.NodeCount));
        table.Write(context.Output);
        return 0;
    }

    private static void WriteJson(Utf8JsonWriter json, Omnitree tree, OmnitreeShape? shape, int[] levels, double volume)
    {
        json.WriteStartObject();
        json.WriteNumber("dimensions", tree.Dimensions);
        json.WriteNumber("nodes", tree.NodeCount);
        json.WriteNumber("boxes", tree.BoxCount);
        json.WriteStartArray("deepestLevels");
        foreach (var level in levels)
            json.WriteNumberValue(level);
        json.WriteEndArray();
        if (shape is not null)
        {
            json.WriteNumber("fullBoxes", shape.OccupiedCount);
            json.WriteNumber("fullVolume", volume);
            json.WriteNumber("bits", shape.Bits);
            json.WriteNumber("informationDensity", shape.InformationDensity);
        }
        json.WriteEndObject();
    }
}
