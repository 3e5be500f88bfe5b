using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;

namespace Sparseland.Cli.Verbs;

/// <summary>Perplexity under a named protocol, and accuracy on the story tasks.</summary>
internal sealed class EvalVerb : Verb
{
    private readonly ModelArgument _model = new();
    private readonly Option<FileInfo?> _text = new("--text") { Description = "Text to measure perplexity on: plain text, or .jsonl with a \"text\" in each line." };
    private readonly Option<string?> _tasks = new("--tasks") { Description = "Questions to answer: stories." };
    private readonly Option<int?> _window = new("--window") { Description = "Tokens of a window; default: the model's context, at most 2,048." };
    private readonly Option<int?> _stride = new("--stride") { Description = "Tokens between windows; default: side by side, without overlap." };
    private readonly Option<int> _count = new("--count") { Description = "Held-out stories, or questions of each kind.", DefaultValueFactory = _ => 100 };

    public override string Name => "eval";

    public override string Summary => "Measure a model: perplexity on a text under a named protocol, accuracy on questions about stories.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland eval", "the shipped model on held-out stories, beside the best perplexity possible, and on questions"),
        ("sparseland eval my-model --text wiki.txt --window 512 --stride 256", "perplexity in sliding windows"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, _text, _tasks, _window, _stride, _count];

    public override int Run(VerbContext context)
    {
        if (context.Get(_tasks) is { } named && named != "stories")
            throw new InvalidSettingException($"tasks '{named}': the only tasks known are 'stories'");
        using var model = LanguageModel.Load(_model.Resolve(context), cancellation: context.CancellationToken);
        var window = context.Get(_window) ?? Math.Min(model.ContextLength, 2048);
        var tellsStories = StoryVocabulary.IsOf(model.Tokenizer);
        var wantsPerplexity = context.Get(_text) is not null || context.Get(_tasks) is null;
        if (wantsPerplexity && context.Get(_text) is null && !tellsStories)
            throw new InvalidSettingException("this model was not trained on stories: give a text with --text FILE");
        var data = !wantsPerplexity ? null
            : context.Get(_text) is { } file ? EvaluationData.File(file.FullName, window, context.Get(_stride))
            : EvaluationData.Stories(model.Tokenizer, window, context.Seed, context.Get(_count));
        var perplexity = data is null ? null : context.WithProgress(progress => model.MeasurePerplexity(data.Texts, data.Protocol, progress, context.CancellationToken));
        var report = context.Get(_tasks) is not null || (tellsStories && context.Get(_text) is null) ? Answer(model, context) : null;
        if (context.Json)
            WriteJson(data, perplexity, report);
        else
            Write(context, data, perplexity, report);
        return 0;
    }

    private TaskReport Answer(LanguageModel model, VerbContext context)
    {
        var tasks = StoryTasks.Make(context.Seed, context.Get(_count));
        var settings = new GenerationSettings { MaximumTokens = 96, StopStrings = ["\n"] };
        return context.WithProgress(progress => tasks.Score(prompt => model.Generate(prompt, settings, cancellation: context.CancellationToken).Text, progress, context.CancellationToken));
    }

    private static void Write(VerbContext context, EvaluationData? data, PerplexityResult? perplexity, TaskReport? report)
    {
        if (perplexity is not null)
        {
            context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"perplexity {perplexity.Perplexity:F4} ({perplexity.NatsPerToken:F5} nats per token over {perplexity.Total.Tokens:N0} tokens)"));
            context.Output.WriteLine($"  text: {data!.Source}; protocol: {data.Protocol.Name}");
            if (data.BoundNats is { } bound)
            {
                var best = Math.Exp(bound / perplexity.Total.Tokens);
                context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  best possible on these stories {best:F4}; the model is {100 * (perplexity.Perplexity / best - 1):F1} % above it"));
            }
        }
        if (report is null)
            return;
        var table = new TextTable("questions", "asked", "right", "accuracy", "95 % interval");
        foreach (var score in report.Kinds.Append(report.Of("one step", StoryTasks.OneStep)).Append(report.Of("two steps", StoryTasks.TwoStep)).Append(report.All))
            table.Add(score.Kind, $"{score.Items}", $"{score.Correct}", TextTable.Percent(score.Accuracy), $"{TextTable.Percent(score.Interval.Low)} to {TextTable.Percent(score.Interval.High)}");
        table.Write(context.Output);
    }

    private static void WriteJson(EvaluationData? data, PerplexityResult? perplexity, TaskReport? report) => VerbContext.WriteJson(json =>
    {
        json.WriteStartObject();
        if (perplexity is not null)
        {
            json.WriteString("text", data!.Source);
            json.WriteString("protocol", data.Protocol.Name);
            json.WriteNumber("perplexity", perplexity.Perplexity);
            json.WriteNumber("natsPerToken", perplexity.NatsPerToken);
            json.WriteNumber("tokens", perplexity.Total.Tokens);
            if (data.BoundNats is { } bound)
                json.WriteNumber("bestPossible", Math.Exp(bound / perplexity.Total.Tokens));
        }
        if (report is not null)
        {
            json.WriteStartArray("tasks");
            foreach (var score in report.Kinds.Append(report.All))
            {
                json.WriteStartObject();
                json.WriteString("kind", score.Kind);
                json.WriteNumber("asked", score.Items);
                json.WriteNumber("right", score.Correct);
                json.WriteNumber("accuracy", score.Accuracy);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    });
}
