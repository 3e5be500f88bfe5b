using System.CommandLine;
using Sparseland.Errors;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options that compare recipes instead of applying one.</summary>
internal sealed class ComparisonOptions
{
    private readonly Option<string[]> _recipes = new("--compare")
    {
        Description = "Compare recipes: files, folders of files, or names such as wanda, wanda+owl, sparsegpt+obs+2:4 (score first), which take the rest from the other options.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _at = new("--at") { Description = "With --compare: what is equal, bytes or time (per token); the budget is --budget or --speed, else what the first recipe takes." };
    private readonly Option<int> _seeds = new("--seeds") { Description = "With --compare: how many seeds, counted from --seed.", DefaultValueFactory = _ => 3 };
    private readonly Option<string[]> _smaller = new("--smaller") { Description = "With --compare: a dense model that was trained smaller, as a reference; may be given several times." };
    private readonly Option<string[]> _allow = new("--allow") { Description = "With --compare: set a rule aside, CODE=REASON; the reason stands in the report." };
    private readonly Option<bool> _noSpeed = new("--no-speed") { Description = "With --compare: do not time the models." };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "With --compare: write the table as Markdown." };

    public IEnumerable<Symbol> Symbols => [_recipes, _at, _seeds, _smaller, _allow, _noSpeed, _markdown];

    public bool IsGiven(VerbContext context) => context.Has(_recipes);

    public string? At(VerbContext context) => context.Get(_at);

    public bool Times(VerbContext context) => !context.Get(_noSpeed);

    public bool AsMarkdown(VerbContext context) => context.Get(_markdown);

    public IReadOnlyList<ulong> Seeds(VerbContext context) => context.Get(_seeds) is >= 1 and <= 1000 and var count
        ? [.. Enumerable.Range(0, count).Select(offset => context.Seed + (ulong)offset)]
        : throw new InvalidSettingException($"--seeds {context.Get(_seeds)}: expected 1 to 1000");

    public IReadOnlyList<string> Smaller(VerbContext context) => [.. (context.Get(_smaller) ?? []).Select(path => File.Exists(path) || Directory.Exists(path) ? path : throw new InvalidSettingException($"--smaller: there is no model at {path}"))];

    public IReadOnlyList<Allowance> Allowances(VerbContext context) => [.. (context.Get(_allow) ?? []).Select(text => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
        ? new Allowance(text[..equals].Trim(), text[(equals + 1)..].Trim())
        : throw new InvalidSettingException($"--allow {text}: write CODE=REASON, such as SPL018=\"both were tuned on other text\""))];

    /// <summary>The recipes to compare.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="like">What names take the rest from.</param>
    public IReadOnlyList<Contestant> Recipes(VerbContext context, Recipe like)
    {
        var recipes = new List<Contestant>();
        foreach (var text in context.Get(_recipes) ?? [])
        {
            if (Directory.Exists(text))
            {
                var files = Directory.GetFiles(text, "*.json").Order(StringComparer.Ordinal).ToList();
                recipes.AddRange(files.Count > 0 ? files.Select(FromFile) : throw new InvalidSettingException($"--compare: there is no recipe (*.json) in {text}"));
            }
            else
            {
                recipes.Add(File.Exists(text) ? FromFile(text) : new Contestant(text, ContestantKind.Recipe, FromName(text, like)));
            }
        }
        return recipes.Count > 0 ? recipes : throw new InvalidSettingException("--compare: name recipes, such as wanda sparsegpt+obs, or files or a folder of them");
    }

    private static Contestant FromFile(string path) => new(Path.GetFileNameWithoutExtension(path), ContestantKind.Recipe, RecipeOptions.Read(path));

    /// <summary>A recipe from a name: a score, and what else follows it, each word known by the registry it stands in.</summary>
    /// <exception cref="InvalidSettingException">A word is not known.</exception>
    internal static Recipe FromName(string text, Recipe like)
    {
        var words = text.Split('+', StringSplitOptions.TrimEntries);
        var recipe = like with { Score = MethodChoice.Parse(words[0]) };
        var structures = words.Skip(1).Where(word => word is "neurons" or "heads").ToList();
        if (structures.Count > 0)
            recipe = recipe with { Pattern = Pattern.Parse(string.Join('+', structures.Distinct().OrderDescending(StringComparer.Ordinal))) };
        foreach (var word in words.Skip(1).Except(structures))
        {
            var method = MethodChoice.Parse(word);
            if (Methods.Allocations.Knows(method.Name))
                recipe = recipe with { Allocation = method };
            else if (Methods.Updates.Knows(method.Name) || Methods.StructureUpdates.Knows(method.Name))
                recipe = recipe with { Update = method };
            else if (word is "f32" or "bf16" or "int8")
                recipe = recipe with { Values = ValueNames.Parse(word) };
            else if (word == "unstructured" || word.Contains(':', StringComparison.Ordinal))
                recipe = recipe with { Pattern = Pattern.Parse(word) };
            else
                throw new InvalidSettingException($"--compare {text}: there is no file of that name, and '{word}' is no allocation, update, pattern or value type{Suggestion.For(word, Known)}");
        }
        try
        {
            return recipe.Validate();
        }
        catch (InvalidSettingException fault)
        {
            throw new InvalidSettingException($"--compare {text}: {fault.Message}");
        }
    }

    private static IEnumerable<string> Known => Methods.Allocations.Entries.Select(entry => entry.Name).Concat(Methods.Updates.Entries.Select(entry => entry.Name)).Concat(["unstructured", "neurons", "heads", "2:4", "bf16", "int8"]);
}
