using System.Text;
using Sparseland.Errors;

namespace Sparseland.Language.Chat;

/// <summary>One rendering of a template: variables, output and what may still be spent.</summary>
internal sealed class TemplateRun(string name, DateTimeOffset? now)
{
    /// <summary>The longest text a template may make, in characters.</summary>
    public const int LongestText = 1 << 24;

    /// <summary>The most entries a list may have, and the most steps of range().</summary>
    public const int LongestList = 100_000;

    /// <summary>The deepest nesting of calls, and of values in values.</summary>
    public const int Deepest = 64;

    private const int MostSteps = 5_000_000;

    private StringBuilder output = new();
    private Scope scope = new(null);
    private int steps;
    private int depth;

    /// <summary>Variables that are seen everywhere.</summary>
    public Dictionary<string, object?> Globals { get; } = new(StringComparer.Ordinal);

    /// <summary>The time that was given.</summary>
    public DateTimeOffset? Now => now;

    /// <summary>What was written.</summary>
    public string Output => output.ToString();

    /// <summary>Counts work, so that a template ends.</summary>
    public void Spend(int amount = 1)
    {
        steps += amount;
        if (steps > MostSteps)
            throw new ResourceLimitException($"{name}: more than {MostSteps} steps; the template does not end in sensible time, give another one");
    }

    /// <summary>Writes text.</summary>
    public void Write(string text)
    {
        CheckLength(output.Length + (long)text.Length);
        output.Append(text);
    }

    /// <summary>Refuses a text that would be too long, before it is made.</summary>
    public void CheckLength(long length)
    {
        if (length > LongestText)
            throw new ResourceLimitException($"{name}: a text of more than {LongestText} characters; shorten the conversation, or give another template");
        // Copying costs as well: a loop that doubles and drops a text must end too.
        Spend((int)(length >> 10));
    }

    /// <summary>A variable or function, or <see cref="Undefined"/>.</summary>
    public object? Get(string variable)
    {
        for (var at = scope; at is not null; at = at.Outer)
            if (at.Variables.TryGetValue(variable, out var value))
                return value;
        return Globals.TryGetValue(variable, out var global) ? global : TemplateFunctions.Find(variable, Now is not null);
    }

    /// <summary>Sets a variable of the innermost scope.</summary>
    public void Set(string variable, object? value) => scope.Variables[variable] = value;

    /// <summary>Runs in a scope of its own: what it sets is gone afterwards.</summary>
    public void InScope(Action body)
    {
        var outer = scope;
        scope = new Scope(outer);
        try
        {
            body();
        }
        finally
        {
            scope = outer;
        }
    }

    /// <summary>Runs a body and returns what it writes instead of writing it.</summary>
    public string Capture(Action body)
    {
        var outer = output;
        output = new StringBuilder();
        try
        {
            body();
            return output.ToString();
        }
        finally
        {
            output = outer;
        }
    }

    /// <summary>Runs a macro: it sees the outermost scope and its own arguments.</summary>
    public string Call(TemplatePlace place, Action body)
    {
        if (++depth > Deepest)
            throw new ResourceLimitException($"{name} (line {place.Line}): macros nest deeper than {Deepest}; the template calls itself without end");
        var caller = scope;
        while (scope.Outer is not null)
            scope = scope.Outer;
        try
        {
            return Capture(() => InScope(body));
        }
        finally
        {
            scope = caller;
            depth--;
        }
    }

    private sealed class Scope(Scope? outer)
    {
        public Scope? Outer => outer;

        public Dictionary<string, object?> Variables { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>What a variable is that nobody set: empty when written, false when asked, an error when used further.</summary>
internal sealed class Undefined
{
    /// <summary>The one value.</summary>
    public static readonly Undefined Value = new();

    private Undefined() { }
}
