using System.Globalization;
using System.Text;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>Writes the folder of a tuned model. What tuning did not change is written as the model had it: same bits, same layout.</summary>
internal static class TunedFolder
{
    /// <summary>Writes weights, configuration, tokenizer and the other files that came with the model.</summary>
    /// <param name="work">The folder.</param>
    /// <param name="source">The model that was tuned.</param>
    /// <param name="tuned">The result.</param>
    /// <param name="fused">What the weights' header says of adapters; null for a model that is now another.</param>
    /// <param name="tokenizer">Saved when the model came without tokenizer files.</param>
    /// <param name="progress">Told tensor by tensor.</param>
    /// <param name="cancellation">Heeded between tensors.</param>
    public static void WriteModel(string work, Checkpoint source, ICheckpoint tuned, FusedAdapters? fused, ITokenizer? tokenizer, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var folder = Directory.Exists(source.Path) ? source.Path : null;
        var configuration = folder is null ? null : Path.Combine(folder, ConfigurationReader.FileName);
        var metadata = source.Metadata.Where(pair => pair.Key is not (PackedWeights.MetadataKey or "format") && !FusedAdapters.Owns(pair.Key)).ToDictionary();
        foreach (var (key, value) in fused?.ToMetadata() ?? [])
            metadata[key] = value;
        var writer = new CheckpointWriter(work, tuned.Configuration, new()
        {
            Metadata = metadata,
            OriginalConfiguration = configuration is not null && File.Exists(configuration) ? File.ReadAllBytes(configuration) : default,
        });
        for (var i = 0; i < tuned.Tensors.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new ProgressReport("writing the model", i, tuned.Tensors.Count, tuned.Tensors[i].Name));
            writer.WritePart($"tensor-{i:d5}", [Weight(tuned, tuned.Tensors[i])]);
            MemoryRelief.After(tuned.Tensors[i].Shape.Length);
        }
        writer.Complete();
        var copied = folder is null ? [] : CompanionFiles.Copy(folder, work, includeCard: false);
        if (!copied.Any(name => name is "tokenizer.json" or "tokenizer.model" or "vocab.json"))
            tokenizer?.Save(work);
        progress?.Report(new ProgressReport("writing the model", tuned.Tensors.Count, tuned.Tensors.Count));
    }

    /// <summary>Writes the report and the card.</summary>
    public static void WriteReport(string work, ICheckpoint source, TuningReport report)
    {
        AtomicFile.WriteText(Path.Combine(work, TuningReport.FileName), report.ToJson() + "\n");
        var card = new StringBuilder();
        void Line(FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# {Path.GetFileName(Path.TrimEndingDirectorySeparator(source.Path))}, fine-tuned");
        Line($"");
        Line($"Fine-tuned by Sparseland with {report.Method} on {report.Source}: {report.Steps} steps over {report.Sequences} sequences, {report.TrainedParameters} numbers trained of {report.Parameters} ({100.0 * report.TrainedParameters / report.Parameters:F2} %).");
        if (report is { HeldOutBefore: { } before, HeldOutAfter: { } after })
            Line($"On held-out examples the loss went from {before:F4} to {after:F4} nats per token.");
        Line($"Details: {TuningReport.FileName}. Base model: {report.BaseHash}.");
        AtomicFile.WriteText(Path.Combine(work, "README.md"), card.ToString());
    }

    // Block-quantised numbers exist only in GGUF: as float32 they keep their values.
    private static CheckpointWeight Weight(ICheckpoint tuned, CheckpointTensor tensor)
    {
        if (tensor.Shape.Rank == 2 && tuned.LoadMatrix(tensor.Name) is var matrix && (matrix is ILayoutParts || ElementConversion.IsPlain(matrix.Element)))
            return CheckpointWeight.Of(tensor.Name, matrix);
        var element = ElementConversion.IsPlain(tensor.Element) ? tensor.Element : ElementType.Float32;
        return CheckpointWeight.Dense(tensor.Name, tuned.LoadTensor(tensor.Name), element);
    }
}
