using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Language.Tokenizers;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options that let the price list choose the recipe: a number of bytes, or a speed-up over dense bfloat16.</summary>
internal sealed class BudgetOptions
{
    private readonly Option<string?> _bytes = new("--budget") { Description = "Take the best recipe of at most so many bytes, such as 4MB." };
    private readonly Option<string?> _speed = new("--speed") { Description = "Take the best recipe that decodes so many times as fast as dense bf16, such as 2x." };

    public IEnumerable<Symbol> Symbols => [_bytes, _speed];

    public bool IsGiven(VerbContext context) => context.Get(_bytes) is not null || context.Get(_speed) is not null;

    /// <summary>The budgets of a comparison: several may stand in a list with commas.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="at">What shall be equal, when neither option is given: "bytes" or "time"; null for bytes.</param>
    public ComparisonBudget Targets(VerbContext context, string? at)
    {
        var (bytes, speed) = (context.Get(_bytes), context.Get(_speed));
        if (bytes is not null && speed is not null)
            throw new InvalidSettingException("--budget and --speed: give one of the two");
        var by = (at, speed) switch
        {
            (null, null) or ("bytes", null) => EqualBy.Bytes,
            ("time", _) or (null, _) => EqualBy.Time,
            ("bytes", _) => throw new InvalidSettingException("--at bytes and --speed contradict each other: give the bytes with --budget"),
            _ => throw new InvalidSettingException($"--at {at}: expected bytes or time"),
        };
        if (by == EqualBy.Time && bytes is not null)
            throw new InvalidSettingException("--at time and --budget contradict each other: give the speed with --speed");
        var list = (bytes ?? speed ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new ComparisonBudget(by, [.. list.Select(text => by == EqualBy.Bytes ? Bytes(text) : Factor(text))]);
    }

    /// <summary>Prices, chooses, and says plainly when a dense model does better within the same limit.</summary>
    public Recipe Choose(VerbContext context, ICheckpoint checkpoint, ITokenizer tokenizer, Recipe recipe, CalibrationSet calibration, EvaluationData data, IProgress<ProgressReport> progress)
    {
        var (bytes, speed) = (context.Get(_bytes), context.Get(_speed));
        if (bytes is not null && speed is not null)
            throw new InvalidSettingException("--budget and --speed: give one of the two");
        var rows = Pricing.Run(
            new PriceRequest { Checkpoint = checkpoint, Tokenizer = tokenizer, Calibration = calibration, Texts = data.Texts, Protocol = data.Protocol, Base = recipe }, progress, context.CancellationToken);
        var choice = bytes is not null ? Pricing.ForBytes(rows, Bytes(bytes)) : Pricing.ForSpeed(rows, Factor(speed!));
        context.Say($"chosen: {choice.Row.Name}, {TextTable.Bytes(choice.Row.Bytes)}, perplexity {choice.Row.Perplexity.ToString("F4", CultureInfo.InvariantCulture)} before any recovery");
        if (choice.BetterRival is { } rival)
            context.Say($"sparsity loses here: {rival.Name} has perplexity {rival.Perplexity.ToString("F4", CultureInfo.InvariantCulture)} at {TextTable.Bytes(rival.Bytes)} within the same limit");
        var chosen = choice.Row.Recipe!;
        return recipe with { Pattern = chosen.Pattern, Sparsity = chosen.Sparsity, Values = chosen.Values };
    }

    private static long Bytes(string text)
    {
        var units = new (string Suffix, double Factor)[] { ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("KB", 1e3), ("B", 1), ("", 1) };
        var unit = units.First(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return double.TryParse(text[..^unit.Suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var count) && count > 0
            ? (long)(count * unit.Factor)
            : throw new InvalidSettingException($"--budget {text}: write a number with GB, MB, kB or nothing, such as 4MB");
    }

    private static double Factor(string text) =>
        double.TryParse(text.TrimEnd('x'), NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && factor > 0
            ? factor
            : throw new InvalidSettingException($"--speed {text}: write a factor over dense bf16, such as 1.3x");
}
