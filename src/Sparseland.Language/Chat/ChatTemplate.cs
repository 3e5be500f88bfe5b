using Sparseland.Errors;

namespace Sparseland.Language.Chat;

/// <summary>
/// A model's own chat template: the part of the Jinja language that model templates use, with the settings of Hugging Face's transformers
/// (trim_blocks, lstrip_blocks, loop controls, raise_exception, strftime_now). What is not known is an error that names it with line and column; nothing is guessed.
/// Depth, steps and output are limited, since templates come with files from anywhere. Immutable; thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private readonly string name;
    private readonly TemplateNode body;

    private ChatTemplate(string name, TemplateNode body)
    {
        this.name = name;
        this.body = body;
    }

    /// <summary>Reads a template.</summary>
    /// <param name="source">The template.</param>
    /// <param name="name">What messages call it, such as the file it came from.</param>
    /// <exception cref="UnsupportedException">It uses a construct that is not known.</exception>
    /// <exception cref="InvalidFileException">It is malformed.</exception>
    public static ChatTemplate Parse(string source, string name = "chat template")
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(name, new TemplateParser(source, name).Parse());
    }

    /// <summary>The prompt for a conversation.</summary>
    /// <param name="messages">The turns so far.</param>
    /// <param name="options">Special tokens and settings.</param>
    /// <exception cref="InvalidSettingException">The template refuses the conversation, or needs a date that is not given.</exception>
    /// <exception cref="InvalidFileException">The template does something impossible.</exception>
    /// <exception cref="ResourceLimitException">It runs too long or writes too much.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new ChatTemplateOptions();
        var run = new TemplateRun(name, options.Now);
        run.Globals["messages"] = messages.Select(message => (object?)new OrderedDictionary<string, object?> { ["role"] = message.Role, ["content"] = message.Content }).ToList();
        run.Globals["bos_token"] = options.BeginToken;
        run.Globals["eos_token"] = options.EndToken;
        run.Globals["add_generation_prompt"] = options.AddGenerationPrompt;
        run.Globals["tools"] = null;
        run.Globals["documents"] = null;
        foreach (var (key, value) in options.Variables)
            run.Globals[key] = TemplateValues.Import(value);
        body.Render(run);
        return run.Output;
    }
}
