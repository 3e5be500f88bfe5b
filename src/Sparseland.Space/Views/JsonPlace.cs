using System.Numerics;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Views;

/// <summary>A value in a JSON file and how to get there, so that every fault can name its place.</summary>
internal sealed class JsonPlace(string file, string path, JsonElement element)
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>What the value is.</summary>
    public JsonValueKind Kind => element.ValueKind;

    /// <summary>An exception that names the file and this place.</summary>
    public InvalidFileException Fault(string problem, string remedy) => new(File, path.Length == 0 ? "top level" : path, problem, remedy);

    /// <summary>A member of an object, which must be there.</summary>
    public JsonPlace Required(string name) => Optional(name) ?? throw Fault($"'{name}' is missing", "add it");

    /// <summary>A member of an object, or null.</summary>
    public JsonPlace? Optional(string name)
    {
        Require(JsonValueKind.Object, "an object");
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new(File, path.Length == 0 ? name : $"{path}.{name}", value) : null;
    }

    /// <summary>All members of an object.</summary>
    public IEnumerable<(string Name, JsonPlace Value)> Members()
    {
        Require(JsonValueKind.Object, "an object");
        return element.EnumerateObject().Select(member => (member.Name, new JsonPlace(File, $"{path}.{PrintableName.Of(member.Name)}", member.Value)));
    }

    /// <summary>All values of an array.</summary>
    public IEnumerable<JsonPlace> Items()
    {
        Require(JsonValueKind.Array, "an array");
        return element.EnumerateArray().Select((item, index) => new JsonPlace(File, $"{path}[{index}]", item));
    }

    /// <summary>A text.</summary>
    public string Text()
    {
        Require(JsonValueKind.String, "a text");
        return element.GetString()!;
    }

    /// <summary>True or false.</summary>
    public bool Truth() => Kind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Fault($"found {element.ValueKind.ToString().ToLowerInvariant()} where true or false belongs", "correct it");

    /// <summary>A finite number.</summary>
    public float Number()
    {
        Require(JsonValueKind.Number, "a number");
        return element.TryGetSingle(out var value) && float.IsFinite(value) ? value : throw Fault($"the number {PrintableName.Of(element.GetRawText())} is beyond what is possible", "correct it");
    }

    /// <summary>A finite number in a range.</summary>
    public float Number(float least, float most)
    {
        var value = Number();
        return value >= least && value <= most ? value : throw Fault($"{value} is out of range", $"give a number from {least} to {most}");
    }

    /// <summary>A whole number in a range.</summary>
    public int Whole(int least, int most)
    {
        Require(JsonValueKind.Number, "a whole number");
        return element.TryGetInt32(out var value) && value >= least && value <= most ? value : throw Fault($"{PrintableName.Of(element.GetRawText())} is not possible here", $"give a whole number from {least} to {most}");
    }

    /// <summary>Three finite numbers.</summary>
    public Vector3 Vector()
    {
        var values = Items().Select(item => item.Number()).ToArray();
        return values.Length == 3 ? new(values[0], values[1], values[2]) : throw Fault($"{values.Length} numbers", "give three");
    }

    private void Require(JsonValueKind kind, string name)
    {
        if (element.ValueKind != kind)
            throw Fault($"found {element.ValueKind.ToString().ToLowerInvariant()} where {name} belongs", "correct it");
    }
}
