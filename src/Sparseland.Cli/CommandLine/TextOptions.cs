using System.CommandLine;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options that name calibration and evaluation text. The two are never the same text: without files, calibration is the model's own samples.</summary>
internal sealed class TextOptions
{
    private readonly Option<FileInfo?> _calibration = new("--calib") { Description = "Calibration text: plain text, or .jsonl with a \"text\" in each line; default: the model's own samples." };
    private readonly Option<FileInfo?> _evaluation = new("--eval") { Description = "Evaluation text, another one; default: held-out stories for a model of stories, else the model's own samples under another seed." };
    private readonly Option<int> _stories = new("--stories") { Description = "Held-out stories to evaluate on.", DefaultValueFactory = _ => 100 };

    public IEnumerable<Symbol> Symbols => [_calibration, _evaluation, _stories];

    /// <summary>Calibration sequences for a recipe, or null when it needs none. The model is loaded only when it has to write them itself.</summary>
    public CalibrationSet? Calibrate(VerbContext context, Recipe recipe, TransformerConfiguration configuration, Lazy<TransformerModel> model, ITokenizer tokenizer, bool always, IProgress<ProgressReport> progress)
    {
        if (!always && !ModelPruner.NeedsCalibration(recipe))
            return null;
        var length = CalibrationSet.LengthFor(configuration, recipe.Calibration);
        return context.Get(_calibration) is { } file
            ? CalibrationText.Cut(CalibrationText.ReadDocuments(file.FullName), tokenizer, recipe.Calibration.Sequences, length, recipe.Seed, file.Name)
            : ModelSamples.Draw(model.Value, recipe.Calibration.Sequences, length, recipe.Seed, progress, context.CancellationToken);
    }

    /// <summary>What the model is judged by.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="model">The model; it writes its own text where there is no other.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="progress">Told while the model writes.</param>
    /// <param name="stories">How many stories, where --stories shall not decide.</param>
    /// <param name="seed">Which stories or samples, where --seed shall not decide.</param>
    public EvaluationData Evaluate(VerbContext context, TransformerModel model, ITokenizer tokenizer, IProgress<ProgressReport> progress, int? stories = null, ulong? seed = null)
    {
        var window = Math.Min(model.Configuration.ContextLength, 2048);
        if (context.Get(_evaluation) is { } file)
            return EvaluationData.File(file.FullName, window);
        if (StoryVocabulary.IsOf(tokenizer))
            return EvaluationData.Stories(tokenizer, window, seed ?? context.Seed, stories ?? context.Get(_stories));
        const int sequences = 32;
        var length = Math.Min(window, 512);
        var samples = ModelSamples.Draw(model, sequences, length, (seed ?? context.Seed) + 1_000_003, progress, context.CancellationToken);
        return new EvaluationData("the model's own samples (another seed than calibration)",
            [.. samples.Sequences.Select(ids => new EvaluationText(tokenizer.Decode(ids)))], PerplexityProtocol.Documents(window), null);
    }
}
