using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Recipes;

namespace Sparseland.Cli.Verbs;

/// <summary>Prices recipes and dense rivals before anything is written.</summary>
internal sealed class PriceVerb : Verb
{
    private readonly ModelArgument _model = new();
    private readonly RecipeOptions _recipe = new();
    private readonly TextOptions _texts = new();
    private readonly Option<bool> _quick = new("--quick") { Description = "Fewer sequences and stories." };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "Write the table as Markdown." };

    public override string Name => "price";

    public override string Summary => "Price a set of recipes and the quantised dense models beside them: bytes, perplexity, measured tokens per second.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland price", "the price list of the shipped model"),
        ("sparseland price my-model --score wanda --calib notes.txt --eval book.txt --json", "with another score, on one's own texts"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, .. _recipe.Symbols, .. _texts.Symbols, _quick, _markdown];

    public override int Run(VerbContext context)
    {
        using var model = LanguageModel.Load(_model.Resolve(context), cancellation: context.CancellationToken);
        var recipe = _recipe.Build(context, Default(context.Get(_quick)));
        var rows = context.WithProgress(progress => Pricing.Run(Request(context, model, recipe, progress), progress, context.CancellationToken));
        if (context.Json)
            WriteJson(rows);
        else
            Write(context.Output, rows, context.Get(_markdown));
        return 0;
    }

    internal static Recipe Default(bool quick) => new()
    {
        Score = new MethodChoice("sparsegpt"),
        Update = new MethodChoice("obs"),
        Calibration = new CalibrationSettings { Sequences = quick ? 16 : 64, Length = quick ? 256 : 0 },
    };

    private PriceRequest Request(VerbContext context, LanguageModel model, Recipe recipe, IProgress<Sparseland.Progress.ProgressReport> progress)
    {
        var data = _texts.Evaluate(context, model.Transformer, model.Tokenizer, progress, context.Get(_quick) ? 20 : null);
        context.Say($"evaluation: {data.Source}; {data.Protocol.Name}");
        return new PriceRequest
        {
            Checkpoint = model.Checkpoint,
            Tokenizer = model.Tokenizer,
            Calibration = _texts.Calibrate(context, recipe, model.Transformer.Configuration, new Lazy<TransformerModel>(model.Transformer), model.Tokenizer, always: true, progress)!,
            Texts = data.Texts,
            Protocol = data.Protocol,
            Base = recipe,
        };
    }

    internal static void Write(TextWriter writer, IReadOnlyList<PriceRow> rows, bool markdown = false)
    {
        var table = new TextTable("way", "sparsity", "bytes", "perplexity", "tokens/s", "x dense bf16", "runs as", "front", "note");
        foreach (var row in rows)
            table.Add(row.Name, row.Recipe is null ? "" : TextTable.Percent(row.Sparsity), TextTable.Bytes(row.Bytes), row.Perplexity.ToString("F4", CultureInfo.InvariantCulture),
                TextTable.Number(row.TokensPerSecond, 0), TextTable.Number(row.SpeedRatio), row.RunsAs, row.IsOnFront ? "*" : "", row.Note ?? "");
        if (markdown)
        {
            table.WriteMarkdown(writer);
            writer.WriteLine();
        }
        else
        {
            table.Write(writer);
        }
        writer.WriteLine("* no other way has fewer bytes and a lower perplexity");
        if (rows.Any(row => row.Bytes <= CacheSize.LastLevelBytes))
        {
            if (markdown)
                writer.WriteLine();
            writer.WriteLine($"Speeds are of models that fit the processor's last cache level ({TextTable.Bytes(CacheSize.LastLevelBytes)}); they say little about larger ones.");
        }
    }

    private static void WriteJson(IReadOnlyList<PriceRow> rows) => VerbContext.WriteJson(json =>
    {
        json.WriteStartArray();
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("way", row.Name);
            json.WriteBoolean("dense", row.Recipe is null);
            json.WriteNumber("sparsity", row.Sparsity);
            json.WriteNumber("bytes", row.Bytes);
            json.WriteNumber("perplexity", row.Perplexity);
            json.WriteNumber("tokensPerSecond", row.TokensPerSecond);
            json.WriteNumber("timesDenseBf16", row.SpeedRatio);
            if (row.RunsAs.Length > 0)
                json.WriteString("runsAs", row.RunsAs);
            json.WriteBoolean("fitsCache", row.Bytes <= CacheSize.LastLevelBytes);
            json.WriteBoolean("onFront", row.IsOnFront);
            if (row.Note is not null)
                json.WriteString("note", row.Note);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
