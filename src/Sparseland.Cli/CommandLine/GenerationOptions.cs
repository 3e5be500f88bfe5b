using System.CommandLine;
using Sparseland.Language.Generation;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options that say how text is continued.</summary>
internal sealed class GenerationOptions
{
    private readonly Option<int?> _maximum = new("--max-tokens", "-n") { Description = "The most new tokens." };
    private readonly Option<double?> _temperature = new("--temperature", "-t") { Description = "0 takes the likeliest token; 1 draws as the model says." };
    private readonly Option<int?> _topK = new("--top-k") { Description = "Draw among this many likeliest tokens; 0 for all." };
    private readonly Option<double?> _topP = new("--top-p") { Description = "Draw among the likeliest tokens that together have this probability." };
    private readonly Option<double?> _minP = new("--min-p") { Description = "Leave out tokens below this fraction of the likeliest one's probability." };
    private readonly Option<double?> _penalty = new("--repetition-penalty") { Description = "Above 1 makes tokens that have been used less likely." };
    private readonly Option<string[]> _stop = new("--stop") { Description = "Text that ends the continuation; may be given several times." };

    public IEnumerable<Symbol> Symbols => [_maximum, _temperature, _topK, _topP, _minP, _penalty, _stop];

    /// <summary>The model's settings with what the command line says.</summary>
    public GenerationSettings Apply(VerbContext context, GenerationSettings settings)
    {
        var applied = settings with
        {
            MaximumTokens = context.Get(_maximum) ?? settings.MaximumTokens,
            Temperature = context.Get(_temperature) ?? settings.Temperature,
            TopK = context.Get(_topK) ?? settings.TopK,
            TopP = context.Get(_topP) ?? settings.TopP,
            MinP = context.Get(_minP) ?? settings.MinP,
            RepetitionPenalty = context.Get(_penalty) ?? settings.RepetitionPenalty,
            StopStrings = context.Get(_stop) is { Length: > 0 } stops ? stops : settings.StopStrings,
        };
        applied.Validate();
        return applied;
    }
}
