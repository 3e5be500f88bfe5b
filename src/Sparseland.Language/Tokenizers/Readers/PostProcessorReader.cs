namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>Reads the post-processor of tokenizer.json as the ids it puts before and after a text.</summary>
internal static class PostProcessorReader
{
    /// <summary>The ids before and after; none without a post-processor.</summary>
    /// <param name="place">The object, or null.</param>
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(JsonPlace? place)
    {
        if (place is not { } processor)
            return ([], []);
        switch (processor["type"].Text())
        {
            // Only moves offsets, which we do not give.
            case "ByteLevel":
                return ([], []);
            case "Sequence":
                return ReadSequence(processor);
            case "TemplateProcessing":
                return ReadTemplate(processor);
            case "BertProcessing" or "RobertaProcessing":
                return ([Id(processor["cls"])], [Id(processor["sep"])]);
            case var other:
                throw processor.Unknown("post-processor", other, "ByteLevel", "Sequence", "TemplateProcessing", "BertProcessing", "RobertaProcessing");
        }
    }

    // ["[CLS]", 101]
    private static int Id(JsonPlace place) => place.Items() is [_, var id] ? id.Count() : throw place.Fault("expected a token and its id");

    private static (IReadOnlyList<int>, IReadOnlyList<int>) ReadSequence(JsonPlace place)
    {
        List<int> prefix = [], suffix = [];
        foreach (var item in place["processors"].Items())
        {
            // A later processor frames what the earlier ones framed.
            var (before, after) = Read(item);
            prefix.InsertRange(0, before);
            suffix.AddRange(after);
        }
        return (prefix, suffix);
    }

    private static (IReadOnlyList<int>, IReadOnlyList<int>) ReadTemplate(JsonPlace place)
    {
        List<int> prefix = [], suffix = [];
        var texts = 0;
        foreach (var item in place["single"].Items())
            if (item.Find("Sequence") is not null)
                texts++;
            else
                (texts == 0 ? prefix : suffix).AddRange(place["special_tokens"][item["SpecialToken"]["id"].Text()]["ids"].Items().Select(number => number.Count()));
        return texts == 1 ? (prefix, suffix) : throw place["single"].Fault($"expected the text once, found it {texts} times");
    }
}
