using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>
/// Reads what a Hugging Face folder says about its tokenizer beside the tokenizer's own file: begin and end tokens, added tokens and the chat template
/// (tokenizer_config.json, special_tokens_map.json, generation_config.json, config.json, chat_template.jinja, chat_template.json). All of them may be absent.
/// </summary>
internal static class TokenizerSettingsReader
{
    /// <summary>Names of begin tokens, for a tokenizer.json that stands alone.</summary>
    private static readonly string[] BeginNames = ["<|begin_of_text|>", "<s>", "<bos>", "<|begin|>", "<|startoftext|>", "<|endoftext|>"];

    private static readonly string[] EndNames = ["<|end_of_text|>", "</s>", "<eos>", "<|end|>", "<|im_end|>", "<|endoftext|>"];

    /// <summary>The parts with what the folder adds to them.</summary>
    /// <param name="parts">What the tokenizer's own file says.</param>
    /// <param name="folder">The folder of that file.</param>
    /// <param name="isComplete">Whether that file lists the added tokens and the template itself, as tokenizer.json does.</param>
    public static TokenizerParts Complete(TokenizerParts parts, string folder, bool isComplete)
    {
        var (begin, end) = (parts.BeginToken, parts.EndTokens);
        foreach (var name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
            if (Path.Combine(folder, name) is var file && File.Exists(file))
                parts = JsonPlace.Read(file, root => Names(parts, root, isComplete || name != "tokenizer_config.json", ref begin, ref end));
        foreach (var name in (string[])["generation_config.json", "config.json"])
            if (Path.Combine(folder, name) is var file && File.Exists(file))
                JsonPlace.Read(file, root => Ids(root, ref begin, ref end));
        return CompleteAlone(parts with { BeginToken = begin, EndTokens = end, ChatTemplate = Template(folder) ?? parts.ChatTemplate });
    }

    /// <summary>The parts with begin and end tokens by their usual names, where nothing says which they are.</summary>
    public static TokenizerParts CompleteAlone(TokenizerParts parts) => parts with
    {
        BeginToken = parts.BeginToken ?? (parts.Prefix.Count > 0 ? parts.Prefix[0] : Named(parts, BeginNames)),
        EndTokens = parts.EndTokens.Count > 0 || Named(parts, EndNames) is not { } end ? parts.EndTokens : [end],
    };

    private static int? Named(TokenizerParts parts, string[] names) =>
        names.Select(name => parts.Added.FirstOrDefault(token => token.Special && token.Content == name)?.Id).FirstOrDefault(id => id is not null);

    private static TokenizerParts Names(TokenizerParts parts, JsonPlace root, bool isComplete, ref int? begin, ref IReadOnlyList<int> end)
    {
        if (!isComplete && root.Find("added_tokens_decoder") is { } added)
            parts = parts with { Added = Extend(parts.Added, added) };
        begin = Id(parts, root.Find("bos_token")) ?? begin;
        if (Id(parts, root.Find("eos_token")) is { } id && !end.Contains(id))
            end = [id];
        if (!isComplete && root.Find("add_bos_token") is { } addsBegin)
            parts = parts with { Prefix = addsBegin.Flag() && begin is { } first ? [first] : [] };
        if (!isComplete && root.Find("add_eos_token") is { } addsEnd)
            parts = parts with { Suffix = addsEnd.Flag() && end.Count > 0 ? [end[0]] : [] };
        return root.Find("chat_template") is { } template ? parts with { ChatTemplate = TemplateText(template) } : parts;
    }

    // {"32000": {"content": ...}, ...}
    private static AddedToken[] Extend(IReadOnlyList<AddedToken> known, JsonPlace place)
    {
        if (place.Element.ValueKind != JsonValueKind.Object)
            throw place.Fault($"expected an object of ids, found {place.Element.ValueKind}");
        var tokens = known.ToDictionary(token => token.Id);
        foreach (var member in place.Element.EnumerateObject())
            if (int.TryParse(member.Name, out var id) && id >= 0)
                tokens[id] = TokenizerJsonReader.Added(place[member.Name], id);
            else
                throw place.Fault($"'{member.Name}' is not a token id");
        return tokens.Values.OrderBy(token => token.Id).ToArray();
    }

    // "<s>" or {"content": "<s>", ...}; a name that is no token is ignored, as the tokenizers library does.
    private static int? Id(TokenizerParts parts, JsonPlace? place)
    {
        if (place is not { } found)
            return null;
        var name = found.Element.ValueKind == JsonValueKind.Object ? found["content"].Text() : found.Text();
        return parts.Added.FirstOrDefault(token => token.Content == name)?.Id ?? parts.Model.TokenId(name);
    }

    // bos_token_id and eos_token_id; the latter may be a list, and then tells of more ends than the name does.
    private static bool Ids(JsonPlace root, ref int? begin, ref IReadOnlyList<int> end)
    {
        if (root.Find("bos_token_id") is { Element.ValueKind: JsonValueKind.Number } first)
            begin ??= first.Count();
        if (root.Find("eos_token_id") is { } last)
            end = end.Concat(last.Element.ValueKind == JsonValueKind.Array ? last.Items().Select(item => item.Count()) : [last.Count()]).Distinct().ToArray();
        return true;
    }

    private static string? Template(string folder)
    {
        if (Path.Combine(folder, "chat_template.jinja") is var text && File.Exists(text))
            return File.ReadAllText(text);
        return Path.Combine(folder, "chat_template.json") is var json && File.Exists(json)
            ? JsonPlace.Read(json, root => root.Find("chat_template") is { } place ? TemplateText(place) : null) : null;
    }

    // A string, or a list of named templates of which "default" is the one for conversations.
    private static string? TemplateText(JsonPlace place)
    {
        if (place.Element.ValueKind != JsonValueKind.Array)
            return place.Text();
        foreach (var item in place.Items())
            if (item["name"].Text() == "default")
                return item["template"].Text();
        return null;
    }
}
