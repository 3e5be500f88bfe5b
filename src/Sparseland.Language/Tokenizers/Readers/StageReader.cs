using System.Text;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.Decoders;
using Sparseland.Language.Tokenizers.Normalizers;
using Sparseland.Language.Tokenizers.Patterns;
using Sparseland.Language.Tokenizers.PreTokenizers;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>Reads the normaliser, pre-tokeniser and decoder of tokenizer.json. A construct that is not known is an error that names it.</summary>
internal static class StageReader
{
    private const string PunctuationSet = @"[\p{P}!-/:-@\[-`{-~]";

    private static readonly string[] Behaviors = Enum.GetNames<SplitBehavior>();

    /// <summary>Reads a normaliser.</summary>
    public static Func<string, string> Normalizer(JsonPlace place)
    {
        switch (place["type"].Text())
        {
            case "Sequence":
                var parts = place["normalizers"].Items().Select(Normalizer).ToArray();
                return text => parts.Aggregate(text, (now, part) => part(now));
            case "NFC":
                return text => UnicodeNormalization.Normalize(text, NormalizationForm.FormC);
            case "NFD":
                return text => UnicodeNormalization.Normalize(text, NormalizationForm.FormD);
            case "NFKC":
                return text => UnicodeNormalization.Normalize(text, NormalizationForm.FormKC);
            case "NFKD":
                return text => UnicodeNormalization.Normalize(text, NormalizationForm.FormKD);
            case "Lowercase":
                return TextChanges.Lowercase;
            case "StripAccents":
                return TextChanges.StripAccents;
            case "Strip":
                var (left, right) = (place.Flag("strip_left", true), place.Flag("strip_right", true));
                return text => TextChanges.Strip(text, left, right);
            case "Prepend":
                var prefix = place["prepend"].Text();
                return text => TextChanges.Prepend(text, prefix);
            case "Replace":
                var (matcher, content) = (Matcher(place["pattern"]), place["content"].Text());
                return text => TextChanges.Replace(text, matcher, content);
            case "Precompiled":
                // Some files write null for a map that changes nothing.
                return place.Find("precompiled_charsmap") is { } map ? PrecompiledMap.Read(map).Apply : text => text;
            case "BertNormalizer":
                var lowercases = place.Flag("lowercase", true);
                return new BertNormalizer(place.Flag("clean_text", true), place.Flag("handle_chinese_chars", true), place.Flag("strip_accents", lowercases), lowercases).Apply;
            case var other:
                throw place.Unknown("normaliser", other, "Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Prepend", "Replace", "Precompiled", "BertNormalizer");
        }
    }

    /// <summary>Reads a pre-tokeniser.</summary>
    /// <param name="place">The object.</param>
    /// <param name="modelTakesBytes">Whether the model takes the pieces of a last "ByteLevel" as they stand.</param>
    public static PreTokenizer PreTokenizer(JsonPlace place, bool modelTakesBytes)
    {
        switch (place["type"].Text())
        {
            case "Sequence":
                var items = place["pretokenizers"].Items();
                return new PreTokenizerSequence(items.Select((item, i) => PreTokenizer(item, modelTakesBytes && i == items.Count - 1)).ToArray());
            case "ByteLevel":
                return new ByteLevelPreTokenizer(place.Flag("add_prefix_space", true), place.Flag("use_regex", true), mapsBytes: !modelTakesBytes);
            case "Metaspace":
                return new MetaspacePreTokenizer(StandIn(place), Scheme(place), place.Flag("split", true));
            case "Split":
                return new SplitPreTokenizer(Matcher(place["pattern"]), Behavior(place["behavior"]), place.Flag("invert", false));
            case "Whitespace":
                return new SplitPreTokenizer(new Pattern(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true);
            case "WhitespaceSplit":
                return new SplitPreTokenizer(new Pattern(@"\s"), SplitBehavior.Removed, invert: false);
            case "Digits":
                return new SplitPreTokenizer(new Pattern(@"\p{N}"), place.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false);
            case "Punctuation":
                return new SplitPreTokenizer(new Pattern(PunctuationSet), place.Find("behavior") is { } behavior ? Behavior(behavior) : SplitBehavior.Isolated, invert: false);
            case "BertPreTokenizer":
                return new PreTokenizerSequence([new SplitPreTokenizer(new Pattern(@"\s"), SplitBehavior.Removed, invert: false), new SplitPreTokenizer(new Pattern(PunctuationSet), SplitBehavior.Isolated, invert: false)]);
            case "CharDelimiterSplit":
                return new SplitPreTokenizer(new LiteralMatcher(place["delimiter"].Text()), SplitBehavior.Removed, invert: false);
            case var other:
                throw place.Unknown("pre-tokeniser", other, "Sequence", "ByteLevel", "Metaspace", "Split", "Whitespace", "WhitespaceSplit", "Digits", "Punctuation", "BertPreTokenizer", "CharDelimiterSplit");
        }
    }

    /// <summary>Whether the last step writes bytes by their stand-ins.</summary>
    public static bool EndsInByteLevel(JsonPlace place) => place["type"].Text() switch
    {
        "ByteLevel" => true,
        "Sequence" => place["pretokenizers"].Items() is { Count: > 0 } items && EndsInByteLevel(items[^1]),
        _ => false,
    };

    /// <summary>Reads a decoder.</summary>
    public static Action<List<string>> Decoder(JsonPlace place)
    {
        switch (place["type"].Text())
        {
            case "Sequence":
                var parts = place["decoders"].Items().Select(Decoder).ToArray();
                return tokens => Array.ForEach(parts, part => part(tokens));
            case "ByteLevel":
                return ByteLevelDecoder.Decode;
            case "Metaspace":
                var (standIn, scheme) = (StandIn(place).ToString(), Scheme(place));
                return tokens => TokenChanges.Metaspace(tokens, standIn, scheme);
            case "ByteFallback":
                return TokenChanges.ByteFallback;
            case "Fuse":
                return TokenChanges.Fuse;
            case "Strip":
                var character = place["content"].Text();
                if (character.Length != 1)
                    throw place["content"].Fault($"expected one character, found '{character}'");
                var (start, stop) = (place["start"].Count(), place["stop"].Count());
                return tokens => TokenChanges.Strip(tokens, character[0], start, stop);
            case "Replace":
                var (matcher, content) = (Matcher(place["pattern"]), place["content"].Text());
                return tokens => TokenChanges.Replace(tokens, matcher, content);
            case "BPEDecoder":
                var suffix = place["suffix"].Text();
                return tokens => TokenChanges.WordSuffix(tokens, suffix);
            case "WordPiece":
                var (prefix, cleans) = (place.Text("prefix") ?? "##", place.Flag("cleanup", true));
                return tokens => TokenChanges.WordPiece(tokens, prefix, cleans);
            case var other:
                throw place.Unknown("decoder", other, "Sequence", "ByteLevel", "Metaspace", "ByteFallback", "Fuse", "Strip", "Replace", "BPEDecoder", "WordPiece");
        }
    }

    // {"String": "..."} or {"Regex": "..."}; the patterns everybody uses are matched by hand.
    private static ITextMatcher Matcher(JsonPlace place)
    {
        if (place.Text("String") is { } literal)
            return new LiteralMatcher(literal);
        var expression = place["Regex"].Text();
        try
        {
            return WordPattern.Known.FirstOrDefault(known => known.Expression == expression) ?? (ITextMatcher)new Pattern(expression);
        }
        catch (UnsupportedException exception)
        {
            throw new UnsupportedException($"{place.File} ({place.Path}): {exception.Message}");
        }
    }

    private static SplitBehavior Behavior(JsonPlace place)
    {
        // Written "MergedWithPrevious" or, by some versions, "merged_with_previous".
        var name = place.Text().Replace("_", "", StringComparison.Ordinal);
        foreach (var behavior in Enum.GetValues<SplitBehavior>())
            if (name.Equals(Behaviors[(int)behavior], StringComparison.OrdinalIgnoreCase))
                return behavior;
        throw place.Unknown("split behaviour", place.Text(), Behaviors);
    }

    private static Rune StandIn(JsonPlace place)
    {
        var text = place.Text("replacement") ?? "▁";
        return Rune.DecodeFromUtf16(text, out var rune, out var width) == System.Buffers.OperationStatus.Done && width == text.Length
            ? rune : throw place.Fault($"expected one character as replacement, found '{text}'");
    }

    private static PrependScheme Scheme(JsonPlace place) => place.Text("prepend_scheme") switch
    {
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        // Older files say whether a space is put first, and nothing else.
        null => place.Flag("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never,
        var other => throw place.Unknown("prepend scheme", other, "always", "first", "never"),
    };
}
