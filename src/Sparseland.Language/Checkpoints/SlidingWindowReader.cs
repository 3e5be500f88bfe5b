using Sparseland.Files;

namespace Sparseland.Language.Checkpoints;

/// <summary>Reads which blocks see a sliding window: Mistral in all, Qwen from a block on and only when switched on, either as layer_types says.</summary>
internal static class SlidingWindowReader
{
    /// <summary>The window in positions (its own included), or null, and the first block that has it.</summary>
    public static (int? Window, int FirstBlock) Read(JsonFields fields, string family, int blocks)
    {
        if (family == "llama")
            return (null, 0);
        var qwen = family is "qwen2" or "qwen3";
        int? window = fields.IsNull("sliding_window") ? null : fields.Int("sliding_window", 4096, 1, int.MaxValue);
        if (window is null || (qwen && !fields.Bool("use_sliding_window", false)))
            return (null, 0);
        var first = qwen ? fields.Int("max_window_layers", 28, 0, int.MaxValue) : 0;
        if (fields.Texts("layer_types") is { } types)
            first = FirstSliding(fields, types, blocks);
        return first >= blocks ? (null, 0) : (window, first);
    }

    // Full attention in the first blocks and a window in the rest can be expressed; any other mixture cannot.
    private static int FirstSliding(JsonFields fields, IReadOnlyList<string> types, int blocks)
    {
        if (types.Count != blocks)
            throw fields.Fault("layer_types", $"{types.Count} entries for {blocks} blocks");
        var first = 0;
        while (first < blocks && types[first] == "full_attention")
            first++;
        for (var block = first; block < blocks; block++)
            if (types[block] != "sliding_attention")
                throw fields.Unsupported("layer_types", $"block {block} is {PrintableName.Of(types[block])}; known are full_attention in the first blocks and sliding_attention in all later ones");
        return first;
    }
}
