using System.Text;
using System.Text.Json;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Pruning;

/// <summary>Cuts calibration windows out of text: plain text, or JSON lines with a "text" in each.</summary>
public static class CalibrationText
{
    // Far more than any calibration needs; a larger file is read up to here, so its size does not matter.
    private const int MaxCharacters = 32 << 20;

    /// <summary>The documents of a file: one per line of a .jsonl file, else the whole text as one.</summary>
    /// <param name="path">UTF-8 text; .jsonl or .ndjson for JSON lines.</param>
    /// <exception cref="InvalidFileException">The file is missing, empty, or a line is not an object with a text.</exception>
    public static IReadOnlyList<string> ReadDocuments(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var documents = new List<string>();
        try
        {
            using var reader = new StreamReader(path, Encoding.UTF8);
            if (Path.GetExtension(path) is ".jsonl" or ".ndjson")
                ReadLines(reader, path, documents);
            else
                documents.Add(ReadUpTo(reader));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(path, "", $"cannot be read ({fault.Message.TrimEnd('.')})", "give a text file that exists", fault);
        }
        documents.RemoveAll(string.IsNullOrWhiteSpace);
        return documents.Count > 0 ? documents : throw new InvalidFileException(path, "", "the text is empty", "give a text of at least a few thousand words");
    }

    /// <summary>
    /// Random windows. Documents longer than the window are drawn from by length and cut at random places, as the authors do; when none is long enough, all are laid end to end first.
    /// </summary>
    /// <param name="documents">The texts.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="count">How many windows.</param>
    /// <param name="length">Tokens in each.</param>
    /// <param name="seed">Seeds the places.</param>
    /// <param name="source">What the report calls the text.</param>
    /// <exception cref="InvalidSettingException">The text has fewer tokens than a window.</exception>
    public static CalibrationSet Cut(IReadOnlyList<string> documents, ITokenizer tokenizer, int count, int length, ulong seed, string source)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var encoded = documents.Select(document => tokenizer.Encode(document)).ToList();
        var total = encoded.Sum(ids => (long)ids.Length);
        if (total < length)
            throw new InvalidSettingException($"calibration from {source}: {total} tokens are less than one window of {length}; give a longer text or a shorter length");
        encoded.RemoveAll(ids => ids.Length < length);
        if (encoded.Count == 0)
            encoded = [[.. documents.SelectMany(document => tokenizer.Encode(document))]];
        var chance = new RandomStream(seed, "calibration windows");
        var places = encoded.Sum(ids => (long)ids.Length - length + 1);
        var sequences = new int[count][];
        for (var i = 0; i < count; i++)
        {
            var place = (long)(chance.NextDouble() * places);
            var document = 0;
            while (place >= encoded[document].Length - length + 1)
                place -= encoded[document++].Length - length + 1;
            sequences[i] = encoded[document].AsSpan((int)place, length).ToArray();
        }
        return new CalibrationSet(sequences, source);
    }

    private static void ReadLines(StreamReader reader, string path, List<string> documents)
    {
        var characters = 0L;
        for (var line = 1; characters < MaxCharacters && reader.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text))
                continue;
            try
            {
                using var json = JsonDocument.Parse(text);
                if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("text", out var value) || value.ValueKind != JsonValueKind.String)
                    throw new InvalidFileException(path, $"line {line}", "no object with a \"text\"", "write one {\"text\": \"...\"} per line");
                documents.Add(value.GetString()!);
                characters += documents[^1].Length;
            }
            catch (JsonException fault)
            {
                throw new InvalidFileException(path, $"line {line}", "not valid JSON", "write one {\"text\": \"...\"} per line", fault);
            }
        }
    }

    private static string ReadUpTo(StreamReader reader)
    {
        var text = new StringBuilder();
        var buffer = new char[1 << 16];
        int read;
        while (text.Length < MaxCharacters && (read = reader.Read(buffer)) > 0)
            text.Append(buffer, 0, read);
        return text.ToString();
    }
}
