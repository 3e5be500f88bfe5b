using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Learning.Schedules;

namespace Sparseland.Language.Training;

/// <summary>Everything that makes a language model from nothing: shape, tokenizer, data, legs. It is data: printed, stored beside the model it made, given as a file.</summary>
public sealed record TrainingRecipe
{
    /// <summary>The model's name, for its card.</summary>
    public required string Name { get; init; }

    /// <summary>Seed of the weights, the data and the order of batches.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The shape of a Llama-type model.</summary>
    public required ModelShape Model { get; init; }

    /// <summary>Whether the first two blocks begin with heads that copy from the context (<see cref="Training.CopyingHeads"/>).</summary>
    public bool CopyingHeads { get; init; }

    /// <summary>Channels that are loud from the start, as large models grow them by themselves; null for none.</summary>
    public LoudChannels? Loud { get; init; }

    /// <summary>The byte-level BPE vocabulary.</summary>
    public required TokenizerRecipe Tokenizer { get; init; }

    /// <summary>The stories it is trained on.</summary>
    public required StoryRecipe Stories { get; init; }

    /// <summary>The stretches of training, each with a fresh optimiser; every leg after the first starts from the bfloat16 weights of the one before.</summary>
    public required IReadOnlyList<TrainingLeg> Legs { get; init; }

    /// <summary>Reads a recipe file.</summary>
    /// <exception cref="InvalidFileException">It is no JSON of a recipe; the message says where.</exception>
    public static TrainingRecipe Read(string path)
    {
        try
        {
            var recipe = JsonSerializer.Deserialize(File.ReadAllBytes(path), TrainingRecipeJson.Default.TrainingRecipe)
                ?? throw new InvalidFileException(path, "", "the recipe is null", "write an object with name, model, tokenizer and legs");
            recipe.Validate(path);
            return recipe;
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(path, exception.Path ?? $"line {exception.LineNumber}", exception.Message, "compare with models/storyteller/recipe.json", exception);
        }
        catch (IOException exception)
        {
            throw new InvalidFileException(path, "", exception.Message, "name a readable recipe file", exception);
        }
    }

    /// <summary>The recipe as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainingRecipeJson.Default.TrainingRecipe);

    /// <summary>The model's configuration.</summary>
    /// <param name="vocabularySize">Ids of the tokenizer that was learned.</param>
    /// <param name="beginToken">Its begin token.</param>
    /// <param name="endToken">Its end token.</param>
    public TransformerConfiguration Configuration(int vocabularySize, int beginToken, int endToken) => new()
    {
        Family = "llama",
        VocabularySize = vocabularySize,
        Width = Model.Width,
        FeedForwardWidth = Model.FeedForwardWidth,
        BlockCount = Model.BlockCount,
        HeadCount = Model.HeadCount,
        KeyValueHeadCount = Model.KeyValueHeadCount,
        HeadWidth = Model.HeadWidth,
        ContextLength = Model.ContextLength,
        RopeTheta = Model.RopeTheta,
        TiedEmbeddings = true,
        BeginToken = beginToken,
        EndTokens = [endToken],
    };

    private void Validate(string path)
    {
        if (Legs.Count == 0)
            throw new InvalidFileException(path, "legs", "there is none", "add at least one leg with steps and a learning rate");
        foreach (var leg in Legs)
        {
            leg.Schedule.Validate();
            leg.Stories?.Validate();
            if (leg.AnswerShare is { } share && !(share >= 0 && share <= 1))
                throw new InvalidFileException(path, "legs", $"an answer share of {share}", "choose one from 0 to 1");
            if (leg.StopAfter is < 1)
                throw new InvalidFileException(path, "legs", $"a leg stops after {leg.StopAfter} steps", "let it make at least one, or leave stopAfter out");
        }
        if (Model.Width % 2 != 0 || Model.HeadCount % Model.KeyValueHeadCount != 0 || Model.HeadWidth % 2 != 0)
            throw new InvalidFileException(path, "model", $"{Model.HeadCount} heads of {Model.HeadWidth} with {Model.KeyValueHeadCount} key and value heads do not fit", "let the key and value heads divide the heads, and keep head widths even");
        if (CopyingHeads && (Model.BlockCount < 2 || Model.KeyValueHeadCount < 2))
            throw new InvalidFileException(path, "copyingHeads", $"{Model.BlockCount} blocks of {Model.KeyValueHeadCount} key and value heads", "copying takes two blocks and two heads, or leave it out");
        if (Loud is { } loud && (loud.Blocks.Any(block => block < 0 || block >= Model.BlockCount) || loud.Count < 1 || loud.Count > Model.Width || !(loud.Gain > 0)))
            throw new InvalidFileException(path, "loud", $"blocks {string.Join(", ", loud.Blocks)}, {loud.Count} channels with a gain of {loud.Gain}", $"name blocks below {Model.BlockCount}, at most {Model.Width} channels and a gain above 0");
    }
}

/// <summary>The shape of a Llama-type model (<see cref="TransformerConfiguration"/>).</summary>
/// <param name="Width">Residual stream.</param>
/// <param name="FeedForwardWidth">Inside the feed-forward layer.</param>
/// <param name="BlockCount">Blocks.</param>
/// <param name="HeadCount">Query heads.</param>
/// <param name="KeyValueHeadCount">Key and value heads.</param>
/// <param name="HeadWidth">Width of a head.</param>
/// <param name="ContextLength">Longest context.</param>
/// <param name="RopeTheta">Base of the rotary frequencies.</param>
public sealed record ModelShape(int Width, int FeedForwardWidth, int BlockCount, int HeadCount, int KeyValueHeadCount, int HeadWidth, int ContextLength, double RopeTheta = 10000);

/// <summary>
/// Channels whose norm gains begin at a multiple of one, so that a small model learns to use outliers: what methods for outliers (OWL) are tried on.
/// The channels are drawn from the recipe's seed, apart for every block.
/// </summary>
/// <param name="Blocks">The blocks, from 0.</param>
/// <param name="Count">Channels in each of their two norms.</param>
/// <param name="Gain">Where their gains begin.</param>
public sealed record LoudChannels(IReadOnlyList<int> Blocks, int Count = 4, double Gain = 20);

/// <summary>How the vocabulary is learned.</summary>
/// <param name="VocabularySize">Ids, the 256 bytes and the special tokens included.</param>
/// <param name="Stories">Stories it is learned from.</param>
/// <param name="Cut">How texts are cut into words; null for GPT-2's way.</param>
public sealed record TokenizerRecipe(int VocabularySize, int Stories = 4000, WordCut? Cut = null);

/// <summary>How stories become batches.</summary>
/// <param name="PackedShare">The fraction of pools whose stories are laid end to end in windows of the whole context; the other pools hold whole stories of similar length.</param>
/// <param name="HeldOut">Held-out stories judged during training; those longer than the context are passed over.</param>
/// <param name="Options">How they are written; null for the defaults.</param>
public sealed record StoryRecipe(double PackedShare = 0.25, int HeldOut = 128, StoryOptions? Options = null);

/// <summary>One stretch of training.</summary>
/// <param name="Schedule">Learning rates and steps.</param>
/// <param name="BatchTokens">Tokens of a micro-batch, padding included.</param>
/// <param name="MicroBatches">Micro-batches per step.</param>
/// <param name="WeightDecay">AdamW's decay.</param>
/// <param name="Beta2">AdamW's memory of squares.</param>
/// <param name="ClipNorm">Longest gradient.</param>
/// <param name="StopAfter">Steps after which the leg ends before its schedule does, so that another leg can bring the rate down; null for the whole schedule.</param>
/// <param name="Optimiser">What makes the steps; null for AdamW.</param>
/// <param name="AnswerShare">The share of the loss that comes from the tokens of answers alone, 0 to 1; null for none. Answers follow from the text, everything else is half chance, which drowns what they teach.</param>
/// <param name="Stories">How this leg's stories are written, where that differs from the recipe's: a leg may ask more questions. Held-out stories are always the recipe's.</param>
public sealed record TrainingLeg(
    LearningRateSchedule Schedule, int BatchTokens = 4096, int MicroBatches = 1, double WeightDecay = 0.1, double Beta2 = 0.95, double ClipNorm = 1, long? StopAfter = null,
    OptimiserKind? Optimiser = null, double? AnswerShare = null, StoryOptions? Stories = null)
{
    /// <summary>Steps that are made.</summary>
    public long Steps => Math.Min(StopAfter ?? Schedule.Steps, Schedule.Steps);
}

/// <summary>The optimisers that a leg can name.</summary>
public enum OptimiserKind
{
    /// <summary><see cref="Learning.Optimisers.AdamW{T}"/>.</summary>
    AdamW,

    /// <summary><see cref="Learning.Optimisers.Muon{T}"/> on the blocks' matrices, AdamW on the rest.</summary>
    Muon,
}

[JsonSerializable(typeof(TrainingRecipe))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
internal sealed partial class TrainingRecipeJson : JsonSerializerContext;
