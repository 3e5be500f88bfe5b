using System.CommandLine;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Recipes;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options that begin with the masks of a model that is pruned already, to refine them.</summary>
internal sealed class MaskOptions
{
    private readonly Option<string?> _from = new("--masks-from") { Description = "A pruned model made from MODEL: begin with its masks and refine them, by default with the update dsnot." };
    private readonly Option<bool> _allowUpdated = new("--allow-updated") { Description = "With --masks-from: its kept weights may differ from MODEL's; they stay, and weights that come back are MODEL's." };

    public IEnumerable<Symbol> Symbols => [_from, _allowUpdated];

    public bool AllowsUpdated(VerbContext context) => context.Get(_allowUpdated);

    /// <summary>The pruned model, or null when the option is not given.</summary>
    public Checkpoint? Open(VerbContext context)
    {
        if (context.Get(_from) is not { } path)
            return context.Get(_allowUpdated) ? throw new InvalidSettingException("--allow-updated is about the model of --masks-from: name one") : null;
        return File.Exists(path) || Directory.Exists(path) ? Checkpoint.Open(path) : throw new InvalidSettingException($"--masks-from: there is no model at {path}");
    }

    /// <summary>What holds when masks are refined and the command line says nothing: DSnoT, with pattern, values and calibration of the recipe that made the pruned model.</summary>
    /// <param name="pruned">The pruned model.</param>
    /// <param name="fallback">What holds where it has no recipe.</param>
    public static Recipe Recipe(Checkpoint pruned, Recipe fallback)
    {
        var file = Path.Combine(pruned.Path, "recipe.json");
        var made = File.Exists(file) ? RecipeOptions.Read(file) : fallback with { Pattern = Masks.Pattern.Unstructured };
        return fallback with
        {
            Score = new MethodChoice("wanda"), Update = new MethodChoice("dsnot"), Recovery = null,
            Pattern = made.Pattern, Sparsity = made.Sparsity, Values = made.Values, Calibration = made.Calibration with { TrueSequential = false },
        };
    }
}
