using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Language.Contextual;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;

namespace Sparseland.Cli.Verbs;

/// <summary>Continues a prompt, or holds a conversation when there is none.</summary>
internal sealed class RunVerb : Verb
{
    private readonly ModelArgument _model = new();
    private readonly Argument<string?> _prompt = new("PROMPT") { Description = "The text to continue; without one, lines from standard input make a conversation.", Arity = ArgumentArity.ZeroOrOne };
    private readonly GenerationOptions _generation = new();
    private readonly Option<int?> _context = new("--context") { Description = "Tokens of context; default: the model's own, as far as memory suffices." };

    private readonly ContextualChoices _contextual = new();

    private readonly Option<bool> _asStored = new("--as-stored") { Description = "Run packed matrices in the layouts they are stored in, instead of those that are fastest on this machine." };

    public override string Name => "run";

    public override string Summary => "Continue a text with a model, dense or packed; without a prompt, a conversation.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland run my-sparse \"A story about Tom and Anna\" --temperature 0.8 --seed 3 --as-stored", "continues the text, the same way every time"),
        ("sparseland run my-model \"Two plus two is\" --contextual 0.5 --correct sirius --stats", "decodes with half of the feed-forward neurons, corrected by the whole model"),
        ("sparseland run my-sparse", "a conversation; an empty line or Ctrl-D ends it"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, _prompt, .. _generation.Symbols, _context, _asStored, .. _contextual.Symbols];

    public override int Run(VerbContext context)
    {
        var contextual = _contextual.Read(context);
        if (contextual is not null && context.Get(_prompt) is null)
            throw new InvalidSettingException("--contextual without a prompt: it continues one text, so give the text; a conversation runs dense");
        var path = _model.Resolve(context);
        using var model = LanguageModel.Load(path, new LoadOptions { ContextLength = context.Get(_context), LayoutClock = context.Get(_asStored) ? null : TimeProvider.System }, cancellation: context.CancellationToken);
        context.Say($"{path}: {Weights(model.Running)}; memory for {model.ContextLength} tokens of context: {model.Memory}");
        var settings = _generation.Apply(context, model.Settings with { Seed = context.Seed });
        if (context.Get(_prompt) is not { } prompt)
            return new Conversation(model, settings, context).Hold();
        if (contextual is not null)
            ContextualGenerator.RequireGreedy(settings);
        var onText = context.Json ? null : Stream(context, prompt);
        var corrected = contextual is null ? null : model.GenerateContextual(prompt, contextual, settings, onText, context.CancellationToken);
        var result = corrected?.Generation ?? model.Generate(prompt, settings, onText, context.CancellationToken);
        if (context.Json)
            WriteJson(prompt, result, settings, corrected?.Contextual);
        else
            context.Output.WriteLine();
        context.Say(Speed(result));
        if (corrected is not null && _contextual.WantsStatistics(context))
            context.Say(Cost(corrected.Contextual));
        return 0;
    }

    private static string Cost(ContextualStatistics cost)
    {
        var checks = cost.Checks == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {cost.Checks} checks kept {cost.AcceptedLength:N2} tokens each, {cost.Corrections} corrections took back {cost.RollBacks.Sum()}");
        return string.Create(CultureInfo.InvariantCulture,
            $"[{cost.SparsePasses} sparse passes{checks}; {TextTable.Bytes((long)cost.BytesPerToken)} of weights per token of {TextTable.Bytes(cost.DenseBytesPerToken)} dense: density {cost.MeteredDensity:N3} by the meter, {cost.EffectiveDensity:N3} by the shapes]");
    }

    private static string Weights(RunningModel running) => running.Choices.Any(choice => choice.Changes)
        ? $"{TextTable.Bytes(running.StoredBytes)} of weights, {TextTable.Bytes(running.Transformer.ByteCount)} in memory, because they run as {running.RunsAs} (fastest here; sparseland inspect --speed says why)"
        : $"{TextTable.Bytes(running.StoredBytes)} of weights{(running.Choices.Count > 0 ? $", running as {running.RunsAs}" : "")}";

    internal static string Speed(GenerationResult result) => string.Create(CultureInfo.InvariantCulture,
        $"[{result.Statistics.PromptTokens} prompt tokens at {result.Statistics.PromptTokensPerSecond:N0}/s, {result.Statistics.GeneratedTokens} new at {result.Statistics.DecodeTokensPerSecond:N0}/s, ended by {result.Reason}]");

    private static Action<string> Stream(VerbContext context, string prompt)
    {
        context.Output.Write(prompt);
        return text =>
        {
            context.Output.Write(text);
            context.Output.Flush();
        };
    }

    private static void WriteJson(string prompt, GenerationResult result, GenerationSettings settings, ContextualStatistics? cost) => VerbContext.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("prompt", prompt);
        json.WriteString("text", result.Text);
        json.WriteString("ended", result.Reason.ToString());
        json.WriteNumber("seed", settings.Seed);
        json.WriteNumber("promptTokens", result.Statistics.PromptTokens);
        json.WriteNumber("newTokens", result.Statistics.GeneratedTokens);
        json.WriteNumber("promptTokensPerSecond", result.Statistics.PromptTokensPerSecond);
        json.WriteNumber("newTokensPerSecond", result.Statistics.DecodeTokensPerSecond);
        if (cost is not null)
            WriteCost(json, cost);
        json.WriteEndObject();
    });

    private static void WriteCost(Utf8JsonWriter json, ContextualStatistics cost)
    {
        json.WriteStartObject("contextual");
        json.WriteNumber("sparsePasses", cost.SparsePasses);
        json.WriteNumber("checks", cost.Checks);
        json.WriteNumber("acceptedLength", cost.AcceptedLength);
        json.WriteNumber("corrections", cost.Corrections);
        json.WriteNumber("takenBack", cost.RollBacks.Sum());
        json.WriteNumber("bytesPerToken", cost.BytesPerToken);
        json.WriteNumber("denseBytesPerToken", cost.DenseBytesPerToken);
        json.WriteNumber("meteredDensity", cost.MeteredDensity);
        json.WriteNumber("effectiveDensity", cost.EffectiveDensity);
        json.WriteEndObject();
    }
}
