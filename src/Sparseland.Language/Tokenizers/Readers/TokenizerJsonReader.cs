namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>Reads tokenizer.json of the tokenizers library. Every value is checked before it is used; what is not known is an error that names it.</summary>
internal static class TokenizerJsonReader
{
    /// <summary>The largest id of an added token: beyond it a file is damaged, not large.</summary>
    private const int LargestId = 1 << 24;

    /// <summary>Reads a file.</summary>
    public static TokenizerParts Read(string file) => JsonPlace.Read(file, Read);

    /// <summary>Reads the content of a file.</summary>
    public static TokenizerParts Read(string file, ReadOnlyMemory<byte> content) => JsonPlace.Read(file, content, Read);

    private static TokenizerParts Read(JsonPlace root)
    {
        var cut = root.Find("pre_tokenizer");
        var model = root["model"];
        // BPE takes bytes as they come; the other models see the stand-ins.
        var byteLevel = cut is { } place && StageReader.EndsInByteLevel(place) && model.Text("type") is null or "BPE";
        var read = ModelReader.Read(model, byteLevel);
        var added = root.Find("added_tokens") is { } list ? list.Items().Select(item => Added(item, item["id"].Count())).ToArray() : [];
        var (prefix, suffix) = PostProcessorReader.Read(root.Find("post_processor"));
        var count = Math.Max(read.Count, added.Length == 0 ? 0 : added.Max(token => token.Id) + 1);
        foreach (var id in prefix.Concat(suffix))
            if (id >= count)
                throw root["post_processor"].Fault($"it adds the id {id}, but there are {count} ids");
        return new TokenizerParts
        {
            Model = read,
            Normalizer = root.Find("normalizer") is { } normalizer ? new(StageReader.Normalizer(normalizer), normalizer.Element.GetRawText()) : null,
            PreTokenizer = cut is { } step ? new(StageReader.PreTokenizer(step, byteLevel), step.Element.GetRawText()) : null,
            Decoder = root.Find("decoder") is { } decoder ? new(StageReader.Decoder(decoder), decoder.Element.GetRawText()) : null,
            Added = added,
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    /// <summary>Reads an added token; its id is given, as files write it in several places.</summary>
    public static AddedToken Added(JsonPlace place, int id) => new(
        id <= LargestId ? id : throw place.Fault($"the id {id} is beyond {LargestId}"),
        place["content"].Text(),
        place.Flag("special", false),
        place.Flag("lstrip", false),
        place.Flag("rstrip", false),
        place.Flag("single_word", false),
        place.Flag("normalized", false));
}
