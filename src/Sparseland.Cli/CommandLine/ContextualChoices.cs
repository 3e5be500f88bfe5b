using System.CommandLine;
using Sparseland.Errors;
using Sparseland.Language.Contextual;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options of contextual sparsity: which neurons take part in decoding, and how the dense model corrects what comes of it.</summary>
internal sealed class ContextualChoices
{
    private readonly Option<double?> _keep = new("--contextual") { Description = "Decode with this share of the feed-forward neurons, above 0 and at most 1; greedy only." };
    private readonly Option<string?> _mode = new("--contextual-mode") { Description = $"How the neurons are chosen: {string.Join(", ", ContextualModes.All.Select(mode => $"{mode.Name} ({mode.Summary})"))}. Default: coarse." };
    private readonly Option<string?> _correct = new("--correct") { Description = "sirius: the dense model checks every stretch of tokens and corrects it." };
    private readonly Option<int?> _period = new("--period") { Description = "Tokens of a stretch; default: 16." };
    private readonly Option<double?> _threshold = new("--threshold") { Description = "Probability from which the dense model lets a drafted token stay; default: 0.1." };
    private readonly Option<int?> _tree = new("--tree") { Description = "Drafts that are followed at once; default: 1." };
    private readonly Option<bool> _strict = new("--strict") { Description = "Let drafted tokens stay only where they are the dense model's own: its text, at the price of more corrections." };
    private readonly Option<bool> _stats = new("--stats") { Description = "Print what contextual decoding cost: accepted length, corrections, bytes per token." };

    public IEnumerable<Symbol> Symbols => [_keep, _mode, _correct, _period, _threshold, _tree, _strict, _stats];

    /// <summary>Whether the figures are wanted.</summary>
    public bool WantsStatistics(VerbContext context) => context.Get(_stats);

    /// <summary>What the command line asks for, checked; null for dense decoding.</summary>
    /// <exception cref="InvalidSettingException">A value outside its range, or an option without the one it belongs to.</exception>
    public ContextualOptions? Read(VerbContext context)
    {
        Option[] ofCorrection = [_period, _threshold, _tree, _strict];
        if (context.Get(_keep) is not { } keep)
        {
            Option[] all = [_mode, _correct, _stats, .. ofCorrection];
            if (all.FirstOrDefault(context.Has) is { } stray)
                throw new InvalidSettingException($"{stray.Name} without --contextual: say which share of the neurons takes part, such as --contextual 0.5");
            return null;
        }
        if (context.Get(_correct) is { } correction && correction != "sirius")
            throw new InvalidSettingException($"unknown correction '{correction}'{Suggestion.For(correction, ["sirius"])}; known: sirius");
        if (context.Get(_correct) is null && ofCorrection.FirstOrDefault(context.Has) is { } lone)
            throw new InvalidSettingException($"{lone.Name} without --correct sirius: nothing is checked without a correction");
        var usual = new SiriusOptions();
        var options = new ContextualOptions
        {
            Keep = keep,
            Mode = context.Get(_mode) ?? "coarse",
            Seed = context.Seed,
            Correction = context.Get(_correct) is null ? null : new SiriusOptions
            {
                Period = context.Get(_period) ?? usual.Period,
                Threshold = context.Get(_threshold) ?? usual.Threshold,
                TreeWidth = context.Get(_tree) ?? usual.TreeWidth,
                Strict = context.Get(_strict),
            },
        };
        options.Validate();
        return options;
    }
}
