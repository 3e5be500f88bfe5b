using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>What every comparison contains beside the recipes asked for: chance, magnitude and a model made smaller by magnitude at the same budget, and the dense model in fewer bits.</summary>
public static class Baselines
{
    // Narrow enough to meet a budget in small models, and a whole vector of the kernels.
    private const int WidthUnit = 8;

    /// <summary>The naive recipes, for every value type among the recipes that a comparison is asked for. Those that are asked for already are left out.</summary>
    /// <param name="recipes">The recipes asked for, with their names.</param>
    public static IReadOnlyList<Contestant> Of(IReadOnlyList<Contestant> recipes)
    {
        ArgumentNullException.ThrowIfNull(recipes);
        var baselines = new List<Contestant>();
        var kinds = recipes.Select(one => one.Recipe!.Values).Distinct().ToList();
        foreach (var values in kinds)
        {
            var like = recipes.First(one => one.Recipe!.Values == values).Recipe!;
            var suffix = kinds.Count > 1 ? $" {ValueNames.Of(values)}" : "";
            Add($"random mask{suffix}", Masked(like, "random"));
            Add($"magnitude{suffix}", Masked(like, "magnitude"));
            Add($"fewer neurons{suffix}", Smaller(like));
        }
        return baselines;

        void Add(string name, Recipe recipe)
        {
            if (recipes.Concat(baselines).All(one => !IsAlike(one.Recipe!, recipe)))
                baselines.Add(new Contestant(recipes.Any(one => one.Name == name) ? $"baseline {name}" : name, ContestantKind.Baseline, recipe));
        }
    }

    /// <summary>The dense model in 16, 8 and 4 bits, and models that were trained smaller.</summary>
    /// <param name="smaller">Where the latter are.</param>
    public static IReadOnlyList<Contestant> References(IReadOnlyList<string> smaller)
    {
        ArgumentNullException.ThrowIfNull(smaller);
        return
        [
            new("dense bf16", ContestantKind.Reference, null) { Element = ElementType.BFloat16 },
            new("dense Q8_0", ContestantKind.Reference, null) { Element = ElementType.Q8_0 },
            new("dense 4 bits", ContestantKind.Reference, null) { Element = ElementType.Q4_K },
            .. smaller.Select(path => new Contestant($"trained smaller: {Path.GetFileName(Path.TrimEndingDirectorySeparator(path))}", ContestantKind.Reference, null) { Path = path }),
        ];
    }

    private static Recipe Masked(Recipe like, string score) => like with
    {
        Score = new MethodChoice(score), Allocation = new MethodChoice("uniform"), Update = new MethodChoice("none"), Pattern = Pattern.Unstructured,
        Layout = "auto", Group = null, Mode = null, Sparsity = 0.5, Rules = Skips(like),
    };

    // A result without masks: no fine-tuning under one, and no scales in dense safetensors.
    private static Recipe Smaller(Recipe like) => Masked(like, "magnitude") with
    {
        Pattern = new StructuredPattern(StructureKinds.Neurons, WidthUnit), Recovery = null, Calibration = like.Calibration with { TrueSequential = false },
        Values = like.Values == ElementType.Int8 ? ElementType.BFloat16 : like.Values,
    };

    private static List<RecipeRule> Skips(Recipe like) => [.. like.Rules.Where(rule => rule.Skip)];

    private static bool IsAlike(Recipe first, Recipe second) => (first with { Sparsity = 0.5, Calibration = second.Calibration, Seed = 0 }).ToJson() == (second with { Seed = 0 }).ToJson();
}
