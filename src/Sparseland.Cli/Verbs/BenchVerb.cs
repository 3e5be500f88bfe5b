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
    private readonly Option<string> _format = new("--format") { Description = "text, markdown or csv (or --json).", DefaultValueFactory = _ => "text" };

    public override string Name => "bench";

    public override string Summary => "Measure prompt and decode speed apart: as stored, dense, quantised and packed.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland bench my-sparse --large", "the model, and a random one that does not fit the cache"),
        ("sparseland bench --ways bf16,\"2:4 bf16\" --format markdown --threads 1", "two ways on one thread, as a Markdown table"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, _large, _ways, _prompt, _decode, _rounds, _format];

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
        var results = context.WithProgress(progress =>
        {
            var list = Measure(TransformerModel.Load(checkpoint, progress, context.CancellationToken), Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), ways, options, progress, context.CancellationToken);
            if (!context.Get(_large))
                return list;
            using var random = new RandomCheckpoint(DecodeBenchmark.LargeConfiguration, context.Seed);
            var large = TransformerModel.Load(random, progress, context.CancellationToken);
            return [.. list, .. Measure(large, "random 1024 x 12", [.. ways.Where(way => way.Layout is not null)], options, progress, context.CancellationToken)];
        });
        if (context.Json)
            WriteJson(results);
        else
            Write(context.Output, results, format);
        return 0;
    }

    private static List<DecodeBenchmarkResult> Measure(
        TransformerModel model, string name, IReadOnlyList<BenchWay> ways, DecodeBenchmarkOptions options, IProgress<Progress.ProgressReport> progress, CancellationToken cancellation) =>
        [.. ways.Select(way => DecodeBenchmark.Measure(way.Apply(model), $"{name}: {way.Name}", options, progress, cancellation))];

    private static void Write(TextWriter writer, List<DecodeBenchmarkResult> results, string format)
    {
        var table = new TextTable("model", "bytes", "prompt tok/s", "decode tok/s", "spread", "GB/s", "of products", "fits cache");
        foreach (var result in results)
            table.Add(result.Name, TextTable.Bytes(result.ModelBytes), TextTable.Number(result.Prompt.Median, 0), TextTable.Number(result.Decode.Median, 1),
                string.Create(CultureInfo.InvariantCulture, $"{result.Decode.Lowest:F1} to {result.Decode.Highest:F1}"), TextTable.Number(result.GigabytesPerSecond, 1), TextTable.Percent(result.DecodeShare, 0), result.FitsCache ? "yes" : "no");
        if (format == "markdown")
            table.WriteMarkdown(writer);
        else if (format == "csv")
            table.WriteCsv(writer);
        else
            table.Write(writer);
        if (format != "csv" && results.Any(result => result.FitsCache))
            writer.WriteLine("Figures of a model that fits the cache say nothing about larger ones.");
    }

    private static void WriteJson(List<DecodeBenchmarkResult> results) => VerbContext.WriteJson(json =>
    {
        json.WriteStartArray();
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("model", result.Name);
            json.WriteNumber("threads", result.Threads);
            json.WriteNumber("bytes", result.ModelBytes);
            json.WriteNumber("promptTokensPerSecond", result.Prompt.Median);
            json.WriteNumber("decodeTokensPerSecond", result.Decode.Median);
            json.WriteNumber("decodeShareOfProducts", result.DecodeShare);
            json.WriteNumber("gigabytesPerSecond", result.GigabytesPerSecond);
            json.WriteBoolean("fitsCache", result.FitsCache);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
