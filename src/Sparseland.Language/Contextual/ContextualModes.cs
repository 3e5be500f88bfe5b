using Sparseland.Errors;

namespace Sparseland.Language.Contextual;

/// <summary>Every contextual mode, by name: an explicit list. A new mode is one file and one line here.</summary>
public static class ContextualModes
{
    /// <summary>All of them, in the order of help texts.</summary>
    public static IReadOnlyList<IContextualMode> All { get; } = [new CoarseMode(), new FineMode(), new MagnitudeMode(), new SampledMode(), new RandomMode()];

    /// <summary>A mode by name.</summary>
    /// <exception cref="InvalidSettingException">There is none of that name.</exception>
    public static IContextualMode Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var names = All.Select(mode => mode.Name).ToArray();
        return All.FirstOrDefault(mode => mode.Name == name)
            ?? throw new InvalidSettingException($"unknown contextual mode '{name}'{Suggestion.For(name, names)}; known: {string.Join(", ", names)}");
    }
}
