using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Cli.Reports;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Stories;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Cli.Verbs;

/// <summary>The main job: prune a model, pack it, measure before and after, write the folder and its report.</summary>
internal sealed class PruneVerb : Verb
{
    private readonly ModelArgument _model = new();
    private readonly RecipeOptions _recipe = new();
    private readonly TextOptions _texts = new();
    private readonly BudgetOptions _budget = new();
    private readonly Option<DirectoryInfo?> _output = new("--output", "-o") { Description = "Folder to make; it must not exist yet, unless --force is given." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the output folder; the old one stays untouched until the new one is whole." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "List every tensor with the decision and the rule that made it; touch nothing." };
    private readonly Option<bool> _quick = new("--quick") { Description = "A run of under a minute: fewer sequences, steps, stories and plots." };
    private readonly ComparisonOptions _compare = new();
    private readonly MaskOptions _masks = new();
    private readonly Option<bool> _noReport = new("--no-report") { Description = "Skip the measurements and the HTML report; prune only." };

    public override string Name => "prune";

    public override string Summary => "Make a model sparse: prune, pack, fine-tune what is left, measure before and after, write a folder and a report.";

    public override bool Resumes => true;

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland prune -o my-sparse", "the shipped model at 2:4 with SparseGPT and recovery; see my-sparse/report.html"),
        ("sparseland prune --pattern neurons --sparsity 0.3 -o my-small", "a smaller dense model: feed-forward neurons are removed by CFSP"),
        ("sparseland prune --masks-from my-sparse --allow-updated -o refined", "a better mask for a model that is pruned already, by DSnoT"),
        ("sparseland prune --compare wanda wanda+owl sparsegpt+obs --budget 1MB -o compared", "three recipes at equal bytes over three seeds, beside chance, magnitude and dense models of few bits"),
        ("sparseland prune llama-folder --score wanda --allocate owl --sparsity 0.6 --calib notes.txt -o out", "another model, unstructured; interrupted, the same command goes on"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, .. _recipe.Symbols, .. _texts.Symbols, .. _budget.Symbols, _output, _force, _dryRun, _quick, _noReport, .. _masks.Symbols, .. _compare.Symbols];

    public override int Run(VerbContext context)
    {
        var path = _model.Resolve(context);
        if (_compare.IsGiven(context))
            return Compare(context, path);
        using var pruned = _masks.Open(context);
        var fallback = pruned is null ? Default(context.Get(_quick)) : MaskOptions.Recipe(pruned, Default(context.Get(_quick)));
        var recipe = _recipe.Build(context, fallback, Structured(context.Get(_quick)));
        using var checkpoint = Checkpoint.Open(path);
        if (context.Get(_dryRun))
            return PlanListing.Write(context, checkpoint, recipe);
        var output = context.Get(_output)?.FullName ?? throw new InvalidSettingException("no output folder: give one with -o FOLDER");
        if (!context.Get(_force) && (Directory.Exists(output) || File.Exists(output)))
            throw new InvalidSettingException($"{output} exists: choose another folder with -o, or replace it with --force");
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)))
            throw new InvalidSettingException($"{output} is the model itself: choose another folder with -o");
        ModelPruner.Plan(checkpoint, recipe);
        var tokenizer = LanguageModel.LoadTokenizer(checkpoint);
        var measures = !context.Get(_noReport);
        var prepared = context.WithProgress(progress => Prepare(context, checkpoint, tokenizer, recipe, measures, progress));
        SayMemory(context, checkpoint, prepared);
        var result = context.WithProgress(progress => ModelPruner.Prune(new PruneRequest
        {
            Checkpoint = checkpoint,
            Recipe = prepared.Recipe,
            Output = output,
            Tokenizer = tokenizer,
            Calibration = prepared.Calibration,
            Replace = context.Get(_force),
            Clock = TimeProvider.System,
            MasksFrom = pruned,
            AllowsUpdated = _masks.AllowsUpdated(context),
            Measure = measures ? (model, cancellation) => Measure(model, tokenizer, prepared.Data!, context, cancellation) : null,
        }, progress, context.CancellationToken));
        context.Say($"memory: at most {TextTable.Bytes(result.EstimatedBytes)} announced, {TextTable.Bytes(result.PeakBytes)} used{(result.ResumedBlocks > 0 ? $"; {result.ResumedBlocks} blocks were done by an earlier run" : "")}");
        if (measures)
        {
            var report = context.WithProgress(progress => PruneHtmlReport.Make(new PruneHtmlReport.Inputs(
                checkpoint, tokenizer, prepared.Recipe, prepared.Calibration, prepared.Data!, result, context.Get(_quick), context.Seed), progress, context.CancellationToken));
            AtomicFile.WriteText(Path.Combine(output, "report.html"), report.Html);
            Conclude(context, result, report);
        }
        else if (!context.Json)
        {
            context.Output.WriteLine($"{output}: {TextTable.Percent(result.Report.Sparsity)} of the prunable weights removed, {TextTable.Bytes(result.Report.BytesBefore)} became {TextTable.Bytes(result.Report.BytesAfter)}");
        }
        if (context.Json)
            context.Output.WriteLine(result.Report.ToJson());
        return 0;
    }

    private int Compare(VerbContext context, string path)
    {
        var quick = context.Get(_quick);
        var like = _recipe.Build(context, Default(quick) with { Score = new MethodChoice("magnitude"), Update = new MethodChoice("none"), Pattern = Pattern.Unstructured, Recovery = null });
        var output = context.Get(_output)?.FullName ?? throw new InvalidSettingException("no output folder: give one with -o FOLDER");
        return new CompareRun(context, _texts, _compare).Run(path, like, _budget.Targets(context, _compare.At(context)), output, context.Get(_force), quick);
    }

    private static Recipe Default(bool quick) => new()
    {
        Score = new MethodChoice("sparsegpt"),
        Update = new MethodChoice("obs"),
        Pattern = new NofMPattern(2, 4),
        Values = ElementType.BFloat16,
        Calibration = new CalibrationSettings { Sequences = quick ? 16 : 64, Length = quick ? 256 : 0 },
        Recovery = new RecoverySettings { Steps = quick ? 20 : 200 },
    };

    private static Recipe Structured(bool quick) => new()
    {
        Score = new MethodChoice("cfsp"),
        Allocation = new MethodChoice("cfsp"),
        Pattern = new StructuredPattern(StructureKinds.Neurons),
        Sparsity = 0.3,
        Values = ElementType.BFloat16,
        Calibration = Default(quick).Calibration,
    };

    private Prepared Prepare(VerbContext context, Checkpoint checkpoint, Language.Tokenizers.Tokenizer tokenizer, Recipe recipe, bool measures, IProgress<ProgressReport> progress)
    {
        var budgeted = _budget.IsGiven(context);
        if (!measures && !budgeted && !ModelPruner.NeedsCalibration(recipe))
            return new Prepared(recipe, null, null);
        var dense = new Lazy<TransformerModel>(() => TransformerModel.Load(checkpoint, progress, context.CancellationToken));
        var calibration = _texts.Calibrate(context, recipe, checkpoint.Configuration, dense, tokenizer, always: budgeted, progress);
        var data = measures || budgeted ? _texts.Evaluate(context, dense.Value, tokenizer, progress, context.Get(_quick) ? 20 : null) : null;
        if (budgeted)
        {
            if (_recipe.FixesPattern(context))
                throw new InvalidSettingException("--budget and --speed choose pattern and sparsity: leave --pattern, --sparsity and --recipe out");
            recipe = _budget.Choose(context, checkpoint, tokenizer, recipe, calibration!, data!, progress);
        }
        return new Prepared(recipe, calibration, data);
    }

    private static void SayMemory(VerbContext context, Checkpoint checkpoint, Prepared prepared)
    {
        var memory = PruneMemory.Of(checkpoint.Configuration, prepared.Recipe, prepared.Calibration?.Count ?? 0, prepared.Calibration?.Length ?? 1);
        context.Say($"recipe: {prepared.Recipe}");
        if (WorkEstimate.Describe(prepared.Recipe.Update.Name, PruneWork.Operations(checkpoint, prepared.Recipe)) is { } work)
            context.Say(work);
        context.Say($"calibration: {(prepared.Calibration is { } set ? $"{set.Count} sequences of {set.Length} tokens from {set.Source}" : "none needed")}; memory: at most about {TextTable.Bytes(memory.TotalBytes)}");
    }

    private static List<(string Name, double Value)> Measure(TransformerModel model, Language.Tokenizers.Tokenizer tokenizer, EvaluationData data, VerbContext context, CancellationToken cancellation)
    {
        var figures = new List<(string, double)>
        {
            ($"perplexity ({data.Source}; {data.Protocol.Name})", Perplexity.Measure(model, tokenizer, data.Texts, data.Protocol, null, cancellation).Perplexity),
        };
        if (!StoryVocabulary.IsOf(tokenizer))
            return figures;
        var generator = new TextGenerator(model, tokenizer);
        var settings = new GenerationSettings { MaximumTokens = 96, StopStrings = ["\n"], EndTokens = [.. tokenizer.EndTokens] };
        var report = StoryTasks.Make(context.Seed, 25).Score(prompt =>
        {
            var ids = tokenizer.Encode(prompt);
            return generator.Generate(model.CreateSession(ids.Length + settings.MaximumTokens), ids, settings, null, cancellation).Text;
        }, null, cancellation);
        figures.Add(("accuracy, one-step questions", report.Of("one step", StoryTasks.OneStep).Accuracy));
        figures.Add(("accuracy, all questions", report.All.Accuracy));
        return figures;
    }

    private static void Conclude(VerbContext context, PruneResult result, PruneHtmlReport report)
    {
        if (context.Json)
            return;
        var table = new TextTable("", "before", "after");
        table.Add("bytes of weights", TextTable.Bytes(result.Report.BytesBefore), TextTable.Bytes(result.Report.BytesAfter));
        foreach (var figure in result.Report.Figures)
            table.Add(figure.Name, figure.Before?.ToString("F4", CultureInfo.InvariantCulture) ?? "", figure.After.ToString("F4", CultureInfo.InvariantCulture));
        table.Write(context.Output);
        context.Output.WriteLine();
        PriceVerb.Write(context.Output, report.Rows);
        context.Output.WriteLine();
        context.Output.WriteLine(report.Verdict);
        context.Output.WriteLine($"model: {result.Folder}   report: {Path.Combine(result.Folder, "report.html")}");
    }

    private sealed record Prepared(Recipe Recipe, CalibrationSet? Calibration, EvaluationData? Data);
}
