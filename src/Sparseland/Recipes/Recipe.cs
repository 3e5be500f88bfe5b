using System.Globalization;
using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;

namespace Sparseland.Recipes;

/// <summary>
/// What is done to a model: five independent choices (score, allocation, pattern, update, layout with its values) and the few figures they share.
/// It is data: it prints, it is read from and written to JSON (<see cref="Parse"/>, <see cref="ToJson"/>), and it is stored in what it made;
/// the same recipe and the same input give the same bytes.
/// </summary>
public sealed partial record Recipe
{
    /// <summary>How much each weight matters.</summary>
    public MethodChoice Score { get; init; } = new("wanda");

    /// <summary>How sparse each matrix becomes.</summary>
    public MethodChoice Allocation { get; init; } = new("uniform");

    /// <summary>Which zeros are allowed, or which structures go.</summary>
    public Pattern Pattern { get; init; } = Pattern.Unstructured;

    /// <summary>What happens to the weights that stay.</summary>
    public MethodChoice Update { get; init; } = new("none");

    /// <summary>How the result lies on disk: "auto" (the smallest packed layout), "dense" (ordinary tensors with zeros), or a packed layout's name.</summary>
    public string Layout { get; init; } = "auto";

    /// <summary>How kept values are stored: float32, bfloat16 or int8 with a scale per row.</summary>
    public ElementType Values { get; init; } = ElementType.Float32;

    /// <summary>The fraction of the prunable weights to remove, 0 to below 1. An N:M pattern has its own.</summary>
    public double Sparsity { get; init; } = 0.5;

    /// <summary>Who competes with whom; null for the score's own.</summary>
    public ComparisonGroup? Group { get; init; }

    /// <summary>How counts are met; null for the score's own.</summary>
    public SelectionMode? Mode { get; init; }

    /// <summary>How calibration text is cut.</summary>
    public CalibrationSettings Calibration { get; init; } = new();

    /// <summary>Masked fine-tuning afterwards, or null.</summary>
    public RecoverySettings? Recovery { get; init; }

    /// <summary>Exceptions by tensor name; of several that match, the last holds.</summary>
    public IReadOnlyList<RecipeRule> Rules { get; init; } = [];

    /// <summary>Seeds everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>The sparsity that the pattern and <see cref="Sparsity"/> give together.</summary>
    public double TargetSparsity => Pattern is NofMPattern nofm ? 1 - (double)nofm.Keep / nofm.Group : Sparsity;

    /// <summary>Checks everything that can be checked without a model, method options included.</summary>
    /// <exception cref="InvalidSettingException">A value is not legal; the message names the legal ones.</exception>
    public Recipe Validate()
    {
        if (!(Sparsity >= 0 && Sparsity < 1))
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"sparsity {Sparsity}: it is the fraction of weights to remove, from 0 to below 1"));
        if (Values is not (ElementType.Float32 or ElementType.BFloat16 or ElementType.Int8))
            throw new InvalidSettingException($"values {Values}: expected f32, bf16 or int8");
        var allocation = Methods.Allocations.Create(Allocation);
        if (IsStructured)
            ValidateStructured(allocation);
        else
            ValidateMasked(allocation);
        Calibration.Validate();
        Recovery?.Validate();
        foreach (var rule in Rules)
            rule.Validate();
        return this;
    }

    /// <summary>One line: the choices as people type them.</summary>
    public override string ToString()
    {
        var sparsity = Pattern is NofMPattern ? "" : string.Create(CultureInfo.InvariantCulture, $" {100 * Sparsity:0.##} %");
        var recovery = Recovery is null ? "" : string.Create(CultureInfo.InvariantCulture, $", recovered over {Recovery.Steps} steps");
        return $"{Score}, {Allocation}, {Pattern}{sparsity}, update {Update}, {ValueNames.Of(Values)} {Layout}{recovery}";
    }
}

/// <summary>How calibration text is cut into sequences.</summary>
public sealed record CalibrationSettings
{
    /// <summary>How many windows.</summary>
    public int Sequences { get; init; } = 128;

    /// <summary>Tokens in a window; 0 for the model's context, at most 512.</summary>
    public int Length { get; init; }

    /// <summary>Prunes a block in steps (query, key, value; output; gate, up; down) and runs it again between them, so that later matrices see what earlier ones lost.</summary>
    public bool TrueSequential { get; init; }

    /// <summary>
    /// Takes every matrix's statistics from the dense model instead of from the blocks pruned so far. Errors then do not show to later blocks, but one calibration
    /// serves any number of recipes.
    /// </summary>
    public bool DenseInputs { get; init; }

    internal void Validate()
    {
        if (Sequences is < 1 or > 1_000_000)
            throw new InvalidSettingException($"calibration: {Sequences} sequences; expected 1 to 1,000,000");
        if (Length is < 0 or 1 or > 1_000_000)
            throw new InvalidSettingException($"calibration: a length of {Length} tokens; expected 2 or more, or 0 for the model's own");
        if (TrueSequential && DenseInputs)
            throw new InvalidSettingException("calibration: trueSequential and denseInputs contradict each other; choose one");
    }
}

/// <summary>Fine-tuning of what pruning left: under the mask of single weights, or, where whole structures went, of low-rank products that are fused in at the end (CFSP, section 3.3).</summary>
public sealed record RecoverySettings
{
    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Sequences in a step.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>The share of the loss that pulls towards the dense model's probabilities (KL divergence); the rest is the text's own next token.</summary>
    public double Distillation { get; init; } = 0.5;

    /// <summary>Where structures went: the mean rank of the products over the blocks; null for 8.</summary>
    public int? Rank { get; init; }

    /// <summary>Where structures went: whether blocks that keep more get a higher rank (r = mean · kept share / mean kept share); null for yes.</summary>
    public bool? RanksByImportance { get; init; }

    internal void Validate()
    {
        if (Rank is < 1 or > 65_536)
            throw new InvalidSettingException($"recovery: a rank of {Rank}; expected 1 or more");
        if (Steps is < 0 or > 10_000_000)
            throw new InvalidSettingException($"recovery: {Steps} steps; expected 0 to 10,000,000");
        if (Batch is < 1 or > 100_000)
            throw new InvalidSettingException($"recovery: a batch of {Batch} sequences; expected 1 or more");
        if (!(LearningRate > 0 && LearningRate < 10))
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"recovery: a learning rate of {LearningRate}; expected above 0 and below 10"));
        if (!(Distillation >= 0 && Distillation <= 1))
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"recovery: a share of distillation of {Distillation}; expected 0 to 1"));
    }
}

/// <summary>An exception from the recipe for some tensors.</summary>
/// <param name="Tensors">Names with *, as <see cref="NamePattern"/> reads them.</param>
public sealed record RecipeRule(string Tensors)
{
    /// <summary>Leaves them dense.</summary>
    public bool Skip { get; init; }

    /// <summary>Another sparsity, or null.</summary>
    public double? Sparsity { get; init; }

    /// <summary>Another pattern, or null.</summary>
    public Pattern? Pattern { get; init; }

    internal void Validate()
    {
        if (Tensors.Length == 0)
            throw new InvalidSettingException("a rule names no tensors; write for example \"*.down_proj.weight\"");
        if (Sparsity is { } sparsity && !(sparsity >= 0 && sparsity < 1))
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"the rule for {Tensors}: sparsity {sparsity}; expected 0 to below 1"));
        if (!Skip && Sparsity is null && Pattern is null)
            throw new InvalidSettingException($"the rule for {Tensors} says nothing; give it skip, sparsity or pattern");
    }

    /// <summary>The rule as a report shows it.</summary>
    public override string ToString() => Skip ? $"{Tensors}: kept dense"
        : string.Create(CultureInfo.InvariantCulture, $"{Tensors}:{(Sparsity is { } s ? $" sparsity {s:0.####}" : "")}{(Pattern is null ? "" : $" pattern {Pattern}")}");
}
