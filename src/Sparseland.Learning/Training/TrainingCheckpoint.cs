using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Learning.Optimisers;
using Sparseland.Tensors;

namespace Sparseland.Learning.Training;

/// <summary>Where a run stands between two steps.</summary>
/// <param name="Step">Steps made.</param>
/// <param name="LossSum">Sum of the losses since the last point of the curve.</param>
/// <param name="LossCount">How many losses that is.</param>
/// <param name="Curve">The curve so far.</param>
public sealed record TrainingPosition(long Step, double LossSum, long LossCount, IReadOnlyList<CurvePoint> Curve);

/// <summary>
/// A run on disk: one safetensors file with the parameters ("parameter." before their names), the optimiser's state and the position in the metadata,
/// all in full precision, written beside its place and renamed.
/// </summary>
public static class TrainingCheckpoint
{
    private const string ParameterPrefix = "parameter.";
    private const string PositionKey = "position";
    private const string IdentityKey = "identity";
    private const string OptimiserStepsKey = "optimiser_steps";

    /// <summary>Writes a checkpoint.</summary>
    public static void Write<T>(string path, ITrainingTask<T> task, Optimiser<T> optimiser, TrainingPosition position) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(optimiser);
        var tensors = Tensors(task, optimiser).ToList();
        var entries = tensors.Select(tensor => new SafetensorsEntry(tensor.Name, TypeOf<T>(), [.. tensor.Value.Shape.ToArray().Select(extent => (long)extent)])).ToList();
        var metadata = new Dictionary<string, string>
        {
            [IdentityKey] = task.Identity,
            [OptimiserStepsKey] = optimiser.StepCount.ToString(CultureInfo.InvariantCulture),
            [PositionKey] = JsonSerializer.Serialize(position, TrainingCheckpointJson.Default.TrainingPosition),
        };
        using var writer = new SafetensorsWriter(path, entries, metadata);
        foreach (var (name, value) in tensors)
            writer.Append<T>(name, value.Span);
        writer.Complete();
    }

    /// <summary>Reads a checkpoint into the task's parameters and the optimiser's state.</summary>
    /// <exception cref="MismatchException">It was made by another task.</exception>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    public static TrainingPosition Read<T>(string path, ITrainingTask<T> task, Optimiser<T> optimiser) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(optimiser);
        var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(IdentityKey) != task.Identity)
            throw new MismatchException($"{path} belongs to another recipe, data set or seed; delete it to start again, or give another folder");
        const string remedy = "delete it to start again";
        foreach (var (name, value) in Tensors(task, optimiser))
        {
            var stored = file.Find(name) ?? throw new InvalidFileException(path, name, "the tensor is missing", remedy);
            if (stored.Type != TypeOf<T>() || stored.Shape != value.Shape)
                throw new InvalidFileException(path, name, $"{stored.Type} {stored.Shape} where {TypeOf<T>()} {value.Shape} is expected", remedy);
            stored.Storage<T>().Slice(0, checked((int)value.Length)).CopyTo(value.Span);
            GC.KeepAlive(file);
        }
        try
        {
            optimiser.StepCount = long.Parse(file.Metadata[OptimiserStepsKey], CultureInfo.InvariantCulture);
            return JsonSerializer.Deserialize(file.Metadata[PositionKey], TrainingCheckpointJson.Default.TrainingPosition)
                ?? throw new InvalidFileException(path, PositionKey, "it is null", remedy);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidFileException(path, "metadata", exception.Message, remedy, exception);
        }
    }

    private static IEnumerable<(string Name, Tensor<T> Value)> Tensors<T>(ITrainingTask<T> task, Optimiser<T> optimiser) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        task.Parameters.Select(parameter => (ParameterPrefix + parameter.Name, parameter.Value)).Concat(optimiser.State);

    private static SafetensorsType TypeOf<T>() => typeof(T) == typeof(double) ? SafetensorsType.F64 : SafetensorsType.F32;
}

[JsonSerializable(typeof(TrainingPosition))]
internal sealed partial class TrainingCheckpointJson : JsonSerializerContext;
