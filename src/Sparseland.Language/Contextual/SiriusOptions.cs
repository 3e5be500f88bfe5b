using Sparseland.Errors;

namespace Sparseland.Language.Contextual;

/// <summary>
/// How the dense model corrects a contextually sparse one (Zhou et al. 2024, "Sirius: contextual sparsity with correction for efficient LLMs"): the sparse model drafts a stretch, the dense model
/// checks it in one pass, keeps what is likely enough, replaces the first token that is not, and its keys and values take the place of the sparse ones.
/// </summary>
public sealed record SiriusOptions
{
    /// <summary>Tokens of a stretch, 2 or more: the first is the dense model's, the rest are drafted.</summary>
    public int Period { get; init; } = 16;

    /// <summary>A drafted token stays while the dense model gives it at least this probability; 0 keeps all, above 1 none.</summary>
    public double Threshold { get; init; } = 0.1;

    /// <summary>The temperature of that probability, and of the beams' scores; decoding itself is greedy.</summary>
    public double Temperature { get; init; } = 0.6;

    /// <summary>Keeps a drafted token only where it is the dense model's own choice: then the text is the dense model's, whatever the period and the sparsity.</summary>
    public bool Strict { get; init; }

    /// <summary>How many drafts are followed at once; the one with the longest accepted beginning wins.</summary>
    public int TreeWidth { get; init; } = 1;

    /// <summary>Whether the dense model's keys and values replace the sparse model's after a check; false is an ablation, with one draft only.</summary>
    public bool RewritesCache { get; init; } = true;

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">A value outside its range.</exception>
    public void Validate()
    {
        if (Period < 2)
            throw new InvalidSettingException($"a period of {Period} tokens; it must be 2 or more, because the first token of a stretch is never drafted");
        if (!(Threshold >= 0 && double.IsFinite(Threshold)))
            throw new InvalidSettingException($"a threshold of {Threshold}; it must be 0 (keeps every draft) or more");
        if (!(Temperature > 0 && double.IsFinite(Temperature)))
            throw new InvalidSettingException($"an acceptance temperature of {Temperature}; it must be above 0");
        if (TreeWidth is < 1 or > 64)
            throw new InvalidSettingException($"a tree width of {TreeWidth}; it must be 1 to 64");
        if (TreeWidth > 1 && !RewritesCache)
            throw new InvalidSettingException("several drafts share no sparse keys that could stay: without rewriting the cache the tree width must be 1");
    }
}

/// <summary>How a text is continued with contextual sparsity.</summary>
public sealed record ContextualOptions
{
    /// <summary>Which neurons take part, by the mode's name in <see cref="ContextualModes"/>.</summary>
    public string Mode { get; init; } = "coarse";

    /// <summary>The share of feed-forward neurons that is kept, above 0 and at most 1.</summary>
    public double Keep { get; init; } = 0.5;

    /// <summary>Seed of the modes that draw neurons.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The correction by the dense model; null lets the sparse model alone.</summary>
    public SiriusOptions? Correction { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">A value outside its range, or an unknown mode.</exception>
    public void Validate()
    {
        if (!(Keep is > 0 and <= 1))
            throw new InvalidSettingException($"a kept share of {Keep}; it must be above 0 and at most 1");
        ContextualModes.Find(Mode);
        Correction?.Validate();
    }
}
