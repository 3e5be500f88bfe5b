using System.Globalization;
using Sparseland.Chance;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Learning.Optimisers;
using Sparseland.Learning.Training;
using Sparseland.Progress;

namespace Sparseland.Language.Training;

/// <summary>What training came to.</summary>
/// <param name="LegsDone">Legs finished, those of earlier runs included.</param>
/// <param name="Figures">The figures of the finished model on the held-out stories.</param>
public sealed record TrainingOutcome(int LegsDone, IReadOnlyDictionary<string, double> Figures);

/// <summary>
/// Makes a language model from a recipe: learns the vocabulary, trains leg by leg, writes a model folder in the Hugging Face layout after each leg.
/// A folder that already holds finished legs is continued. Weights are rounded to bfloat16 between legs, because those are what a repository keeps.
/// </summary>
/// <param name="recipe">The recipe.</param>
public sealed class LanguageTrainer(TrainingRecipe recipe)
{
    // Held-out stories come from a seed that no leg uses.
    private const ulong HeldOutLeg = 999;

    /// <summary>The run in a line: parameters, tokens and arithmetic of all legs.</summary>
    public string Describe()
    {
        var configuration = recipe.Configuration(recipe.Tokenizer.VocabularySize, 0, 1);
        var parameters = TransformerNetwork<float>.Create(configuration, recipe.Seed).Parameters.Sum(parameter => parameter.Value.Length);
        var tokens = recipe.Legs.Sum(leg => leg.Steps * leg.MicroBatches * leg.BatchTokens);
        return string.Create(CultureInfo.InvariantCulture, $"{recipe.Name}: {parameters / 1e6:F2} M parameters, {recipe.Legs.Count} legs, at most {tokens / 1e6:F1} M tokens, {6.0 * parameters * tokens:E1} FLOP");
    }

    /// <summary>Trains the legs that are not done yet.</summary>
    /// <param name="folder">The model folder; unfinished work lies in its ".training" subfolder.</param>
    /// <param name="legs">Stop after this many legs in all.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Ends the run between steps with a checkpoint.</param>
    public TrainingOutcome Train(string folder, int legs, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var log = TrainingLog.Read(folder);
        var tokenizer = log.Legs.Count > 0 ? Tokenizer.Load(folder) : LearnVocabulary(progress, cancellationToken);
        var configuration = recipe.Configuration(tokenizer.VocabularySize, tokenizer.BeginToken!.Value, tokenizer.EndTokens[0]);
        var heldOut = HeldOutStories(tokenizer, configuration.ContextLength);
        for (var leg = log.Legs.Count; leg < Math.Min(legs, recipe.Legs.Count); leg++)
        {
            var network = leg == 0 ? CreateNetwork(configuration) : LoadNetwork(folder);
            var result = TrainLeg(leg, network, tokenizer, heldOut, folder, progress, cancellationToken);
            log = log.With(new TrainingLegLog(leg, result.Steps, result.Curve));
            ModelFolder.Write(folder, network, tokenizer, log);
            File.Delete(CheckpointPath(folder, leg));
        }
        var finished = LoadNetwork(folder);
        var figures = Task(finished, tokenizer, heldOut, 0).Validate(cancellationToken);
        var outcome = new TrainingOutcome(log.Legs.Count, figures.ToDictionary(figure => figure.Name, figure => figure.Value));
        AtomicFile.WriteText(Path.Combine(folder, TrainingCard.CurveFile), TrainingCard.Curve(log));
        AtomicFile.WriteText(Path.Combine(folder, "README.md"), TrainingCard.Of(recipe, log, finished.Parameters.Sum(parameter => parameter.Value.Length), outcome.Figures));
        return outcome;
    }

    private TransformerNetwork<float> CreateNetwork(TransformerConfiguration configuration)
    {
        var network = TransformerNetwork<float>.Create(configuration, recipe.Seed);
        if (recipe.CopyingHeads)
            CopyingHeads.Write(network, recipe.Seed);
        foreach (var block in recipe.Loud?.Blocks ?? [])
            foreach (var norm in (string[])[TensorNames.AttentionNorm, TensorNames.FeedForwardNorm])
            {
                var channels = Enumerable.Range(0, configuration.Width).ToArray();
                new RandomStream(recipe.Seed, $"loud channels {norm}", (ulong)block).Shuffle<int>(channels);
                foreach (var channel in channels.Take(recipe.Loud!.Count))
                    network[TensorNames.Weight(block, norm)].Value.Span[channel] = (float)recipe.Loud.Gain;
            }
        return network;
    }

    private TrainingResult TrainLeg(
        int leg, TransformerNetwork<float> network, ITokenizer tokenizer, IReadOnlyList<TokenizedStory> heldOut, string folder, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        var plan = recipe.Legs[leg];
        var task = Task(network, tokenizer, heldOut, leg);
        var adamW = new AdamWOptions(Beta2: plan.Beta2, WeightDecay: plan.WeightDecay);
        Optimiser<float> optimiser = plan.Optimiser == OptimiserKind.Muon
            ? new Muon<float>(network.Parameters, parameter => parameter.Name.StartsWith("model.layers.", StringComparison.Ordinal), new MuonOptions(WeightDecay: plan.WeightDecay, Rest: adamW))
            : new AdamW<float>(network.Parameters, adamW);
        var options = new TrainingOptions(plan.Schedule, plan.MicroBatches, plan.ClipNorm) { Steps = plan.Steps };
        return new TrainingLoop<float>(task, optimiser, options).Run(CheckpointPath(folder, leg), progress, cancellationToken);
    }

    private StoryTask Task(TransformerNetwork<float> network, ITokenizer tokenizer, IReadOnlyList<TokenizedStory> heldOut, int leg)
    {
        var plan = recipe.Legs[leg];
        var generator = new StoryGenerator(plan.Stories ?? recipe.Stories.Options ?? new StoryOptions());
        var seed = StorySeed((ulong)leg);
        var batches = new StoryBatches(
            index => TokenizedStory.Of(generator.Generate(seed, index), tokenizer).ToSequence(), network.Configuration.ContextLength, plan.BatchTokens, recipe.Stories.PackedShare, seed);
        return new StoryTask(network, batches, heldOut, plan.MicroBatches, plan.AnswerShare ?? 0, Identity(leg));
    }

    // Other legs, and where this one stops, do not change its steps: a recipe may grow by legs while one is under way.
    private string Identity(int leg) => $"{(recipe with { Legs = [recipe.Legs[leg] with { StopAfter = null }] }).ToJson()} leg {leg}";

    private Tokenizer LearnVocabulary(IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new ProgressReport("learning the vocabulary", 0, 0));
        var generator = new StoryGenerator(recipe.Stories.Options ?? new StoryOptions());
        var texts = Enumerable.Range(0, recipe.Tokenizer.Stories).Select(index => generator.Generate(StorySeed(0), index).Text);
        return BytePairTrainer.Train(texts, new BytePairTrainerOptions { VocabularySize = recipe.Tokenizer.VocabularySize, Cut = recipe.Tokenizer.Cut ?? WordCut.Gpt2 }, cancellationToken);
    }

    private List<TokenizedStory> HeldOutStories(ITokenizer tokenizer, int context)
    {
        var generator = new StoryGenerator(recipe.Stories.Options ?? new StoryOptions());
        return [.. Enumerable.Range(0, recipe.Stories.HeldOut)
            .Select(index => TokenizedStory.Of(generator.Generate(StorySeed(HeldOutLeg), index), tokenizer))
            .Where(story => story.Ids.Length <= context)];
    }

    private ulong StorySeed(ulong leg) => recipe.Seed * 1000 + leg;

    private static TransformerNetwork<float> LoadNetwork(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        return TransformerNetwork<float>.Load(checkpoint);
    }

    private static string CheckpointPath(string folder, int leg) => Path.Combine(folder, ".training", $"leg-{leg + 1}.safetensors");
}
