using System.Globalization;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>
/// What makes a comparison fair, as checks ("Ten Lessons We Have Learned in the New Sparseland", Liu and Wang 2023, arXiv 2302.02596, as this project reads them). A rule that is broken
/// before anything runs refuses the comparison, unless it is set aside with a reason that the report then shows; what only the result can tell is flagged there.
/// </summary>
public static class ComparisonRules
{
    /// <summary>Fewer than three seeds: nothing is called better.</summary>
    public const string FewSeeds = "SPL007";

    /// <summary>The evaluation text is among the calibration text.</summary>
    public const string EvaluationSeen = "SPL010";

    /// <summary>Recipes leave different layers out, so that their sparsities are counted over different sets.</summary>
    public const string DifferentTensors = "SPL012";

    /// <summary>Recipes are calibrated on different numbers of tokens.</summary>
    public const string DifferentCalibration = "SPL016";

    /// <summary>Recipes are fine-tuned differently afterwards.</summary>
    public const string DifferentTraining = "SPL017";

    /// <summary>One method takes part in more settings than another.</summary>
    public const string OneSidedTuning = "SPL018";

    /// <summary>A result is not at the budget; it is shown and not ranked.</summary>
    public const string BudgetMissed = "SPL019";

    /// <summary>A baseline could not be made.</summary>
    public const string BaselineMissing = "SPL020";

    /// <summary>All seeds are evaluated on the same text: the spread is that of calibration and chance alone.</summary>
    public const string OneEvaluation = "SPL021";

    // Longer than the turns of phrase that texts of one kind share.
    private const int SharedRun = 32;

    /// <summary>Rules that a person may set aside, with what they ask for.</summary>
    public static IReadOnlyList<(string Code, string Rule)> Allowable { get; } =
    [
        (EvaluationSeen, "evaluation on text that calibration has not seen"),
        (DifferentTensors, "the same layers left out by all recipes"),
        (DifferentCalibration, "the same calibration tokens for all recipes"),
        (DifferentTraining, "the same fine-tuning for all recipes"),
        (OneSidedTuning, "as many settings of every method"),
    ];

    /// <summary>Checks what can be checked before any text is there.</summary>
    /// <param name="request">The comparison.</param>
    /// <returns>Rules that are broken and set aside, with the reasons given, and what else the report must say.</returns>
    /// <exception cref="InvalidSettingException">A rule is broken, or the request makes no sense.</exception>
    public static IReadOnlyList<PruneWarning> Check(ComparisonRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckRequest(request);
        var flags = new List<PruneWarning>();
        var recipes = request.Recipes.Where(one => one.Kind == ContestantKind.Recipe).ToList();
        Demand(request, flags, DifferentCalibration, Difference(recipes, recipe => $"{recipe.Calibration.Sequences} sequences of {(recipe.Calibration.Length == 0 ? "the model's length" : recipe.Calibration.Length)}"),
            "give all recipes the same calibration");
        Demand(request, flags, DifferentTraining, Difference(recipes, recipe => recipe.Recovery is { Steps: > 0 } recovery ? recovery.ToString() : "no recovery"), "give all recipes the same recovery");
        Demand(request, flags, DifferentTensors, Difference(recipes, recipe => string.Join("; ", recipe.Rules.Where(rule => rule.Skip).Select(rule => rule.Tensors).Order(StringComparer.Ordinal))),
            "leave the same layers out of all recipes");
        Demand(request, flags, OneSidedTuning, OneSided(recipes), "give every method as many settings, chosen on other text than this evaluation");
        if (request.Seeds.Count < PairedDifference.FewestSeeds)
            flags.Add(new(FewSeeds, "comparison", $"{request.Seeds.Count} of the {PairedDifference.FewestSeeds} seeds that a comparison needs: nothing is called better"));
        return flags;
    }

    /// <summary>Checks the texts of a seed: no calibration sequence may be part of the evaluation.</summary>
    /// <param name="request">The comparison, for what is set aside.</param>
    /// <param name="data">Calibration and evaluation.</param>
    /// <exception cref="InvalidSettingException">They share text.</exception>
    public static IReadOnlyList<PruneWarning> Check(ComparisonRequest request, ComparisonData data)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(data);
        var flags = new List<PruneWarning>();
        var shared = SharedSequences(request.Tokenizer, data);
        Demand(request, flags, EvaluationSeen, shared == 0 ? null : $"{shared} of {data.Calibration.Count} calibration sequences of seed {data.Seed} are part of the evaluation text",
            "calibrate and evaluate on different texts");
        return flags;
    }

    /// <summary>Checks finished cells: under one seed all contestants must have been given the same calibration and the same evaluation. Nobody may set this aside.</summary>
    /// <exception cref="MismatchException">They were not.</exception>
    public static void Check(IReadOnlyList<ComparisonCell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        foreach (var seed in cells.GroupBy(cell => cell.Seed))
        {
            foreach (var cell in seed)
            {
                if (cell.EvaluationHash != seed.First().EvaluationHash || cell.Tokens != seed.First().Tokens)
                    throw new MismatchException($"{cell.Name} and {seed.First().Name} were evaluated on different text under seed {seed.Key}: they cannot be compared");
                if (cell.CalibrationHash is { } hash && seed.First(other => other.CalibrationHash is not null) is var first && first.CalibrationHash != hash)
                    throw new MismatchException($"{cell.Name} and {first.Name} were calibrated on different tokens under seed {seed.Key}: they cannot be compared");
            }
        }
    }

    private static void CheckRequest(ComparisonRequest request)
    {
        request.Budget.Validate();
        if (!request.Recipes.Any(one => one.Kind == ContestantKind.Recipe && one.Recipe is not null))
            throw new InvalidSettingException("there is no recipe to compare");
        if (request.Seeds.Count == 0 || request.Seeds.Distinct().Count() != request.Seeds.Count)
            throw new InvalidSettingException("a comparison needs seeds that differ from each other");
        if (request.Budget.By == EqualBy.Time && request.Timing is null)
            throw new InvalidSettingException("recipes at equal time have to be timed");
        foreach (var one in request.Recipes)
            if (request.Recipes.FirstOrDefault(other => !ReferenceEquals(other, one) && (other.Name == one.Name || other.Recipe?.ToJson() == one.Recipe?.ToJson())) is { } twin)
                throw new InvalidSettingException(twin.Name == one.Name ? $"two recipes are called {one.Name}: rename one" : $"{one.Name} and {twin.Name} are the same recipe: leave one out");
        foreach (var allowance in request.Allowances)
        {
            if (!Allowable.Any(rule => rule.Code == allowance.Code))
                throw new InvalidSettingException($"the rule {allowance.Code} cannot be set aside; those that can are {string.Join(", ", Allowable.Select(rule => $"{rule.Code} ({rule.Rule})"))}");
            if (string.IsNullOrWhiteSpace(allowance.Reason))
                throw new InvalidSettingException($"the rule {allowance.Code} is set aside without a reason: give one, it stands in the report");
        }
    }

    private static void Demand(ComparisonRequest request, List<PruneWarning> flags, string code, string? fault, string remedy)
    {
        if (fault is null)
            return;
        var allowance = request.Allowances.FirstOrDefault(allowance => allowance.Code == code)
            ?? throw new InvalidSettingException($"{code}: {fault}; {remedy}, or set the rule aside with a reason");
        flags.Add(new(code, "comparison", $"{fault}; set aside because: {allowance.Reason}"));
    }

    private static string? Difference(List<Contestant> recipes, Func<Recipe, string> property)
    {
        var first = recipes[0];
        var other = recipes.FirstOrDefault(one => property(one.Recipe!) != property(first.Recipe!));
        return other is null ? null : $"{first.Name} has {Named(property(first.Recipe!))}, {other.Name} {Named(property(other.Recipe!))}";
    }

    private static string Named(string value) => value.Length == 0 ? "nothing" : value;

    // A method is its four names and how its numbers are stored; whatever else differs is a setting of it.
    private static string? OneSided(List<Contestant> recipes)
    {
        var methods = recipes.GroupBy(one => (one.Recipe!.Score.Name, one.Recipe.Allocation.Name, one.Recipe.Update.Name, one.Recipe.Pattern, one.Recipe.Values))
            .Select(group => (Name: $"{group.Key.Item1}, {group.Key.Item2}, {group.Key.Item3}", Settings: group.Count())).ToList();
        var (most, least) = (methods.MaxBy(method => method.Settings), methods.MinBy(method => method.Settings));
        return most.Settings == least.Settings ? null
            : string.Create(CultureInfo.InvariantCulture, $"{most.Name} takes part in {most.Settings} settings, {least.Name} in {least.Settings}: the best of many against one says nothing");
    }

    // A sequence counts as shared when most of its runs of tokens stand in the evaluation too.
    private static int SharedSequences(ITokenizer tokenizer, ComparisonData data)
    {
        var length = Math.Min(SharedRun, data.Calibration.Length);
        var runs = new HashSet<int>();
        foreach (var text in data.Evaluation.Texts)
        {
            var ids = tokenizer.Encode(text.Text, addSpecial: false);
            for (var start = 0; start + length <= ids.Length; start++)
                runs.Add(HashOf(ids.AsSpan(start, length)));
        }
        return data.Calibration.Sequences.Count(sequence =>
        {
            var places = sequence.Length - length + 1;
            var found = Enumerable.Range(0, places).Count(start => runs.Contains(HashOf(sequence.AsSpan(start, length))));
            return 2 * found > places;
        });
    }

    private static int HashOf(ReadOnlySpan<int> ids)
    {
        // The same in every process, unlike HashCode.
        var hash = 17u;
        foreach (var id in ids)
            hash = (hash ^ (uint)id) * 16777619u;
        return (int)hash;
    }
}
