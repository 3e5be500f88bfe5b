using System.CommandLine;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options that describe a pruning recipe, alone or over a recipe file.</summary>
internal sealed class RecipeOptions
{
    private readonly Option<FileInfo?> _file = new("--recipe") { Description = "Recipe file (JSON); the other options change it." };
    private readonly Option<string?> _score = new("--score") { Description = $"How much a weight matters: {Names(Methods.Scores)}; for structures {Names(Methods.StructureScores)}. Options after a colon, as JSON." };
    private readonly Option<string?> _allocation = new("--allocate") { Description = $"How sparse each layer becomes: {Names(Methods.Allocations)}." };
    private readonly Option<string?> _pattern = new("--pattern") { Description = "Which zeros are allowed: unstructured, N:M such as 2:4 (N kept of M), block:1x8; or which structures go: neurons, heads, neurons+heads (the result is a smaller dense model)." };
    private readonly Option<double?> _sparsity = new("--sparsity") { Description = "Fraction of the weights to remove, 0 to below 1; an N:M pattern has its own." };
    private readonly Option<string?> _update = new("--update") { Description = $"What happens to what stays: {Names(Methods.Updates)}; for structures {Names(Methods.StructureUpdates)}." };
    private readonly Option<string?> _values = new("--values") { Description = "How kept values are stored: f32, bf16 or int8." };
    private readonly Option<string?> _layout = new("--layout") { Description = "auto (the smallest packed layout), dense (plain safetensors with zeros), or bitmap, csr, 2:4, block:1x8." };
    private readonly Option<int?> _recover = new("--recover") { Description = "Steps of fine-tuning after pruning; 0 for none. Under the mask, or where structures went of low-rank products that are fused in." };
    private readonly Option<int?> _rank = new("--recover-rank") { Description = "Where structures went: mean rank of those products; blocks that keep more get more (8)." };
    private readonly Option<double?> _distillation = new("--distill") { Description = "Share of the recovery's loss that pulls towards the dense model, 0 to 1." };
    private readonly Option<int?> _sequences = new("--sequences") { Description = "Calibration sequences." };
    private readonly Option<int?> _length = new("--length") { Description = "Tokens of a calibration sequence; 0 takes the model's context, at most 512." };

    public IEnumerable<Symbol> Symbols =>
        [_file, _score, _allocation, _pattern, _sparsity, _update, _values, _layout, _recover, _rank, _distillation, _sequences, _length];

    /// <summary>The recipe that the command line describes.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="fallback">What holds where neither a file nor an option says anything.</param>
    /// <param name="structured">What holds then when the pattern asked for is structured; null where structures make no sense.</param>
    public Recipe Build(VerbContext context, Recipe fallback, Recipe? structured = null)
    {
        var asked = context.Get(_pattern) is { } text ? Pattern.Parse(text) : null;
        var recipe = context.Get(_file) is { } file ? Read(file.FullName) : asked is { Structures: not StructureKinds.None } ? structured ?? fallback : fallback;
        recipe = recipe with
        {
            Score = Choice(context.Get(_score)) ?? recipe.Score,
            Allocation = Choice(context.Get(_allocation)) ?? recipe.Allocation,
            Pattern = asked ?? recipe.Pattern,
            Sparsity = context.Get(_sparsity) ?? recipe.Sparsity,
            Update = Choice(context.Get(_update)) ?? recipe.Update,
            Values = context.Get(_values) is { } values ? ValueNames.Parse(values) : recipe.Values,
            Layout = context.Get(_layout) ?? recipe.Layout,
            Calibration = recipe.Calibration with
            {
                Sequences = context.Get(_sequences) ?? recipe.Calibration.Sequences,
                Length = context.Get(_length) ?? recipe.Calibration.Length,
            },
            Recovery = Recovery(context, recipe.Recovery),
            Seed = context.HasSeed || context.Get(_file) is null ? context.Seed : recipe.Seed,
        };
        return recipe.Validate();
    }

    /// <summary>Whether the pattern or the sparsity was asked for, so that a price list may not choose another.</summary>
    public bool FixesPattern(VerbContext context) => context.Has(_pattern) || context.Has(_sparsity) || context.Has(_file);

    private RecoverySettings? Recovery(VerbContext context, RecoverySettings? current)
    {
        var steps = context.Get(_recover) ?? current?.Steps ?? 0;
        if (steps == 0)
            return null;
        var settings = (current ?? new RecoverySettings { Steps = steps }) with { Steps = steps };
        settings = settings with { Rank = context.Get(_rank) ?? settings.Rank };
        return context.Get(_distillation) is { } share ? settings with { Distillation = share } : settings;
    }

    /// <summary>Reads a recipe file.</summary>
    public static Recipe Read(string path)
    {
        if (!File.Exists(path))
            throw new InvalidSettingException($"there is no recipe file {path}");
        try
        {
            return Recipe.Parse(File.ReadAllText(path), path);
        }
        catch (JsonException fault)
        {
            throw new InvalidFileException(path, fault.Path ?? "", fault.Message, "compare with the recipe.json of a pruned model", fault);
        }
    }

    private static MethodChoice? Choice(string? text) => text is null ? null : MethodChoice.Parse(text);

    private static string Names<T>(MethodRegistry<T> registry) => string.Join(", ", registry.Entries.Select(entry => entry.Name));
}
