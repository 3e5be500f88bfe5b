using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sparseland.Language.Tokenizers.PreTokenizers;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>The steps of tokenizers that do not come from a tokenizer.json, written as one and read back, so that what is saved is what runs.</summary>
internal static class StageJson
{
    private const string ByteLevelStep = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";

    /// <summary>Bytes to text.</summary>
    public static Described<Action<List<string>>> ByteLevelDecoder { get; } = Decoder("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""");

    /// <summary>Cuts by a pattern and leaves the bytes to the model.</summary>
    public static Described<PreTokenizer> ByteLevelCut(WordPattern pattern) => ByteLevelCut(pattern.Expression);

    /// <summary>Cuts by a regular expression and leaves the bytes to the model.</summary>
    public static Described<PreTokenizer> ByteLevelCut(params ReadOnlySpan<string> expressions)
    {
        if (expressions is [var only] && only == WordPattern.Gpt2.Expression)
            return PreTokenizer(ByteLevelStep.Replace("\"use_regex\":false", "\"use_regex\":true", StringComparison.Ordinal));
        var steps = new StringBuilder("""{"type":"Sequence","pretokenizers":[""");
        foreach (var expression in expressions)
            steps.Append($$"""{"type":"Split","pattern":{"Regex":{{Quote(expression)}}},"behavior":"Isolated","invert":false},""");
        return PreTokenizer(steps.Append(ByteLevelStep).Append("]}").ToString());
    }

    /// <summary>SentencePiece's normalisation as the tokenizers library writes it for Llama 2: the character map, a space before the text, every space by its stand-in.</summary>
    /// <param name="file">The file, for faults of its character map.</param>
    /// <param name="settings">What the vocabulary says.</param>
    public static Described<Func<string, string>> SentencePieceNormalizer(string file, ScoredVocabularySettings settings)
    {
        var steps = new List<string>();
        if (settings.CharacterMap.Length > 0)
            steps.Add($$"""{"type":"Precompiled","precompiled_charsmap":"{{settings.CharacterMap}}"}""");
        if (settings.TrimsSpaces)
            steps.AddRange("""{"type":"Strip","strip_left":true,"strip_right":true}""", """{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}""");
        if (settings.PrependsSpace)
            steps.Add($$"""{"type":"Prepend","prepend":{{Quote(settings.Space)}}}""");
        if (settings.Space != " ")
            steps.Add($$"""{"type":"Replace","pattern":{"String":" "},"content":{{Quote(settings.Space)}}}""");
        var json = $$"""{"type":"Sequence","normalizers":[{{string.Join(',', steps)}}]}""";
        return new(Read(file, json, StageReader.Normalizer), json);
    }

    /// <summary>A normaliser from its JSON.</summary>
    public static Described<Func<string, string>> Normalizer(string json) => new(Read("tokenizer", json, StageReader.Normalizer), json);

    /// <summary>The way back from <see cref="SentencePieceNormalizer"/>.</summary>
    public static Described<Action<List<string>>> SentencePieceDecoder(string space, bool prepends) => Decoder(
        $$"""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":{{Quote(space)}}},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}"""
        + (prepends ? """,{"type":"Strip","content":" ","start":1,"stop":0}""" : "") + "]}");

    private static Described<PreTokenizer> PreTokenizer(string json) => new(Read("tokenizer", json, place => StageReader.PreTokenizer(place, modelTakesBytes: true)), json);

    private static Described<Action<List<string>>> Decoder(string json) => new(Read("tokenizer", json, StageReader.Decoder), json);

    private static T Read<T>(string file, string json, Func<JsonPlace, T> read) => JsonPlace.Read(file, Encoding.UTF8.GetBytes(json), read);

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
