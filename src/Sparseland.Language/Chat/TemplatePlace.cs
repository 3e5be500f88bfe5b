using Sparseland.Errors;

namespace Sparseland.Language.Chat;

/// <summary>Where something stands in a template; lines and columns count from one.</summary>
internal readonly record struct TemplatePlace(string Name, int Line, int Column)
{
    /// <summary>A fault of the template.</summary>
    public InvalidFileException Fault(string problem) => new(Name, $"line {Line}, column {Column}", problem, "correct the template, or give another one");

    /// <summary>A construct that is not known.</summary>
    public UnsupportedException Unknown(string what, string found, params IEnumerable<string> known)
    {
        var names = known.ToArray();
        return new UnsupportedException($"{Name} (line {Line}, column {Column}): {what} '{found}' is not supported{Suggestion.For(found, names)}{(names.Length > 0 ? $"; known: {string.Join(", ", names)}" : "")}");
    }
}
