using System.Text;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>What the header says about a weight that is stored in a sparse layout.</summary>
/// <param name="Layout">The layout's name, such as "bitmap" or "2:4".</param>
/// <param name="Element">How the kept values are stored.</param>
/// <param name="Shape">Rows and columns.</param>
/// <param name="Parts">The names of its parts, in the layout's order.</param>
internal sealed record PackedWeight(string Layout, ElementType Element, Shape Shape, IReadOnlyList<string> Parts)
{
    /// <summary>Parts that lie with another weight, with its name.</summary>
    public IReadOnlyDictionary<string, string> Shared { get; init; } = new Dictionary<string, string>();

    /// <summary>The names of the tensors that are this weight's own.</summary>
    public IEnumerable<string> OwnTensors(string name) => Parts.Where(part => !Shared.ContainsKey(part)).Select(part => PackedWeights.PartName(name, part));
}

/// <summary>
/// Sparse weights in safetensors: the weight NAME is stored as tensors NAME.PART, one for each part of its layout, and the header's text under
/// <see cref="MetadataKey"/> says which layout it is (docs/formats.md has the bytes).
/// </summary>
internal static class PackedWeights
{
    /// <summary>The key in the header's text.</summary>
    public const string MetadataKey = "sparseland.layouts";

    private static readonly (PartType Part, SafetensorsType Stored)[] Types =
    [
        (PartType.UInt8, SafetensorsType.U8), (PartType.Int8, SafetensorsType.I8), (PartType.UInt16, SafetensorsType.U16), (PartType.Int32, SafetensorsType.I32),
        (PartType.UInt32, SafetensorsType.U32), (PartType.UInt64, SafetensorsType.U64), (PartType.Float16, SafetensorsType.F16),
        (PartType.BFloat16, SafetensorsType.BF16), (PartType.Float32, SafetensorsType.F32),
    ];

    private static readonly (ElementType Element, string Name)[] Elements =
    [
        (ElementType.Float32, "f32"), (ElementType.BFloat16, "bf16"), (ElementType.Float16, "f16"), (ElementType.Int8, "int8"),
    ];

    /// <summary>The name of a part's tensor.</summary>
    public static string PartName(string weight, string part) => $"{weight}.{part}";

    /// <summary>The stored type of a part.</summary>
    public static SafetensorsType TypeOf(PartType type) => Types.First(pair => pair.Part == type).Stored;

    /// <summary>The part's type of a stored one.</summary>
    /// <exception cref="InvalidFileException">No part has this type.</exception>
    public static PartType TypeOf(SafetensorsTensor tensor)
    {
        foreach (var (part, stored) in Types)
            if (stored == tensor.Type)
                return part;
        throw new InvalidFileException(tensor.File.Path, PrintableName.Of(tensor.Name), $"a part of a packed weight cannot be {tensor.Type.Name()}", "pack the model again");
    }

    /// <summary>The header's text for the packed ones among some weights; empty when there are none.</summary>
    public static Dictionary<string, string> Metadata(IEnumerable<CheckpointWeight> weights)
    {
        var layouts = weights.Where(weight => weight.Parts is not null)
            .ToDictionary(weight => weight.Name, weight => new PackedWeight(weight.Matrix!.Name, weight.Element, weight.Shape, [.. weight.Parts!.Select(part => part.Name)]) { Shared = weight.Shared }, StringComparer.Ordinal);
        return layouts.Count == 0 ? [] : new() { [MetadataKey] = Describe(layouts) };
    }

    /// <summary>The packed weights of several parts of a model.</summary>
    public static Dictionary<string, PackedWeight> Merge(IEnumerable<ITensorCollection> parts)
    {
        var all = new Dictionary<string, PackedWeight>(StringComparer.Ordinal);
        foreach (var part in parts)
            foreach (var (name, weight) in Read(part))
                all.Add(name, weight);
        return all;
    }

    /// <summary>Layouts as the header's text: JSON, sorted by name.</summary>
    public static string Describe(IReadOnlyDictionary<string, PackedWeight> layouts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, weight) in layouts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(name);
                json.WriteString("layout", weight.Layout);
                json.WriteString("element", Elements.First(pair => pair.Element == weight.Element).Name);
                json.WriteStartArray("shape");
                json.WriteNumberValue(weight.Shape[0]);
                json.WriteNumberValue(weight.Shape[1]);
                json.WriteEndArray();
                json.WriteStartArray("parts");
                foreach (var part in weight.Parts)
                    json.WriteStringValue(part);
                json.WriteEndArray();
                if (weight.Shared.Count > 0)
                {
                    json.WriteStartObject("shared");
                    foreach (var (part, holder) in weight.Shared.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                        json.WriteString(part, holder);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The packed weights that a file's header describes; empty when it is dense.</summary>
    /// <exception cref="InvalidFileException">The description is damaged.</exception>
    public static Dictionary<string, PackedWeight> Read(ITensorCollection tensors)
    {
        var layouts = new Dictionary<string, PackedWeight>(StringComparer.Ordinal);
        if (!tensors.Metadata.TryGetValue(MetadataKey, out var text))
            return layouts;
        var place = $"{tensors.Path}, {MetadataKey}";
        using var document = JsonFile.Parse(place, Encoding.UTF8.GetBytes(text));
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InvalidFileException(tensors.Path, MetadataKey, "a JSON object is expected", "pack the model again");
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Object)
                throw new InvalidFileException(tensors.Path, MetadataKey, "an object is expected for every weight", "pack the model again");
            if (!layouts.TryAdd(property.Name, ReadWeight(new JsonFields(place, PrintableName.Of(property.Name) + ".", property.Value))))
                throw new InvalidFileException(tensors.Path, MetadataKey, $"the weight {PrintableName.Of(property.Name)} is there twice", "pack the model again");
        }
        return layouts;
    }

    private static PackedWeight ReadWeight(JsonFields fields)
    {
        var name = fields.Text("element") ?? "";
        var known = Elements.Where(pair => pair.Name == name).ToArray();
        if (known.Length == 0)
            throw fields.Unsupported("element", $"the element type {PrintableName.Of(name)} is not known; known are {string.Join(", ", Elements.Select(pair => pair.Name))}");
        var shape = fields.Tokens("shape") ?? [];
        var parts = fields.Texts("parts") ?? [];
        if (shape.Count != 2 || parts.Count is 0 or > 16)
            throw fields.Fault("shape", "two extents and one to sixteen parts are expected");
        return new(fields.Text("layout") ?? throw fields.Fault("layout", "the field is missing"), known[0].Element, new Shape(shape[0], shape[1]), parts) { Shared = ReadShared(fields, parts) };
    }

    private static Dictionary<string, string> ReadShared(JsonFields fields, IReadOnlyList<string> parts)
    {
        var shared = new Dictionary<string, string>(StringComparer.Ordinal);
        if (fields.Object("shared") is not { } places)
            return shared;
        foreach (var part in parts)
            if (places.Text(part) is { } holder)
                shared[part] = holder;
        return shared;
    }
}
