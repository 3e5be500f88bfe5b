using System.Globalization;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Trees.Partitions;

/// <summary>
/// Weighted trees in JSON files: an object with "name", "weight" ("value" and "size" are understood too), "tone" (0 to 1) and "children", all of them optional; anything else is passed over. At most 31 levels.
/// </summary>
/// <example>{"name": "disk", "children": [{"name": "music", "weight": 7}, {"name": "mail", "weight": 2, "tone": 0.5}]}</example>
public static class WeightedTreeFile
{
    private const int MostBytes = 256 << 20;
    private static readonly string[] WeightNames = ["weight", "value", "size"];

    /// <summary>Reads a tree.</summary>
    /// <param name="path">The file, at most 256 MiB.</param>
    /// <exception cref="InvalidFileException">It is missing, not JSON, or not such a tree; says where.</exception>
    /// <exception cref="InvalidSettingException">No leaf has a weight above zero.</exception>
    public static WeightedTree Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(path, JsonFile.ReadBytes(path, MostBytes));
    }

    /// <summary>Parses the content of a file.</summary>
    /// <param name="path">The name for messages.</param>
    /// <param name="utf8">The content.</param>
    /// <exception cref="InvalidFileException">It is not JSON, or not such a tree; says where.</exception>
    /// <exception cref="InvalidSettingException">No leaf has a weight above zero.</exception>
    public static WeightedTree Parse(string path, ReadOnlyMemory<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var document = JsonFile.Parse(path, utf8);
        var root = document.RootElement;
        var (name, weight, _) = Properties(path, root, "$");
        var builder = new WeightedTreeBuilder(name, weight);
        AddChildren(path, builder, root, 0, "$");
        return builder.Build();
    }

    // Nesting is bounded by the parser, so the recursion is too.
    private static void AddChildren(string path, WeightedTreeBuilder builder, JsonElement element, int parent, string place)
    {
        if (!element.TryGetProperty("children", out var children) || children.ValueKind == JsonValueKind.Null)
            return;
        if (children.ValueKind != JsonValueKind.Array)
            throw Wrong(path, $"{place}.children", $"it is {Words(children)}, and a list of nodes is expected");
        var index = 0;
        foreach (var child in children.EnumerateArray())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{place}.children[{index++}]");
            var (name, weight, tone) = Properties(path, child, at);
            AddChildren(path, builder, child, builder.Add(parent, weight, name, tone), at);
        }
    }

    private static (string? Name, double? Weight, double Tone) Properties(string path, JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong(path, place, $"it is {Words(element)}, and an object with a name, a weight or children is expected");
        var name = element.TryGetProperty("name", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        double? weight = null;
        foreach (var property in WeightNames)
            if (element.TryGetProperty(property, out var value))
                weight = Number(path, value, $"{place}.{property}", 0, double.MaxValue);
        var tone = element.TryGetProperty("tone", out var given) && given.ValueKind != JsonValueKind.Null ? Number(path, given, $"{place}.tone", 0, 1) : double.NaN;
        return (name, weight, tone);
    }

    private static double Number(string path, JsonElement element, string place, double least, double most) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(path, place, $"it is {Words(element)}, and a number {(most == 1 ? "from 0 to 1" : "of at least 0")} is expected");

    private static string Words(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => PrintableName.Of(element.GetRawText()),
        JsonValueKind.String => "a text",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => element.ValueKind.ToString().ToLowerInvariant(),
    };

    private static InvalidFileException Wrong(string path, string place, string problem) => new(path, place, problem, "correct it");
}
