using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Datasets.NuScenes;

/// <summary>The thirteen JSON tables of a nuScenes version folder ("v1.0-sim/"). Rows name each other by token; translations are in metres, rotations are quaternions w, x, y, z, times microseconds.</summary>
public sealed record NuScenesTables
{
    /// <summary>Drives.</summary>
    public IReadOnlyList<NuScenesScene> Scenes { get; init; } = [];

    /// <summary>Key frames.</summary>
    public IReadOnlyList<NuScenesSample> Samples { get; init; } = [];

    /// <summary>Sensor files.</summary>
    public IReadOnlyList<NuScenesSampleData> SampleData { get; init; } = [];

    /// <summary>Poses of the vehicle.</summary>
    public IReadOnlyList<NuScenesEgoPose> EgoPoses { get; init; } = [];

    /// <summary>Sensors on the vehicle.</summary>
    public IReadOnlyList<NuScenesCalibratedSensor> CalibratedSensors { get; init; } = [];

    /// <summary>Sensors.</summary>
    public IReadOnlyList<NuScenesSensor> Sensors { get; init; } = [];

    /// <summary>Objects over time.</summary>
    public IReadOnlyList<NuScenesInstance> Instances { get; init; } = [];

    /// <summary>Boxes.</summary>
    public IReadOnlyList<NuScenesAnnotation> Annotations { get; init; } = [];

    /// <summary>Classes.</summary>
    public IReadOnlyList<NuScenesName> Categories { get; init; } = [];

    /// <summary>Attributes.</summary>
    public IReadOnlyList<NuScenesName> Attributes { get; init; } = [];

    /// <summary>Visibility levels.</summary>
    public IReadOnlyList<NuScenesVisibility> Visibilities { get; init; } = [];

    /// <summary>Logs.</summary>
    public IReadOnlyList<NuScenesLog> Logs { get; init; } = [];

    /// <summary>Maps.</summary>
    public IReadOnlyList<NuScenesMap> Maps { get; init; } = [];

    /// <summary>Reads the tables of a version folder.</summary>
    /// <exception cref="InvalidFileException">A table is missing or malformed.</exception>
    public static NuScenesTables Read(string folder)
    {
        var json = NuScenesJson.Default;
        return new()
        {
            Scenes = Read(folder, "scene", json.IReadOnlyListNuScenesScene),
            Samples = Read(folder, "sample", json.IReadOnlyListNuScenesSample),
            SampleData = Read(folder, "sample_data", json.IReadOnlyListNuScenesSampleData),
            EgoPoses = Read(folder, "ego_pose", json.IReadOnlyListNuScenesEgoPose),
            CalibratedSensors = Read(folder, "calibrated_sensor", json.IReadOnlyListNuScenesCalibratedSensor),
            Sensors = Read(folder, "sensor", json.IReadOnlyListNuScenesSensor),
            Instances = Read(folder, "instance", json.IReadOnlyListNuScenesInstance),
            Annotations = Read(folder, "sample_annotation", json.IReadOnlyListNuScenesAnnotation),
            Categories = Read(folder, "category", json.IReadOnlyListNuScenesName),
            Attributes = Read(folder, "attribute", json.IReadOnlyListNuScenesName),
            Visibilities = Read(folder, "visibility", json.IReadOnlyListNuScenesVisibility),
            Logs = Read(folder, "log", json.IReadOnlyListNuScenesLog),
            Maps = Read(folder, "map", json.IReadOnlyListNuScenesMap),
        };
    }

    /// <summary>Writes the tables into a version folder.</summary>
    public void Write(string folder)
    {
        var json = NuScenesJson.Default;
        Write(folder, "scene", Scenes, json.IReadOnlyListNuScenesScene);
        Write(folder, "sample", Samples, json.IReadOnlyListNuScenesSample);
        Write(folder, "sample_data", SampleData, json.IReadOnlyListNuScenesSampleData);
        Write(folder, "ego_pose", EgoPoses, json.IReadOnlyListNuScenesEgoPose);
        Write(folder, "calibrated_sensor", CalibratedSensors, json.IReadOnlyListNuScenesCalibratedSensor);
        Write(folder, "sensor", Sensors, json.IReadOnlyListNuScenesSensor);
        Write(folder, "instance", Instances, json.IReadOnlyListNuScenesInstance);
        Write(folder, "sample_annotation", Annotations, json.IReadOnlyListNuScenesAnnotation);
        Write(folder, "category", Categories, json.IReadOnlyListNuScenesName);
        Write(folder, "attribute", Attributes, json.IReadOnlyListNuScenesName);
        Write(folder, "visibility", Visibilities, json.IReadOnlyListNuScenesVisibility);
        Write(folder, "log", Logs, json.IReadOnlyListNuScenesLog);
        Write(folder, "map", Maps, json.IReadOnlyListNuScenesMap);
    }

    private static IReadOnlyList<T> Read<T>(string folder, string table, JsonTypeInfo<IReadOnlyList<T>> type) where T : class
    {
        var path = Path.Combine(folder, table + ".json");
        try
        {
            var rows = JsonSerializer.Deserialize(JsonFile.ReadBytes(path, 1 << 30), type) ?? throw new JsonException("null");
            return rows.Contains(null!) ? throw new JsonException("null") : rows;
        }
        catch (JsonException fault)
        {
            throw new InvalidFileException(path, fault.LineNumber is { } line ? $"line {line + 1}, {fault.Path}" : "", $"it is no table of {table} rows", "correct it, or fetch it again", fault);
        }
    }

    private static void Write<T>(string folder, string table, IReadOnlyList<T> rows, JsonTypeInfo<IReadOnlyList<T>> type) =>
        AtomicFile.Write(Path.Combine(folder, table + ".json"), stream => JsonSerializer.Serialize(stream, rows, type));
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<NuScenesScene>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesSample>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesSampleData>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesEgoPose>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesCalibratedSensor>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesSensor>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesInstance>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesAnnotation>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesName>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesVisibility>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesLog>))]
[JsonSerializable(typeof(IReadOnlyList<NuScenesMap>))]
internal sealed partial class NuScenesJson : JsonSerializerContext;
