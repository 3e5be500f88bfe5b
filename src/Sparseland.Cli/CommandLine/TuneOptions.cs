using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Language.Tuning;
using Sparseland.Recipes;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options of fine-tuning: what is trained, on what, how long.</summary>
internal sealed class TuneOptions
{
    private readonly Option<string> _method = new("--method") { Description = $"{string.Join("; ", TuningMethods.All.Entries.Select(entry => $"{entry.Name}: {entry.Summary}"))}.", DefaultValueFactory = _ => "s2ft" };
    private readonly Option<FileInfo?> _data = new("--data") { Description = "What to learn: .jsonl with {\"prompt\", \"answer\"} (the answer is learned) or {\"text\"} in each line, or plain text." };
    private readonly Option<string?> _stories = new("--stories") { Description = "Learn generated stories instead: usual, or reasoning (sums and riddles)." };
    private readonly Option<int> _count = new("--count") { Description = "How many stories.", DefaultValueFactory = _ => 1000 };
    private readonly Option<double?> _output = new("--o") { Description = "s2ft: share of the heads whose output columns are trained (0.05 when no share is given)." };
    private readonly Option<double?> _down = new("--d") { Description = "s2ft: share of the neurons whose down columns are trained (0.02 when no share is given)." };
    private readonly Option<double?> _value = new("--v") { Description = "s2ft: share of the heads whose value rows are trained." };
    private readonly Option<double?> _up = new("--u") { Description = "s2ft: share of the neurons whose up rows are trained." };
    private readonly Option<string?> _select = new("--select") { Description = $"s2ft: which heads and neurons: {string.Join(", ", StructureSelections.All.Entries.Select(entry => entry.Name))}." };
    private readonly Option<string?> _layers = new("--layers") { Description = "s2ft: global (the shares hold for the whole model) or even (for every layer)." };
    private readonly Option<int?> _rank = new("--rank") { Description = "lora: rank of the products." };
    private readonly Option<double?> _alpha = new("--alpha") { Description = "lora: scale times rank; default twice the rank." };
    private readonly Option<string?> _projections = new("--projections") { Description = "lora: authors (q, k, v, up, down), attention or all." };
    private readonly Option<double> _rate = new("--lr") { Description = "Highest learning rate.", DefaultValueFactory = _ => new TuningSettings().LearningRate };
    private readonly Option<double> _epochs = new("--epochs") { Description = "Passes over the data.", DefaultValueFactory = _ => new TuningSettings().Epochs };
    private readonly Option<long?> _steps = new("--steps") { Description = "Optimiser steps, instead of passes." };
    private readonly Option<int> _batch = new("--batch") { Description = "Sequences in a step.", DefaultValueFactory = _ => new TuningSettings().Batch };
    private readonly Option<double> _heldOut = new("--held-out") { Description = "Share of the data that is only judged.", DefaultValueFactory = _ => new TuningSettings().HeldOut };

    public IEnumerable<Symbol> Symbols =>
        [_method, _data, _stories, _count, _output, _down, _value, _up, _select, _layers, _rank, _alpha, _projections, _rate, _epochs, _steps, _batch, _heldOut];

    /// <summary>The settings, checked before anything is loaded.</summary>
    public TuningSettings Build(VerbContext context)
    {
        if (context.Get(_data) is null == context.Get(_stories) is null)
            throw new InvalidSettingException("what shall be learned? give --data FILE or --stories usual, one of the two");
        if (context.Get(_stories) is not null)
            StoriesOf(context.Get(_stories)!);
        var settings = new TuningSettings
        {
            Method = Method(context),
            LearningRate = context.Get(_rate),
            Epochs = context.Get(_epochs),
            Steps = context.Get(_steps),
            Batch = context.Get(_batch),
            HeldOut = context.Get(_heldOut),
            Seed = context.Seed,
        };
        settings.Validate();
        return settings;
    }

    /// <summary>What is learned.</summary>
    public TuningData Data(VerbContext context, ITokenizer tokenizer, int modelContext) => context.Get(_data) is { } file
        ? TuningText.Read(file.FullName, tokenizer, modelContext)
        : TuningText.Stories(StoriesOf(context.Get(_stories)!), Positive(context.Get(_count)), context.Seed, tokenizer, modelContext);

    private static int Positive(int count) => count > 0 ? count : throw new InvalidSettingException($"--count {count}: expected 1 or more");

    private static StoryOptions StoriesOf(string name) => name switch
    {
        "usual" => new StoryOptions(),
        "reasoning" => StoryOptions.Reasoning,
        _ => throw new InvalidSettingException($"--stories {name}{Suggestion.For(name, ["usual", "reasoning"])}: expected usual or reasoning"),
    };

    // Options of the method by their own names are added to those of --method name:option=value.
    private MethodChoice Method(VerbContext context)
    {
        var choice = MethodChoice.Parse(context.Get(_method)!);
        using var document = JsonDocument.Parse(choice.Options);
        var options = document.RootElement.EnumerateObject().ToDictionary(option => option.Name, option => option.Value.GetRawText());
        Add("o", context.Get(_output));
        Add("d", context.Get(_down));
        Add("v", context.Get(_value));
        Add("u", context.Get(_up));
        Add("rank", context.Get(_rank));
        Add("alpha", context.Get(_alpha));
        AddText("select", context.Get(_select));
        AddText("layers", context.Get(_layers));
        AddText("projections", context.Get(_projections));
        return new MethodChoice(choice.Name, $"{{{string.Join(",", options.Select(option => $"\"{JsonEncodedText.Encode(option.Key)}\":{option.Value}"))}}}");

        void Add(string name, double? number)
        {
            if (number is { } value)
                options[name] = double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : throw new InvalidSettingException($"--{name} {value}: expected a number");
        }

        void AddText(string name, string? text)
        {
            if (text is not null)
                options[name] = $"\"{JsonEncodedText.Encode(text)}\"";
        }
    }
}
