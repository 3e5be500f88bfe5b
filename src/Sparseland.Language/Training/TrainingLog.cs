using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Errors;
using Sparseland.Learning.Training;

namespace Sparseland.Language.Training;

/// <summary>A finished leg.</summary>
/// <param name="Leg">Its number, from 0.</param>
/// <param name="Steps">Steps made.</param>
/// <param name="Curve">Losses and validation figures on the way.</param>
public sealed record TrainingLegLog(int Leg, long Steps, IReadOnlyList<CurvePoint> Curve);

/// <summary>What was done to a model so far: training.json in its folder.</summary>
/// <param name="Legs">The finished legs.</param>
public sealed record TrainingLog(IReadOnlyList<TrainingLegLog> Legs)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "training.json";

    /// <summary>Reads the log of a folder; an empty one when there is none.</summary>
    /// <exception cref="InvalidFileException">The file is damaged.</exception>
    public static TrainingLog Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return new TrainingLog([]);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), TrainingLogJson.Default.TrainingLog) ?? new TrainingLog([]);
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(path, exception.Path ?? "", exception.Message, "restore the file or train into an empty folder", exception);
        }
    }

    /// <summary>The log with one more leg.</summary>
    public TrainingLog With(TrainingLegLog leg) => new([.. Legs, leg]);

    /// <summary>The log as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainingLogJson.Default.TrainingLog);
}

[JsonSerializable(typeof(TrainingLog))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class TrainingLogJson : JsonSerializerContext;
