using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Cli.Reports;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Recipes;

namespace Sparseland.Cli.Verbs;

/// <summary>One call of prune --compare: options into a request, the result into a table, files and a report.</summary>
internal sealed class CompareRun(VerbContext context, TextOptions texts, ComparisonOptions options)
{
    public int Run(string path, Recipe like, ComparisonBudget budget, string output, bool replace, bool quick)
    {
        var recipes = options.Recipes(context, like);
        using var checkpoint = Checkpoint.Open(path);
        var tokenizer = LanguageModel.LoadTokenizer(checkpoint);
        var result = context.WithProgress(progress =>
        {
            var dense = new Lazy<TransformerModel>(() => TransformerModel.Load(checkpoint, progress, context.CancellationToken));
            var request = new ComparisonRequest
            {
                Checkpoint = checkpoint,
                Tokenizer = tokenizer,
                Recipes = recipes,
                Seeds = options.Seeds(context),
                Data = seed => new ComparisonData(seed,
                    texts.Calibrate(context, recipes[0].Recipe! with { Seed = seed }, checkpoint.Configuration, dense, tokenizer, always: true, progress)!,
                    texts.Evaluate(context, dense.Value, tokenizer, progress, quick ? 20 : null, seed)),
                Budget = budget,
                Output = output,
                Replace = replace,
                Smaller = options.Smaller(context),
                Allowances = options.Allowances(context),
                Finish = WriteFiles,
            };
            return Comparison.Run(options.Times(context) ? request : request with { Timing = null }, progress, context.CancellationToken);
        });
        if (context.Json)
        {
            context.Output.WriteLine(result.ToJson());
            return 0;
        }
        var table = ComparisonTable.Of(result);
        if (options.AsMarkdown(context))
            table.WriteMarkdown(context.Output);
        else
            table.Write(context.Output);
        context.Output.WriteLine();
        foreach (var line in ComparisonTable.Remarks(result))
            context.Output.WriteLine(line);
        context.Output.WriteLine($"report: {Path.Combine(output, ComparisonReport.FileName)}");
        return 0;
    }

    private static void WriteFiles(string folder, ComparisonResult result)
    {
        var table = ComparisonTable.Of(result);
        var markdown = new StringWriter(CultureInfo.InvariantCulture);
        table.WriteMarkdown(markdown);
        markdown.WriteLine();
        foreach (var line in ComparisonTable.Remarks(result))
            markdown.WriteLine($"- {line}");
        var csv = new StringWriter(CultureInfo.InvariantCulture);
        ComparisonTable.Numbers(result).WriteCsv(csv);
        AtomicFile.WriteText(Path.Combine(folder, "comparison.md"), markdown.ToString());
        AtomicFile.WriteText(Path.Combine(folder, "comparison.csv"), csv.ToString());
        AtomicFile.WriteText(Path.Combine(folder, ComparisonReport.FileName), ComparisonReport.Make(result));
    }
}
