using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints.Gguf;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Progress;

namespace Sparseland.Language.Checkpoints;

/// <summary>What a model is converted to.</summary>
public sealed record ConversionOptions
{
    /// <summary>For folders: "dense" for ordinary safetensors that every tool reads, "auto" for the smallest layout of each matrix, or a layout's name ("bitmap", "2:4").</summary>
    public string Layout { get; init; } = "auto";

    /// <summary>How matrices are stored, or null to keep what each has; scaled and block types become float32 in dense safetensors then, which holds them exactly.</summary>
    public ElementType? Element { get; init; }

    /// <summary>Whether an existing output may be replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>The most bytes of tensors in one file of a folder.</summary>
    public long MaxShardBytes { get; init; } = SafetensorsFolderWriter.DefaultShardBytes;
}

/// <summary>What a conversion did.</summary>
/// <param name="Output">The file or folder.</param>
/// <param name="Format">"gguf", "safetensors" or "packed safetensors".</param>
/// <param name="BytesBefore">Bytes of all tensors before.</param>
/// <param name="BytesAfter">Bytes of all tensors after.</param>
/// <param name="Loss">What could not be kept.</param>
public sealed record ConversionResult(string Output, string Format, long BytesBefore, long BytesAfter, ConversionLoss Loss);

/// <summary>
/// Converts between packed safetensors, dense safetensors and GGUF, every way, tensor by tensor, so that a model larger than memory can be converted.
/// A folder is complete (weights, configuration, tokenizer, generation settings, card) and appears when it is whole.
/// </summary>
public static class ModelConverter
{
    /// <summary>Converts a model.</summary>
    /// <param name="model">Anything <see cref="Checkpoint.Open"/> takes.</param>
    /// <param name="output">A name ending in .gguf for a GGUF file, any other for a folder.</param>
    /// <param name="options">What to convert to; null for the usual.</param>
    /// <param name="progress">Told tensor by tensor.</param>
    /// <param name="cancellation">Ends the work; nothing is left behind.</param>
    /// <exception cref="InvalidSettingException">The output exists and may not be replaced, is the model itself, or the layout is not known.</exception>
    /// <exception cref="NumericalException">A number is beyond the range of the element type.</exception>
    public static ConversionResult Convert(string model, string output, ConversionOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(output);
        options ??= new();
        using var checkpoint = Checkpoint.Open(model);
        if (Path.GetFullPath(model) == Path.GetFullPath(output))
            throw new InvalidSettingException($"{output} is the model itself: choose another output");
        var loss = new ConversionLoss();
        var before = checkpoint.Tensors.Sum(tensor => tensor.ByteCount);
        if (output.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            ToGguf(checkpoint, output, options, loss, progress, cancellation);
        else
            ToFolder(checkpoint, output, options, loss, progress, cancellation);
        using var written = Checkpoint.Open(output);
        return new(output, written.Format, before, written.Tensors.Sum(tensor => tensor.ByteCount), loss);
    }

    private static void ToGguf(Checkpoint checkpoint, string output, ConversionOptions options, ConversionLoss loss, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        if (!options.Replace && File.Exists(output))
            throw new InvalidSettingException($"{output} exists already: choose another output, or ask for it to be replaced");
        if (checkpoint.Tensors.Any(tensor => tensor.Layout != "dense"))
            loss.Note("GGUF has no sparse layouts: removed weights are written as zeros, and which zeros were kept is not written");
        if (checkpoint.Metadata.ContainsKey("sparseland.recipe"))
            loss.Note("the recipe in the header is not written to GGUF");
        var name = Path.GetFileNameWithoutExtension(output);
        GgufExport.Write(checkpoint, output, new() { Element = options.Element, Name = name, Tokenizer = TokenizerMetadata(checkpoint, loss) }, loss, progress, cancellation);
    }

    private static IReadOnlyList<KeyValuePair<string, GgufValue>> TokenizerMetadata(Checkpoint checkpoint, ConversionLoss loss)
    {
        // From GGUF to GGUF the tokenizer is carried over as it is.
        if (checkpoint.Format == "gguf")
            return [.. GgufFile.Open(checkpoint.Path).Metadata.Where(pair => pair.Key.StartsWith("tokenizer.", StringComparison.Ordinal))];
        if (LoadTokenizer(checkpoint, loss) is not { } tokenizer)
            return [];
        var (metadata, problem) = GgufTokenizer.Describe(tokenizer, checkpoint.Configuration);
        if (problem is not null)
            loss.Note(problem);
        return metadata;
    }

    private static void ToFolder(Checkpoint checkpoint, string output, ConversionOptions options, ConversionLoss loss, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var packer = new WeightConversion(options, loss);
        using var folder = AtomicFolder.Create(output, options.Replace);
        var source = Directory.Exists(checkpoint.Path) ? checkpoint.Path : null;
        var original = source is null ? default : JsonFile.ReadBytes(Path.Combine(source, ConfigurationReader.FileName));
        var metadata = checkpoint.Metadata.Where(pair => pair.Key is not (PackedWeights.MetadataKey or "format")).ToDictionary();
        var writer = new CheckpointWriter(folder.WorkFolder, checkpoint.Configuration, new() { MaxShardBytes = options.MaxShardBytes, Metadata = metadata, OriginalConfiguration = original });
        for (var i = 0; i < checkpoint.Tensors.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var tensor = checkpoint.Tensors[i];
            progress?.Report(new("converting", i, checkpoint.Tensors.Count, tensor.Name));
            writer.WritePart($"tensor-{i:00000}", [packer.Convert(checkpoint, tensor)]);
            MemoryRelief.After(tensor.Shape.Length);
        }
        writer.Complete();
        WriteCompanions(checkpoint, source, folder.WorkFolder, options, loss);
        folder.Commit();
        progress?.Report(new("converting", checkpoint.Tensors.Count, checkpoint.Tensors.Count));
    }

    private static void WriteCompanions(Checkpoint checkpoint, string? source, string work, ConversionOptions options, ConversionLoss loss)
    {
        var copied = source is null ? [] : CompanionFiles.Copy(source, work, includeCard: true);
        if (!copied.Any(name => name is "tokenizer.json" or "tokenizer.model" or "vocab.json"))
            LoadTokenizer(checkpoint, loss)?.Save(work);
        if (!copied.Contains(ConfigurationReader.GenerationFileName))
            AtomicFile.Write(Path.Combine(work, ConfigurationReader.GenerationFileName), stream => stream.Write(ConfigurationWriter.WriteGeneration(checkpoint.Configuration)));
        var card = Path.Combine(work, "README.md");
        var before = File.Exists(card) ? File.ReadAllText(card).TrimEnd() + "\n\n" : $"# {Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(checkpoint.Path))}\n\n";
        AtomicFile.WriteText(card, $"{before}## Converted\n\nFrom {checkpoint.Format} to {(options.Layout == "dense" ? "dense safetensors" : $"packed safetensors (layout {options.Layout})")}: {loss.ToString().ReplaceLineEndings("; ")}.\n");
    }

    private static Tokenizer? LoadTokenizer(Checkpoint checkpoint, ConversionLoss loss)
    {
        try
        {
            if (checkpoint.TokenizerPath is { } path)
                return Tokenizer.Load(path);
        }
        catch (Exception fault) when (fault is InvalidFileException or UnsupportedException)
        {
            loss.Note($"no tokenizer was written: {fault.Message}");
            return null;
        }
        loss.Note("no tokenizer was written: none was found beside the model");
        return null;
    }
}
