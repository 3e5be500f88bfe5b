using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tuning;

namespace Sparseland.Cli.Verbs;

/// <summary>Fine-tunes a model: some heads and neurons in place, low-rank products, or everything.</summary>
internal sealed class TuneVerb : Verb
{
    private readonly ModelArgument _model = new();
    private readonly TuneOptions _options = new();
    private readonly Option<FileSystemInfo?> _output = new("--output", "-o") { Description = "Folder to make, with the tuned model and its adapter; a name ending in .safetensors for the adapter alone." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output." };

    public override string Name => "tune";

    public override string Summary => "Fine-tune a model: train some heads and neurons (s2ft), low-rank products (lora) or everything, and keep the change as an adapter.";

    public override bool Resumes => true;

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland tune --data answers.jsonl -o my-model", "the shipped model learns prompts and answers; about 1.4 % of its weights change"),
        ("sparseland tune llama-folder --method s2ft --d 0.03 --select smallest-activation --data notes.txt --lr 2e-4 --epochs 3 -o notes.safetensors", "an adapter alone; interrupted, the same command goes on"),
        ("sparseland tune --method lora --rank 4 --stories reasoning --count 2000 -o reasoner", "low-rank products, on generated stories"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, .. _options.Symbols, _output, _force];

    public override int Run(VerbContext context)
    {
        var settings = _options.Build(context);
        var path = _model.Resolve(context);
        var output = context.Get(_output)?.FullName ?? throw new InvalidSettingException("no output: give a folder, or a .safetensors file for the adapter alone, with -o");
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) == Path.TrimEndingDirectorySeparator(output))
            throw new InvalidSettingException($"{output} is the model itself: choose another output with -o");
        using var checkpoint = Checkpoint.Open(path);
        var tokenizer = LanguageModel.LoadTokenizer(checkpoint);
        var data = _options.Data(context, tokenizer, checkpoint.Configuration.ContextLength);
        var parameters = checkpoint.Tensors.Sum(tensor => tensor.Shape.Length);
        context.Say($"{settings.Method} on {data.Source}: {data.Sequences.Count} sequences, {data.Sequences.Sum(sequence => (long)sequence.Ids.Length)} tokens; memory: {TextTable.Bytes(4 * parameters)} of weights, {TextTable.Bytes(12 * parameters)} more if all of them are trained, and what a step keeps");
        var report = context.WithProgress(progress => FineTuner.Tune(new TuningRequest
        {
            Checkpoint = checkpoint,
            Settings = settings,
            Data = data,
            Output = output,
            Tokenizer = tokenizer,
            Replace = context.Get(_force),
        }, progress, context.CancellationToken));
        if (context.Json)
            context.Output.WriteLine(report.ToJson());
        else
            Write(context, report, output);
        return 0;
    }

    private static void Write(VerbContext context, TuningReport report, string output)
    {
        var table = new TextTable("", "");
        table.Add("method", report.Method);
        table.Add("trained", string.Create(CultureInfo.InvariantCulture, $"{report.TrainedParameters} of {report.Parameters} ({100.0 * report.TrainedParameters / report.Parameters:F2} %)"));
        table.Add("steps", report.Steps.ToString(CultureInfo.InvariantCulture));
        table.Add("training loss", string.Create(CultureInfo.InvariantCulture, $"{report.Curve[0].Loss:F4} to {report.Curve[^1].Loss:F4}"));
        if (report is { HeldOutBefore: { } before, HeldOutAfter: { } after })
            table.Add("held-out loss", string.Create(CultureInfo.InvariantCulture, $"{before:F4} to {after:F4}"));
        table.Add("kept for a backward pass", string.Create(CultureInfo.InvariantCulture, $"{TextTable.Bytes(report.SavedBytes)} for {report.SavedTokens} tokens"));
        table.Add("gradients and optimiser", TextTable.Bytes(report.GradientBytes + report.OptimiserBytes));
        table.Write(context.Output);
        var folder = Directory.Exists(output);
        var adapter = folder ? Path.Combine(output, FineTuner.AdapterFile) : output;
        context.Output.WriteLine($"{(folder ? $"model: {output}   " : "")}{(File.Exists(adapter) ? $"adapter: {adapter}" : "")}".TrimEnd());
    }
}
