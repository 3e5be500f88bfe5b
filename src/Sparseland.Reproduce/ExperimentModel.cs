using System.Text.Json;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Language.Training;

namespace Sparseland.Reproduce;

/// <summary>A model that experiments run on, with its tokenizer and texts that it never learned from: calibration and evaluation are drawn apart for every seed.</summary>
public sealed class ExperimentModel
{
    private readonly Func<ulong, bool, IReadOnlyList<string>> _makeTexts;
    private readonly Dictionary<(ulong Seed, bool Calibration), IReadOnlyList<string>> _texts = [];

    private ExperimentModel(string name, ICheckpoint checkpoint, ITokenizer tokenizer, Func<ulong, bool, IReadOnlyList<string>> texts)
    {
        (Name, Checkpoint, Tokenizer, _makeTexts) = (name, checkpoint, tokenizer, texts);
        Window = Math.Min(256, checkpoint.Configuration.ContextLength);
    }

    /// <summary>What tables call it.</summary>
    public string Name { get; }

    /// <summary>The dense model.</summary>
    public ICheckpoint Checkpoint { get; }

    /// <summary>Its tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Tokens of an evaluation document, at most.</summary>
    public int Window { get; }

    /// <summary>The models that are there: storyteller in the models folder, stories260K in the data folder.</summary>
    /// <param name="context">The folders.</param>
    /// <param name="notes">Told what is missing.</param>
    public static IReadOnlyList<ExperimentModel> Available(ExperimentContext context, ICollection<string> notes)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(notes);
        var models = new List<ExperimentModel>();
        if (Shipped(context, "storyteller", notes) is { } storyteller)
            models.Add(storyteller);
        var stories = context.DataFolder is null ? null : Path.Combine(context.DataFolder, "language", "stories260K");
        var text = context.DataFolder is null ? null : Path.Combine(context.DataFolder, "text", "tinystories_1000", "tinystories_1000.json");
        if (stories is not null && File.Exists(Path.Combine(stories, "stories260K.bin")) && File.Exists(text))
            models.Add(Stories260K(stories, text!));
        else
            notes.Add("stories260K and its text are not there (SPARSELAND_DATA names their folder): what is claimed for it was not tested.");
        return models;
    }

    /// <summary>A model of this project that tells stories, or null where its weights are not there.</summary>
    /// <param name="context">The folders.</param>
    /// <param name="name">Its folder in the models folder.</param>
    /// <param name="notes">Told what is missing.</param>
    public static ExperimentModel? Shipped(ExperimentContext context, string name, ICollection<string> notes)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(notes);
        var folder = context.ModelsFolder is null ? null : Path.Combine(context.ModelsFolder, name);
        if (folder is not null && File.Exists(Path.Combine(folder, "model.safetensors")))
            return Stories(name, folder);
        notes.Add($"models/{name} is not there: what is claimed for it was not tested.");
        return null;
    }

    /// <summary>Calibration sequences of a seed.</summary>
    public CalibrationSet Calibrate(ulong seed, int sequences, int length) =>
        CalibrationText.Cut(Texts(seed, calibration: true), Tokenizer, sequences, Math.Min(length, Window), seed, Name);

    /// <summary>Perplexity on a seed's evaluation documents, each cut to the window.</summary>
    public double Perplexity(TransformerModel model, ulong seed, long tokens, CancellationToken cancellation) =>
        Language.Evaluation.Perplexity.Measure(model, Tokenizer, [.. Texts(seed, calibration: false).Select(text => new EvaluationText(text))],
            PerplexityProtocol.Documents(Window) with { Limit = tokens }, null, cancellation).Perplexity;

    // Made once: an experiment asks for the same texts many times.
    private IReadOnlyList<string> Texts(ulong seed, bool calibration)
    {
        if (!_texts.TryGetValue((seed, calibration), out var texts))
            _texts[(seed, calibration)] = texts = _makeTexts(seed, calibration);
        return texts;
    }

    private static ExperimentModel Stories(string name, string folder)
    {
        var recipe = Path.Combine(folder, "recipe.json");
        var options = File.Exists(recipe) ? TrainingRecipe.Read(recipe).Stories.Options : null;
        // Seeds far from those of the training legs.
        return new ExperimentModel(name, Language.Checkpoints.Checkpoint.Open(folder), Language.Tokenizers.Tokenizer.Load(folder),
            (seed, calibration) => [.. StoryCorpus.Texts((calibration ? 7_000_000UL : 8_000_000UL) + seed, 0, 200, options)]);
    }

    // The even stories calibrate, the odd ones evaluate; a seed takes its own hundreds of each.
    private static ExperimentModel Stories260K(string folder, string textPath)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(textPath));
        var stories = json.RootElement.EnumerateArray().Select(story => story.GetString()!).ToArray();
        return new ExperimentModel("stories260K", Language.Checkpoints.Checkpoint.Open(Path.Combine(folder, "stories260K.bin")), Language.Tokenizers.Tokenizer.Load(Path.Combine(folder, "tok512.bin")),
            (seed, calibration) => [.. stories.Where((_, index) => index % 2 == (calibration ? 0 : 1) && (ulong)(index / 2 % 3) == seed % 3)]);
    }
}
