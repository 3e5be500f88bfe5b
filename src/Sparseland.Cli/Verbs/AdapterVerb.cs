using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tuning;

namespace Sparseland.Cli.Verbs;

/// <summary>Looks at adapters, fuses them into a model, takes them out, exchanges them, merges them into one.</summary>
internal sealed class AdapterVerb : Verb
{
    private static readonly string[] Actions = ["list", "fuse", "unfuse", "switch", "merge"];

    private readonly Argument<string> _action = new("ACTION") { Description = "list FILES, fuse MODEL ADAPTERS, unfuse MODEL ADAPTERS, switch MODEL OLD NEW, or merge ADAPTERS." };
    private readonly Argument<string[]> _files = new("FILES") { Description = "Adapters (.safetensors, or folders of tuned models), after the model where the action takes one.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _exclusive = new("--exclusive") { Description = "Refuse adapters that change the same entries, and name these." };
    private readonly Option<FileSystemInfo?> _output = new("--output", "-o") { Description = "Folder of the new model; for merge the new adapter's .safetensors." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output." };

    public override string Name => "adapter";

    public override string Summary => "List adapters, fuse them into a model, take them out, switch one for another, or merge several into one.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland adapter list my-model notes.safetensors", "method, size and base model of each, and where they meet"),
        ("sparseland adapter fuse models/storyteller a.safetensors b.safetensors --exclusive -o both", "a model with both, if they change different entries"),
        ("sparseland adapter switch both-model a.safetensors c.safetensors -o next", "takes a out and puts c in"),
    ];

    public override IEnumerable<Symbol> Symbols => [_action, _files, _exclusive, _output, _force];

    public override int Run(VerbContext context)
    {
        var (action, files) = (context.Get(_action)!, context.Get(_files)!);
        return action switch
        {
            "list" => List(context, files),
            "merge" => Merge(context, files),
            "fuse" => Fuse(context, files[0], [], files[1..]),
            "unfuse" => Fuse(context, files[0], files[1..], []),
            "switch" when files.Length == 3 => Fuse(context, files[0], [files[1]], [files[2]]),
            "switch" => throw new InvalidSettingException("switch takes three files: the model, the adapter in it, the adapter that comes"),
            _ => throw new InvalidSettingException($"'{action}'{Suggestion.For(action, Actions)}: expected {string.Join(", ", Actions)}"),
        };
    }

    private static Adapter Load(string path) => Adapter.Load(Directory.Exists(path) ? Path.Combine(path, FineTuner.AdapterFile) : path);

    private string Output(VerbContext context) => context.Get(_output)?.FullName ?? throw new InvalidSettingException("no output: give one with -o");

    private int Fuse(VerbContext context, string model, string[] removed, string[] added)
    {
        if (removed.Length + added.Length == 0)
            throw new InvalidSettingException("no adapter was given: name the model first, then the adapters");
        var output = Output(context);
        if (!File.Exists(model) && !Directory.Exists(model))
            throw new InvalidSettingException($"there is no model at {model}: name a folder or a file");
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(model)) == Path.TrimEndingDirectorySeparator(output))
            throw new InvalidSettingException($"{output} is the model itself: choose another output with -o");
        using var checkpoint = Checkpoint.Open(model);
        var fused = context.WithProgress(progress => AdapterFusion.Write(new FusionRequest
        {
            Checkpoint = checkpoint,
            Removed = [.. removed.Select(Load)],
            Added = [.. added.Select(Load)],
            Exclusive = context.Get(_exclusive),
            Output = output,
            Tokenizer = LanguageModel.LoadTokenizer(checkpoint),
            Replace = context.Get(_force),
        }, progress, context.CancellationToken));
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("model", output);
                json.WriteString("base", fused.BaseHash);
                json.WriteStartArray("adapters");
                foreach (var hash in fused.Hashes)
                    json.WriteStringValue(hash);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"model: {output}   adapters in it: {(fused.Hashes.Count == 0 ? "none" : string.Join(", ", fused.Hashes.Select(Short)))}");
        return 0;
    }

    private int Merge(VerbContext context, string[] files)
    {
        var output = Output(context);
        if (!output.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new InvalidSettingException($"{output}: an adapter is a file ending in .safetensors");
        OutputOptions.RequireFree(output, context.Get(_force));
        var merged = Adapter.Combine([.. files.Select(Load)], context.Get(_exclusive));
        merged.Save(output);
        return List(context, [output]);
    }

    private static int List(VerbContext context, string[] files)
    {
        var adapters = files.Select(file => (File: file, Adapter: Load(file))).ToList();
        var overlaps = (from i in Enumerable.Range(0, adapters.Count)
                        from j in Enumerable.Range(i + 1, adapters.Count - i - 1)
                        let overlap = Adapter.FindOverlap(adapters[i].Adapter, adapters[j].Adapter)
                        where overlap is not null
                        select $"{adapters[i].File} and {adapters[j].File} both change {overlap}").ToList();
        if (context.Json)
        {
            WriteJson(adapters, overlaps);
            return 0;
        }
        var table = new TextTable("adapter", "method", "matrices", "numbers", "digest", "base model");
        foreach (var (file, adapter) in adapters)
            table.Add(file, adapter.Method, $"{adapter.Parts.Count}", adapter.ParameterCount.ToString(CultureInfo.InvariantCulture), Short(adapter.Hash), Short(adapter.BaseHash));
        table.Write(context.Output);
        foreach (var overlap in overlaps)
            context.Output.WriteLine(overlap);
        return 0;
    }

    private static void WriteJson(List<(string File, Adapter Adapter)> adapters, List<string> overlaps) => VerbContext.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("adapters");
        foreach (var (file, adapter) in adapters)
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteString("method", adapter.Method);
            json.WriteNumber("numbers", adapter.ParameterCount);
            json.WriteString("digest", adapter.Hash);
            json.WriteString("base", adapter.BaseHash);
            json.WriteStartArray("parts");
            foreach (var part in adapter.Parts)
                json.WriteStringValue($"{part.Name} {part.Kind}");
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("overlaps");
        foreach (var overlap in overlaps)
            json.WriteStringValue(overlap);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
