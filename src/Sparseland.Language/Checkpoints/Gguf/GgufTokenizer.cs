using System.Globalization;
using System.Text;
using System.Text.Json;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>
/// A tokenizer as GGUF metadata: tokens with their kinds, and merges (byte-level byte-pair encoding, "gpt2") or scores (byte fallback, "llama"), as llama.cpp reads them,
/// and the whole tokenizer.json under the format's key for it, from which any other reader has the exact tokenizer.
/// </summary>
internal static class GgufTokenizer
{
    /// <summary>The key of the whole tokenizer.json.</summary>
    public const string JsonKey = "tokenizer.huggingface.json";

    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    /// <summary>Describes a tokenizer.</summary>
    /// <returns>The metadata, and what other tools cannot read of it, or null.</returns>
    public static (List<KeyValuePair<string, GgufValue>> Metadata, string? Problem) Describe(Tokenizer tokenizer, TransformerConfiguration configuration)
    {
        var bytes = Save(tokenizer);
        using var document = JsonFile.Parse("tokenizer.json", bytes);
        var root = document.RootElement;
        var list = new List<KeyValuePair<string, GgufValue>>();
        var model = root.GetProperty("model");
        string? problem = null;
        if (model.TryGetProperty("merges", out var merges))
            AddVocabulary(list, root, model, merges, configuration);
        else
            problem = "the tokenizer is no byte-pair encoding: it is written as tokenizer.json inside the file, which not every GGUF program reads";
        AddSpecial(list, tokenizer, configuration);
        list.Add(new(JsonKey, GgufValue.Of(Encoding.UTF8.GetString(bytes))));
        return (list, problem);
    }

    /// <summary>The tokens that begin and end a text: the last end token as "eos", the first, when there are several, as "eot".</summary>
    public static IEnumerable<KeyValuePair<string, GgufValue>> SpecialTokens(int? begin, IReadOnlyList<int> ends)
    {
        if (begin is { } id)
            yield return new("tokenizer.ggml.bos_token_id", GgufValue.Of((uint)id));
        if (ends.Count > 0)
            yield return new("tokenizer.ggml.eos_token_id", GgufValue.Of((uint)ends[^1]));
        if (ends.Count > 1)
            yield return new("tokenizer.ggml.eot_token_id", GgufValue.Of((uint)ends[0]));
    }

    private static byte[] Save(Tokenizer tokenizer)
    {
        var folder = Directory.CreateTempSubdirectory("sparseland-tokenizer").FullName;
        try
        {
            tokenizer.Save(folder);
            return File.ReadAllBytes(Path.Combine(folder, "tokenizer.json"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AddVocabulary(List<KeyValuePair<string, GgufValue>> list, JsonElement root, JsonElement model, JsonElement merges, TransformerConfiguration configuration)
    {
        var isByteFallback = model.TryGetProperty("byte_fallback", out var fallback) && fallback.ValueKind == JsonValueKind.True;
        var tokens = new string[configuration.VocabularySize];
        var kinds = new int[tokens.Length];
        foreach (var entry in model.GetProperty("vocab").EnumerateObject())
            Set(entry.Value.GetInt32(), entry.Name, isByteFallback && IsByte(entry.Name) ? Byte : Normal);
        if (model.TryGetProperty("unk_token", out var unknown) && unknown.ValueKind == JsonValueKind.String && Array.IndexOf(tokens, unknown.GetString()) is >= 0 and var id)
            kinds[id] = Unknown;
        foreach (var added in root.GetProperty("added_tokens").EnumerateArray())
            Set(added.GetProperty("id").GetInt32(), added.GetProperty("content").GetString()!, added.GetProperty("special").GetBoolean() ? Control : UserDefined);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] is null)
                (tokens[i], kinds[i]) = ($"[PAD{i.ToString(CultureInfo.InvariantCulture)}]", Unused);
        }
        list.Add(new("tokenizer.ggml.model", GgufValue.Of(isByteFallback ? "llama" : "gpt2")));
        if (!isByteFallback)
            list.Add(new("tokenizer.ggml.pre", GgufValue.Of(PreTokenizer(root))));
        // Where a file writes spaces as they are, GGUF's readers expect the mark that SentencePiece has for them.
        list.Add(new("tokenizer.ggml.tokens", GgufValue.Of(isByteFallback ? Array.ConvertAll(tokens, token => token.Replace(' ', '\u2581')) : tokens)));
        if (isByteFallback)
            list.Add(new("tokenizer.ggml.scores", GgufValue.Of(Scores(tokens, merges))));
        list.Add(new("tokenizer.ggml.token_type", GgufValue.Of(kinds)));
        if (!isByteFallback)
            list.Add(new("tokenizer.ggml.merges", GgufValue.Of([.. merges.EnumerateArray().Select(MergeText)])));

        void Set(int place, string text, int kind)
        {
            if (place >= 0 && place < tokens.Length)
                (tokens[place], kinds[place]) = (text, kind);
        }
    }

    private static void AddSpecial(List<KeyValuePair<string, GgufValue>> list, Tokenizer tokenizer, TransformerConfiguration configuration)
    {
        var begin = configuration.BeginToken ?? tokenizer.BeginToken;
        list.AddRange(SpecialTokens(begin, configuration.EndTokens.Count > 0 ? configuration.EndTokens : tokenizer.EndTokens));
        var first = tokenizer.Encode("a");
        list.Add(new("tokenizer.ggml.add_bos_token", GgufValue.Of(begin is not null && first.Length > 0 && first[0] == begin)));
        var plain = tokenizer.Encode("a", addSpecial: false);
        list.Add(new("tokenizer.ggml.add_space_prefix", GgufValue.Of(plain.Length > 0 && tokenizer.TokenText(plain[0]) is ['\u2581' or ' ' or 'Ġ', ..])));
        if (tokenizer.ChatTemplate is { } template)
            list.Add(new("tokenizer.chat_template", GgufValue.Of(template)));
    }

    // A token's score is less the rank of the first merge that makes it, so that the highest score is the earliest merge; what no merge makes is not joined at all.
    private static float[] Scores(string[] tokens, JsonElement merges)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        var rank = 0;
        foreach (var merge in merges.EnumerateArray())
            ranks.TryAdd(MergeText(merge).Replace(" ", "", StringComparison.Ordinal), rank++);
        return Array.ConvertAll(tokens, token => ranks.TryGetValue(token, out var place) ? -(float)place : -1e9f);
    }

    private static string MergeText(JsonElement merge) => merge.ValueKind == JsonValueKind.String ? merge.GetString()! : $"{merge[0].GetString()} {merge[1].GetString()}";

    private static bool IsByte(string token) => token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>';

    // llama.cpp knows pre-tokenizers by name only; ours is told by the expression it splits with.
    private static string PreTokenizer(JsonElement root)
    {
        var text = root.GetProperty("pre_tokenizer").GetRawText();
        if (text.Contains("{1,3}", StringComparison.Ordinal))
            return "llama-bpe";
        return text.Contains("(?i:", StringComparison.Ordinal) ? "qwen2" : text.Contains("Digits", StringComparison.Ordinal) ? "smollm" : "gpt-2";
    }
}
