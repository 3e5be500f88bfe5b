using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Errors;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>What a light field's file says in its header.</summary>
/// <param name="Version">1.</param>
/// <param name="Options">What it is made of.</param>
/// <param name="Cube">The scene's cube.</param>
/// <param name="Background">Display values of what lies behind everything.</param>
internal sealed record LightFieldHeader(int Version, LightFieldOptions Options, CubeText Cube, ColourText Background)
{
    public string ToJson() => JsonSerializer.Serialize(this, LightFieldJson.Default.LightFieldHeader);

    public static LightFieldHeader Parse(ArrayStore store, string text)
    {
        LightFieldHeader? header;
        try
        {
            header = JsonSerializer.Deserialize(text, LightFieldJson.Default.LightFieldHeader);
        }
        catch (JsonException fault)
        {
            throw store.Damaged("header", fault.Message);
        }
        if (header?.Options is null || header.Cube is null || header.Background is null)
            throw store.Damaged("header", "options, cube or background are missing");
        if (header.Version != 1)
            throw new UnsupportedException($"a light field of version {header.Version}; version 1 is known");
        try
        {
            header.Options.Validate();
        }
        catch (InvalidSettingException fault)
        {
            throw store.Damaged("header", fault.Message);
        }
        var cube = header.Cube.ToCube();
        if (!(cube.Size > 0 && float.IsFinite(cube.Size) && float.IsFinite(cube.Minimum.LengthSquared()) && float.IsFinite(header.Background.ToVector().LengthSquared())))
            throw store.Damaged("header", $"the cube {header.Cube} or the background {header.Background} is not possible");
        return header;
    }
}

/// <summary>A cube as it stands in a file.</summary>
internal sealed record CubeText(float X, float Y, float Z, float Size)
{
    public static CubeText Of(Cube cube) => new(cube.Minimum.X, cube.Minimum.Y, cube.Minimum.Z, cube.Size);

    public Cube ToCube() => new(new Vector3(X, Y, Z), Size);
}

/// <summary>A colour as it stands in a file.</summary>
internal sealed record ColourText(float Red, float Green, float Blue)
{
    public static ColourText Of(Vector3 colour) => new(colour.X, colour.Y, colour.Z);

    public Vector3 ToVector() => new(Red, Green, Blue);
}

[JsonSerializable(typeof(LightFieldHeader))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class LightFieldJson : JsonSerializerContext;
