namespace Sparseland.Language.Chat;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks: "system", "user", "assistant", as the model's template names them.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>What a template is given beside the messages.</summary>
public sealed record ChatTemplateOptions
{
    /// <summary>The text of the token that begins a text (bos_token).</summary>
    public string BeginToken { get; init; } = "";

    /// <summary>The text of the token that ends a text (eos_token).</summary>
    public string EndToken { get; init; } = "";

    /// <summary>Whether the assistant's turn is opened after the last message.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>The time for templates that write a date; one that does without it given is refused.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Further variables: null, bool, long, double, string, lists and dictionaries of these.</summary>
    public IReadOnlyDictionary<string, object?> Variables { get; init; } = new Dictionary<string, object?>();
}
