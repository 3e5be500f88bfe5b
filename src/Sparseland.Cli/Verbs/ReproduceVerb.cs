using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Errors;
using Sparseland.Reproduce;

namespace Sparseland.Cli.Verbs;

/// <summary>Runs the experiment behind a published system and says which of its claims hold here.</summary>
internal sealed class ReproduceVerb : Verb
{
    private readonly Argument<string?> _system = new("SYSTEM") { Description = "The system's name; without one, the list.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "Every experiment." };
    private readonly Option<bool> _quick = new("--quick") { Description = "Smaller grids, in under a minute; claims only what can be shown at that size." };
    private readonly Option<int> _seeds = new("--seeds") { Description = "How many seeds, counted from --seed.", DefaultValueFactory = _ => 3 };
    private readonly Option<FileInfo?> _page = new("--page") { Description = "Rewrite the measured part of this documentation page." };

    public override string Name => "reproduce";

    public override string Summary => "Reproduce a published system's ordering on this machine; exit code 1 if a claim does not hold.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland reproduce owl --quick", "magnitude, Wanda, SparseGPT and OWL on the shipped model"),
        ("sparseland reproduce --all --json", "every experiment, as JSON"),
    ];

    public override IEnumerable<Symbol> Symbols => [_system, _all, _quick, _seeds, _page];

    public override int Run(VerbContext context)
    {
        var name = context.Get(_system);
        if (name is null && !context.Get(_all))
        {
            foreach (var experiment in ExperimentList.All)
                context.Output.WriteLine($"{experiment.Name,-14} {experiment.Summary}");
            return 0;
        }
        var chosen = name is null ? ExperimentList.All : [ExperimentList.Find(name)];
        if (context.Get(_page) is not null && chosen.Count != 1)
            throw new InvalidSettingException("--page rewrites the page of one system: name it");
        if (context.Get(_seeds) < 1)
            throw new InvalidSettingException($"--seeds {context.Get(_seeds)}: it must be at least 1");
        var setting = new ExperimentContext
        {
            Quick = context.Get(_quick),
            Seeds = [.. Enumerable.Range(0, context.Get(_seeds)).Select(offset => context.Seed + (ulong)offset)],
            DataFolder = DataFolder(),
            ModelsFolder = Path.GetDirectoryName(ModelArgument.ShippedModel()),
        };
        var holds = true;
        foreach (var experiment in chosen)
        {
            context.Say($"{experiment.Name}: {experiment.Source}");
            var result = context.WithProgress(progress => experiment.Run(setting, progress, context.CancellationToken));
            holds &= result.Holds;
            if (context.Json)
                WriteJson(experiment, result);
            else
                context.Output.WriteLine(result.ToMarkdown());
            if (context.Get(_page) is { } page)
                ExperimentPage.Rewrite(page.FullName, result, $"sparseland reproduce {experiment.Name}{(setting.Quick ? " --quick" : "")}");
        }
        return holds ? 0 : 1;
    }

    private static string? DataFolder() => Environment.GetEnvironmentVariable("SPARSELAND_DATA") is { Length: > 0 } named && Directory.Exists(named) ? named
        : Directory.Exists("../shared/data") ? Path.GetFullPath("../shared/data") : null;

    private static void WriteJson(IExperiment experiment, ExperimentResult result) => VerbContext.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("system", experiment.Name);
        json.WriteBoolean("holds", result.Holds);
        json.WriteStartArray("claims");
        foreach (var outcome in result.Outcomes)
        {
            json.WriteStartObject();
            json.WriteString("claim", outcome.Claim.Statement);
            json.WriteString("verdict", ExperimentResult.Word(outcome.Verdict));
            json.WriteString("evidence", outcome.Evidence);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("tables");
        foreach (var table in result.Tables)
        {
            json.WriteStartObject();
            json.WriteString("title", table.Title);
            json.WriteStartArray("rows");
            foreach (var row in table.Rows)
            {
                json.WriteStartObject();
                for (var i = 0; i < table.Columns.Count; i++)
                    json.WriteString(table.Columns[i], row[i]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
