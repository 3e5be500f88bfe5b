using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;

namespace Sparseland.Cli.Verbs;

/// <summary>Prompt and decode speed apart: the model as it is stored, dense, quantised and packed.</summary>
internal sealed class BenchVerb : Verb
{
    private readonly ModelArgument _model = new();
    private readonly Option<bool> _large = new("--large") { Description = "Also a random model larger than the cache, in every way." };
    private readonly Option<string> _ways = new("--ways") { Description = $"What to measure, by commas: {string.Join(", ", BenchWay.Names)}.", DefaultValueFactory = _ => "stored,f32,bf16,q8_0,q4_0,2:4 bf16,bitmap bf16" };
    private readonly Option<int> _prompt = new("--prompt") { Description = "Prompt tokens.", DefaultValueFactory = _ => 128 };
    private readonly Option<int> _decode = new("--decode") { Description = "Decoded tokens.", DefaultValueFactory = _ => 32 };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 5 };
    private readonly Option<bool> _asStored = new("--as-stored") { Description = "Run packed matrices in the layouts they are stored in, instead of those that are fastest on this machine." };
    private readonly Option<string> _format = new("--format") { Description = "text, markdown or csv (or --json).", DefaultValueFactory = _ => "text" };

    public override string Name => "bench";

    public override string Summary => "Measure prompt and decode speed apart: as stored, dense, quantised and packed.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland bench my-sparse --large", "the model, and a random one that does not fit the cache"),
        ("sparseland bench --ways bf16,\"2:4 bf16\" --format markdown --threads 1", "two ways on one thread, as a Markdown table"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, _large, _ways, _prompt, _decode, _rounds, _asStored, _format];

    public override int Run(VerbContext context)
    {
        var format = context.Get(_format);
        if (format is not ("text" or "markdown" or "csv"))
            throw new InvalidSettingException($"--format {format}: expected text, markdown or csv");
        var ways = context.Get(_ways)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(BenchWay.Parse).ToList();
        var path = _model.Resolve(context);
        using var checkpoint = Checkpoint.Open(path);
        var options = new DecodeBenchmarkOptions(
            Math.Min(context.Get(_prompt), Math.Max(1, checkpoint.Configuration.ContextLength - context.Get(_decode))), context.Get(_decode), context.Get(_rounds), context.Seed);
        var lines = context.WithProgress(progress =>
        {
            var model = TransformerModel.Load(checkpoint, progress, context.CancellationToken);
            var list = Measure(context, model, Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), ways, options, progress);
            if (!context.Get(_large))
                return list;
            using var random = new RandomCheckpoint(DecodeBenchmark.LargeConfiguration, context.Seed);
            var large = TransformerModel.Load(random, progress, context.CancellationToken);
            // A tenth of the tokens: each takes many times as long as the small model's.
            var fewer = options with { PromptTokens = Math.Min(options.PromptTokens, 64), DecodeTokens = Math.Min(options.DecodeTokens, 8), WarmUpSeconds = 0 };
            return [.. list, .. Measure(context, large, "random 1024 x 12", [.. ways.Select(way => way.Layout is null ? BenchWay.Like(model) : way)], fewer, progress)];
        });
        if (context.Json)
            WriteJson(lines);
        else
            Write(context, lines, format);
        return 0;
    }

    // Every way takes turns with dense bf16, two models in memory at a time.
    private List<Line> Measure(VerbContext context, TransformerModel model, string name, IReadOnlyList<BenchWay> ways, DecodeBenchmarkOptions options, IProgress<Progress.ProgressReport> progress)
    {
        var reference = new DecodeSubject($"{name}: bf16", BenchWay.DenseBFloat16.Apply(model));
        return [.. ways.Select(way =>
        {
            var held = way.Name == BenchWay.DenseBFloat16.Name ? reference.Model : way.Apply(model);
            var running = context.Get(_asStored) ? RunningModel.AsStored(held) : RunningModel.Choose(held, TimeProvider.System, cancellation: context.CancellationToken);
            var subject = new DecodeSubject($"{name}: {way.Name}", running.Transformer);
            var subjects = ReferenceEquals(held, reference.Model) ? [subject] : (DecodeSubject[])[reference, subject];
            return new Line(DecodeBenchmark.Compare(subjects, options, progress, context.CancellationToken)[^1], running);
        })];
    }

    private sealed record Line(DecodeBenchmarkResult Result, RunningModel Running);

    private void Write(VerbContext context, List<Line> lines, string format)
    {
        var writer = context.Output;
        var table = new TextTable("model", "stored", "in memory", "prompt tok/s", "decode tok/s", "spread", "x dense bf16", "GB/s", "of products", "runs as", "fits cache");
        foreach (var (result, running) in lines)
            table.Add(result.Name, TextTable.Bytes(running.StoredBytes), TextTable.Bytes(result.ModelBytes), TextTable.Number(result.Prompt.Median, 0), TextTable.Number(result.Decode.Median, 1),
                string.Create(CultureInfo.InvariantCulture, $"{result.Decode.Lowest:F1} to {result.Decode.Highest:F1}"), TextTable.Number(result.DecodeRatio), TextTable.Number(result.GigabytesPerSecond, 1),
                TextTable.Percent(result.DecodeShare, 0), running.RunsAs, result.FitsCache ? "yes" : "no");
        if (format == "markdown")
            table.WriteMarkdown(writer);
        else if (format == "csv")
            table.WriteCsv(writer);
        else
            table.Write(writer);
        if (format == "csv")
            return;
        writer.WriteLine();
        foreach (var (result, running) in lines)
            foreach (var choice in running.Choices)
                writer.WriteLine($"{result.Name}: {choice}{(format == "markdown" ? "  " : "")}");
        if (lines.Any(line => line.Result.FitsCache))
            writer.WriteLine($"Figures of a model that fits the cache ({TextTable.Bytes(CacheSize.LastLevelBytes)}) say nothing about larger ones{(context.Get(_large) ? "" : "; --large measures one")}.");
    }

    private static void WriteJson(List<Line> lines) => VerbContext.WriteJson(json =>
    {
        json.WriteStartArray();
        foreach (var (result, running) in lines)
        {
            json.WriteStartObject();
            json.WriteString("model", result.Name);
            json.WriteNumber("threads", result.Threads);
            json.WriteNumber("promptTokensPerSecond", result.Prompt.Median);
            json.WriteNumber("decodeTokensPerSecond", result.Decode.Median);
            json.WriteNumber("promptTimesDenseBf16", result.PromptRatio);
            json.WriteNumber("decodeTimesDenseBf16", result.DecodeRatio);
            json.WriteNumber("promptShareOfProducts", result.PromptShare);
            json.WriteNumber("decodeShareOfProducts", result.DecodeShare);
            json.WriteNumber("gigabytesPerSecond", result.GigabytesPerSecond);
            json.WriteBoolean("fitsCache", result.FitsCache);
            RunningJson.Write(json, running);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
