using System.Globalization;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>From cells to rows, pairs and sentences.</summary>
internal static class ComparisonSummary
{
    /// <summary>One row for each contestant and budget.</summary>
    public static List<ComparisonRow> Rows(IReadOnlyList<ComparisonCell> cells, ComparisonBudget budget)
    {
        var rows = cells.GroupBy(cell => (cell.Name, cell.Target)).Select(group => RowOf([.. group.OrderBy(cell => cell.Seed)], budget)).ToList();
        return [.. rows.Select(row => row with { IsOnFront = !rows.Any(other => Dominates(other, row, budget.By)) })
            .OrderBy(row => row.Target ?? double.PositiveInfinity).ThenBy(row => row.Perplexity.Mean)];
    }

    /// <summary>Every recipe beside the others at its budget, the baselines, and the references that take no more.</summary>
    public static List<ComparisonPair> Pairs(IReadOnlyList<ComparisonRow> rows, ComparisonBudget budget)
    {
        var pairs = new List<ComparisonPair>();
        foreach (var target in Targets(rows))
        {
            var ranked = Ranked(rows, target);
            var recipes = ranked.Where(row => row.Kind == ContestantKind.Recipe).ToList();
            var rivals = ranked.Where(row => row.Kind == ContestantKind.Baseline).Concat(Within(rows, target, budget)).ToList();
            for (var i = 0; i < recipes.Count; i++)
                pairs.AddRange(recipes.Skip(i + 1).Concat(rivals).Select(other => new ComparisonPair(target, recipes[i].Name, other.Name, PairedDifference.Of(recipes[i].NatsPerToken, other.NatsPerToken))));
        }
        return pairs;
    }

    /// <summary>What may be said, budget by budget.</summary>
    public static List<string> Conclusions(IReadOnlyList<ComparisonRow> rows, IReadOnlyList<ComparisonPair> pairs, ComparisonBudget budget, int seeds)
    {
        var sentences = new List<string>();
        foreach (var target in Targets(rows))
        {
            var at = $"At {budget.Describe(target)}";
            var ranked = Ranked(rows, target);
            if (ranked.FirstOrDefault(row => row.Kind == ContestantKind.Recipe) is not { } best)
            {
                sentences.Add($"{at} no recipe is at the budget: nothing is compared.");
                continue;
            }
            var parts = new List<string> { $"{best.Name} has the lowest mean perplexity of the recipes, {Figure(best)}" };
            if (seeds < PairedDifference.FewestSeeds)
                parts.Add($"with {seeds} of {PairedDifference.FewestSeeds} seeds nothing is called better");
            else
                foreach (var standing in (Standing[])[Standing.Better, Standing.Equivalent, Standing.Undecided, Standing.Worse])
                {
                    var others = pairs.Where(pair => pair.Target == target && Involves(pair, best.Name) && pair.Difference.Standing == Of(pair, standing)).Select(pair => Other(pair, best.Name)).ToList();
                    if (others.Count > 0)
                        parts.Add($"it is {Words(standing)} {string.Join(", ", others)}");
                }
            sentences.Add($"{at} {string.Join("; ", parts)}.");
            if (seeds >= PairedDifference.FewestSeeds && Within(rows, target, budget).Where(row => row.Perplexity.Mean < best.Perplexity.Mean).MinBy(row => row.Perplexity.Mean) is { } dense)
                sentences.Add(pairs.First(pair => pair.Target == target && pair.First == best.Name && pair.Second == dense.Name).Difference.Standing == Standing.Worse
                    ? $"Sparsity loses there: {dense.Name} has perplexity {Figure(dense)} within the same budget."
                    : $"Sparsity gains nothing there: {dense.Name} has perplexity {Figure(dense)} within the same budget.");

            // A pair names the better of two recipes first or second; seen from the best it may have to be turned round.
            Standing Of(ComparisonPair pair, Standing seen) => pair.First == best.Name ? seen : seen switch { Standing.Better => Standing.Worse, Standing.Worse => Standing.Better, _ => seen };
        }
        return sentences;
    }

    private static bool Involves(ComparisonPair pair, string name) => pair.First == name || pair.Second == name;

    private static string Other(ComparisonPair pair, string name) => pair.First == name ? pair.Second : pair.First;

    private static string Words(Standing standing) => standing switch
    {
        Standing.Better => "better than",
        Standing.Equivalent => "as good, within 0.5 %, as",
        Standing.Worse => "worse than",
        _ => "not separated from",
    };

    private static string Figure(ComparisonRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Perplexity.Mean:F4} ± {row.Perplexity.Deviation:F4}");

    private static IEnumerable<double> Targets(IReadOnlyList<ComparisonRow> rows) => rows.Select(row => row.Target).OfType<double>().Distinct().Order();

    private static List<ComparisonRow> Ranked(IReadOnlyList<ComparisonRow> rows, double target) =>
        [.. rows.Where(row => row.Target == target && row.MeetsBudget).OrderBy(row => row.Perplexity.Mean)];

    // Dense models that cost no more than the budget allows.
    private static IEnumerable<ComparisonRow> Within(IReadOnlyList<ComparisonRow> rows, double target, ComparisonBudget budget) => rows.Where(row => row.Kind == ContestantKind.Reference
        && (budget.By == EqualBy.Bytes ? row.Bytes <= target * (1 + budget.Tolerance) : row.SpeedRatio.Mean >= target * (1 - budget.Tolerance)));

    private static ComparisonRow RowOf(List<ComparisonCell> cells, ComparisonBudget budget)
    {
        var first = cells[0];
        // Bytes have to be equal in every cell; times are noisy, and their mean has to be.
        var meets = first.Target is { } target && (budget.By == EqualBy.Bytes
            ? cells.All(cell => budget.IsMet(cell.Bytes, target))
            : budget.IsMet(cells.Average(cell => cell.SpeedRatio), target));
        var speeds = cells.Select(cell => cell.TokensPerSecond).Order().ToList();
        return new ComparisonRow
        {
            Name = first.Name,
            Kind = first.Kind,
            Target = first.Target,
            MeetsBudget = meets,
            Sparsity = cells.Average(cell => cell.Sparsity),
            Bytes = cells.Average(cell => (double)cell.Bytes),
            Perplexity = Spread.Of([.. cells.Select(cell => cell.Perplexity)]),
            NatsPerToken = [.. cells.Select(cell => cell.NatsPerToken)],
            TokensPerSecond = speeds[speeds.Count / 2],
            SpeedRatio = Spread.Of([.. cells.Select(cell => cell.SpeedRatio)]),
            RunsAs = string.Join(" / ", cells.Select(cell => cell.RunsAs).Where(layouts => layouts.Length > 0).Distinct()),
            CalibrationTokens = first.CalibrationTokens,
            TrainingTokens = first.TrainingTokens,
            SearchSeconds = cells.Average(cell => cell.SearchSeconds),
            Warnings = [.. cells.SelectMany(cell => cell.Warnings).Concat(first.Target is not null && !meets ? [ComparisonRules.BudgetMissed] : []).Distinct().Order(StringComparer.Ordinal)],
        };
    }

    private static bool Dominates(ComparisonRow other, ComparisonRow row, EqualBy by)
    {
        var (theirs, mine) = by == EqualBy.Bytes ? (other.Bytes, row.Bytes) : (-other.SpeedRatio.Mean, -row.SpeedRatio.Mean);
        return theirs <= mine && other.Perplexity.Mean <= row.Perplexity.Mean && (theirs < mine || other.Perplexity.Mean < row.Perplexity.Mean);
    }
}
