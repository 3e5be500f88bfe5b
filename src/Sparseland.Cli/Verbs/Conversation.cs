using Sparseland.Cli.CommandLine;
using Sparseland.Language.Chat;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Cli.Verbs;

/// <summary>
/// A conversation on the terminal. A chat model's own template is applied to the whole history; for other models the history is the text so far.
/// What the session has read of the history is not read again.
/// </summary>
internal sealed class Conversation(LanguageModel model, GenerationSettings settings, VerbContext context)
{
    private readonly ChatTemplate? _template = (model.Tokenizer as Tokenizer)?.ChatTemplate is { } source ? ChatTemplate.Parse(source, $"{model.Checkpoint.Path}: chat template") : null;
    private readonly List<ChatMessage> _messages = [];
    private readonly InferenceSession _session = model.CreateSession();
    private string _text = "";

    public int Hold()
    {
        context.Say(_template is null ? "This model has no chat template: what you write is continued. An empty line ends." : "An empty line ends the conversation.");
        while (true)
        {
            if (!context.Quiet)
                Console.Error.Write("> ");
            if (ReadLine() is not { Length: > 0 } line)
                return 0;
            var tokens = Tokens(line);
            var result = model.Continue(_session, tokens, settings, text =>
            {
                context.Output.Write(text);
                context.Output.Flush();
            }, context.CancellationToken);
            context.Output.WriteLine();
            context.Say(RunVerb.Speed(result));
            _messages.Add(new ChatMessage("assistant", result.Text));
            _text += result.Text;
        }
    }

    // A read of the terminal cannot be cancelled, so it is left behind when the program ends.
    private string? ReadLine()
    {
        var reading = Task.Run(Console.ReadLine);
        reading.Wait(context.CancellationToken);
        return reading.Result;
    }

    private int[] Tokens(string line)
    {
        if (_template is null)
        {
            _text += _text.Length == 0 ? line : $"\n{line}";
            return model.Tokenizer.Encode(_text);
        }
        _messages.Add(new ChatMessage("user", line));
        var text = _template.Render(_messages, new ChatTemplateOptions
        {
            BeginToken = model.Tokenizer.BeginToken is { } begin ? model.Tokenizer.TokenText(begin) : "",
            EndToken = model.Tokenizer.EndTokens is [var end, ..] ? model.Tokenizer.TokenText(end) : "",
        });
        // The template writes the special tokens itself.
        return model.Tokenizer.Encode(text, addSpecial: false);
    }
}
