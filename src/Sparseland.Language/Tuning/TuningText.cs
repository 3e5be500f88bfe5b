using System.Text;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Language.Pruning;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Language.Training;

namespace Sparseland.Language.Tuning;

/// <summary>Reads what people fine-tune on: plain text, JSON lines with a text or with a prompt and its answer, or generated stories.</summary>
public static class TuningText
{
    private const string Remedy = "write {\"prompt\": \"...\", \"answer\": \"...\"} or {\"text\": \"...\"} in each line";

    /// <summary>Reads a file. Of a text every token is learned, of a prompt with an answer the answer alone, with the token that ends it.</summary>
    /// <param name="path">UTF-8; .jsonl or .ndjson for JSON lines, any other for plain text, which is cut into windows of the whole context.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="context">The model's context, in tokens.</param>
    /// <exception cref="InvalidFileException">The file is missing or empty, or a line is not as it should be or longer than the context.</exception>
    public static TuningData Read(string path, ITokenizer tokenizer, int context)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        var sequences = Path.GetExtension(path) is ".jsonl" or ".ndjson"
            ? ReadLines(path, tokenizer, context)
            : Windows(tokenizer.Encode(CalibrationText.ReadDocuments(path)[0]), context);
        return sequences.Count > 0 ? new TuningData(sequences, Path.GetFileName(path)) : throw new InvalidFileException(path, "", "there is nothing to learn in it", Remedy);
    }

    /// <summary>Generated stories, each as one sequence of which every token is learned; those longer than the context are passed over.</summary>
    /// <param name="options">How they are written.</param>
    /// <param name="count">How many, those passed over included.</param>
    /// <param name="seed">Which.</param>
    /// <param name="tokenizer">The model's tokenizer; it needs a begin and an end token.</param>
    /// <param name="context">The model's context, in tokens.</param>
    public static TuningData Stories(StoryOptions options, int count, ulong seed, ITokenizer tokenizer, int context)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.BeginToken is null || tokenizer.EndTokens.Count == 0)
            throw new InvalidSettingException("the model's tokenizer has no begin and end tokens, which stories need: give a text file instead");
        var generator = new StoryGenerator(options);
        var sequences = Enumerable.Range(0, count).Select(index => Learned(TokenizedStory.Encode(generator.Generate(seed, index).Text, tokenizer)))
            .Where(sequence => sequence.Ids.Length <= context + 1).ToList();
        return new TuningData(sequences, $"{sequences.Count} generated stories, seed {seed}");
    }

    private static List<TokenSequence> Windows(int[] ids, int context)
    {
        var sequences = new List<TokenSequence>();
        // A window's last token is the next one's first: it is learned once and read once.
        for (var start = 0; start + 1 < ids.Length; start += context)
            sequences.Add(Learned([.. ids.Skip(start).Take(context + 1)]));
        return sequences;
    }

    private static List<TokenSequence> ReadLines(string path, ITokenizer tokenizer, int context)
    {
        var sequences = new List<TokenSequence>();
        try
        {
            using var reader = new StreamReader(path, Encoding.UTF8);
            for (var line = 1; reader.ReadLine() is { } text; line++)
            {
                if (string.IsNullOrWhiteSpace(text))
                    continue;
                var sequence = ReadLine(path, line, text, tokenizer);
                if (sequence.Ids.Length > context + 1)
                    throw new InvalidFileException(path, $"line {line}", $"it has {sequence.Ids.Length} tokens, the model's context {context}", "shorten the example or leave it out");
                sequences.Add(sequence);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(path, "", $"cannot be read ({fault.Message.TrimEnd('.')})", "give a file that exists", fault);
        }
        return sequences;
    }

    private static TokenSequence ReadLine(string path, int line, string text, ITokenizer tokenizer)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                if (Field(json.RootElement, "text") is { Length: > 0 } whole && tokenizer.Encode(whole) is { Length: > 1 } ids)
                    return Learned(ids);
                if (Field(json.RootElement, "prompt") is { } prompt && Field(json.RootElement, "answer") is { Length: > 0 } answer)
                    return Answered(tokenizer, prompt, answer);
            }
        }
        catch (JsonException fault)
        {
            throw new InvalidFileException(path, $"line {line}", "not valid JSON", Remedy, fault);
        }
        throw new InvalidFileException(path, $"line {line}", "neither a \"text\" nor a \"prompt\" with an \"answer\"", Remedy);
    }

    /// <summary>A prompt and its answer, tokenised apart as in use: there the prompt is encoded before the answer is known.</summary>
    public static TokenSequence Answered(ITokenizer tokenizer, string prompt, string answer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var read = tokenizer.Encode(prompt);
        if (read.Length == 0 && tokenizer.BeginToken is { } begin)
            read = [begin];
        int[] learned = [.. tokenizer.Encode(answer, addSpecial: false), .. tokenizer.EndTokens.Take(1)];
        return new TokenSequence([.. read, .. learned], [.. Enumerable.Repeat(false, read.Length), .. Enumerable.Repeat(true, learned.Length)]);
    }

    private static TokenSequence Learned(int[] ids) => new(ids, [.. Enumerable.Repeat(true, ids.Length)]);

    private static string? Field(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
