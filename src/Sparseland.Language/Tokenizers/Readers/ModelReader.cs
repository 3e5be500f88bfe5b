using System.Text.Json;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>Reads the "model" of tokenizer.json.</summary>
internal static class ModelReader
{
    /// <summary>Ids may have holes, but not more of them than this beyond four times the tokens: a table is as long as its largest id.</summary>
    private const int SpareIds = 10_000;

    /// <summary>Reads the model.</summary>
    /// <param name="place">The "model" object.</param>
    /// <param name="byteLevel">Whether the pre-tokeniser writes bytes by their stand-ins.</param>
    public static ITokenModel Read(JsonPlace place, bool byteLevel)
    {
        // Old files leave the type out; then the members tell.
        var type = place.Text("type") ?? (place.Find("merges") is not null ? "BPE" : "missing type");
        return type switch
        {
            "BPE" => BytePair(place, byteLevel),
            "Unigram" => Unigram(place),
            "WordPiece" => WordPiece(place),
            _ => throw place.Unknown("model", type, "BPE", "Unigram", "WordPiece"),
        };
    }

    private static BytePairModel BytePair(JsonPlace place, bool byteLevel)
    {
        if (place.Find("dropout") is { Element: { ValueKind: JsonValueKind.Number } dropout } && dropout.GetDouble() != 0)
            throw place["dropout"].Unknown("dropout", dropout.GetRawText(), "none (it makes ids random)");
        var tokens = Vocabulary(place["vocab"]);
        var settings = new BytePairSettings
        {
            ByteLevel = byteLevel,
            ByteFallback = place.Flag("byte_fallback", false),
            IgnoreMerges = place.Flag("ignore_merges", false),
            Unknown = place.Text("unk_token"),
            FuseUnknown = place.Flag("fuse_unk", false),
            ContinuingPrefix = NullIfEmpty(place.Text("continuing_subword_prefix")),
            EndSuffix = NullIfEmpty(place.Text("end_of_word_suffix")),
        };
        return new BytePairModel(tokens, Merges(place["merges"], tokens, settings.ContinuingPrefix?.Length ?? 0), settings);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>Reads {"token": id, ...}.</summary>
    public static TokenTable Vocabulary(JsonPlace place)
    {
        if (place.Element.ValueKind != JsonValueKind.Object)
            throw place.Fault($"expected an object of tokens and ids, found {place.Element.ValueKind}");
        var entries = new List<(string Token, int Id)>();
        foreach (var member in place.Element.EnumerateObject())
            entries.Add((member.Name, new JsonPlace(member.Value, place.File, place.Path).Count()));
        var last = entries.Count == 0 ? -1 : entries.Max(entry => entry.Id);
        if (last > (4L * entries.Count) + SpareIds)
            throw place.Fault($"an id of {last} among {entries.Count} tokens");
        var texts = new string?[last + 1];
        foreach (var (token, id) in entries)
            texts[id] = texts[id] is null ? token : throw place.Fault($"the id {id} stands for both '{texts[id]}' and '{token}'");
        return new TokenTable(texts);
    }

    private static List<Merge> Merges(JsonPlace place, TokenTable tokens, int prefixLength)
    {
        if (place.Element.ValueKind != JsonValueKind.Array)
            throw place.Fault($"expected an array of merges, found {place.Element.ValueKind}");
        var merges = new List<Merge>(place.Element.GetArrayLength());
        foreach (var item in place.Element.EnumerateArray())
        {
            var (left, right) = Pair(new JsonPlace(item, place.File, place.Path), merges.Count);
            merges.Add(Join(place, tokens, left, right, merges.Count, prefixLength));
        }
        return merges;
    }

    /// <summary>The merge of two tokens, which with their join must be in the vocabulary.</summary>
    public static Merge Join(JsonPlace place, TokenTable tokens, string left, string right, int rank, int prefixLength)
    {
        if (right.Length < prefixLength)
            throw place.Fault($"merge {rank}: '{right}' is shorter than the prefix of continuing tokens");
        return new Merge(Id(left), Id(right), rank, Id(left + right[prefixLength..]));

        int Id(string token) => tokens.Id(token) ?? throw place.Fault($"merge {rank}: the token '{token}' is not in the vocabulary");
    }

    private static (string Left, string Right) Pair(JsonPlace place, int number)
    {
        if (place.Element.ValueKind == JsonValueKind.Array && place.Element.GetArrayLength() == 2)
            return (new JsonPlace(place.Element[0], place.File, place.Path).Text(), new JsonPlace(place.Element[1], place.File, place.Path).Text());
        if (place.Element.ValueKind == JsonValueKind.String && place.Text().Split(' ') is [var left, var right])
            return (left, right);
        throw place.Fault($"merge {number}: expected two tokens, found {(place.Element.GetRawText() is { Length: > 80 } raw ? raw[..80] + "…" : place.Element.GetRawText())}");
    }

    private static UnigramModel Unigram(JsonPlace place)
    {
        var vocabulary = place["vocab"];
        if (vocabulary.Element.ValueKind != JsonValueKind.Array)
            throw vocabulary.Fault($"expected an array of tokens and scores, found {vocabulary.Element.ValueKind}");
        var texts = new List<string?>();
        var scores = new List<double>();
        foreach (var item in vocabulary.Element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || item[1].ValueKind != JsonValueKind.Number || !double.IsFinite(item[1].GetDouble()))
                throw vocabulary.Fault($"token {texts.Count}: expected a token and its score");
            texts.Add(new JsonPlace(item[0], place.File, vocabulary.Path).Text());
            scores.Add(item[1].GetDouble());
        }
        var unknown = place.Find("unk_id")?.Count();
        if (unknown >= texts.Count)
            throw place["unk_id"].Fault($"the unknown token {unknown} is not among the {texts.Count} tokens");
        return new UnigramModel(new TokenTable(texts.ToArray()), scores.ToArray(), unknown, place.Flag("byte_fallback", false));
    }

    private static WordPieceModel WordPiece(JsonPlace place)
    {
        var tokens = Vocabulary(place["vocab"]);
        var unknown = place.Text("unk_token") ?? "[UNK]";
        if (tokens.Id(unknown) is null)
            throw place["vocab"].Fault($"the unknown token '{unknown}' is not in the vocabulary");
        return new WordPieceModel(tokens, unknown, place.Text("continuing_subword_prefix") ?? "##", place.Find("max_input_chars_per_word")?.Count() ?? 100);
    }
}
