using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Autograd;
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
        var entries = Shapes(task, optimiser).Select(tensor => new SafetensorsEntry(tensor.Name, TypeOf<T>(), [.. tensor.Shape.ToArray().Select(extent => (long)extent)])).ToList();
        var metadata = new Dictionary<string, string>
        {
            [IdentityKey] = task.Identity,
            [OptimiserStepsKey] = optimiser.StepCount.ToString(CultureInfo.InvariantCulture),
            [PositionKey] = JsonSerializer.Serialize(position, TrainingCheckpointJson.Default.TrainingPosition),
        };
        using var writer = new SafetensorsWriter(path, entries, metadata);
        foreach (var parameter in task.Parameters)
            AppendRows(writer, parameter);
        foreach (var (name, value) in optimiser.State)
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
        foreach (var (name, shape) in Shapes(task, optimiser))
        {
            var stored = file.Find(name) ?? throw new InvalidFileException(path, name, "the tensor is missing", remedy);
            if (stored.Type != TypeOf<T>() || stored.Shape != shape)
                throw new InvalidFileException(path, name, $"{stored.Type} {stored.Shape} where {TypeOf<T>()} {shape} is expected", remedy);
        }
        foreach (var parameter in task.Parameters)
            ReadRows(file.Find(ParameterPrefix + parameter.Name)!, parameter);
        foreach (var (name, value) in optimiser.State)
            file.Find(name)!.Storage<T>().Slice(0, checked((int)value.Length)).CopyTo(value.Span);
        GC.KeepAlive(file);
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

    private static IEnumerable<(string Name, Shape Shape)> Shapes<T>(ITrainingTask<T> task, Optimiser<T> optimiser) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        task.Parameters.Select(parameter => (ParameterPrefix + parameter.Name, parameter.TrainedShape)).Concat(optimiser.State.Select(state => (state.Name, state.Value.Shape)));

    // Of a parameter that trains a slice only the slice is written: the rest never changes.
    private static void AppendRows<T>(SafetensorsWriter writer, Parameter<T> parameter) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (parameter.Slice is null)
        {
            writer.Append<T>(ParameterPrefix + parameter.Name, parameter.Value.Span);
            return;
        }
        var trained = parameter.Trained;
        for (var row = 0; row < trained.Rows; row++)
            writer.Append<T>(ParameterPrefix + parameter.Name, trained.Row(row));
        trained.KeepAlive();
    }

    private static void ReadRows<T>(SafetensorsTensor stored, Parameter<T> parameter) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var trained = parameter.Trained;
        var values = stored.Storage<T>();
        for (var row = 0; row < trained.Rows; row++)
            values.Slice((long)row * trained.Columns, trained.Columns).CopyTo(trained.Row(row));
        trained.KeepAlive();
    }

    private static SafetensorsType TypeOf<T>() => typeof(T) == typeof(double) ? SafetensorsType.F64 : SafetensorsType.F32;
}

[JsonSerializable(typeof(TrainingPosition))]
internal sealed partial class TrainingCheckpointJson : JsonSerializerContext;
