using System.Runtime.InteropServices;

namespace Sparseland.Language.Tokenizers;

/// <summary>
/// A tokenizer as tokenizer.json describes one, whatever file it came from: added tokens are cut out, the rest is normalised, cut into pre-tokens,
/// encoded by the model and framed by the template; decoding runs the decoder over the tokens. Immutable and thread-safe.
/// </summary>
/// <remarks>The order of the steps, and what each does, follows Hugging Face's tokenizers library, so that the ids are the same.</remarks>
public sealed partial class Tokenizer : ITokenizer
{
    private readonly TokenizerParts parts;
    private readonly Dictionary<int, AddedToken> addedById = [];
    private readonly Dictionary<string, int> addedByText = new(StringComparer.Ordinal);
    private readonly AddedTokenFinder rawFinder;
    private readonly AddedTokenFinder normalizedFinder;

    internal Tokenizer(TokenizerParts parts)
    {
        this.parts = parts;
        foreach (var token in parts.Added)
        {
            addedById[token.Id] = token;
            addedByText.TryAdd(token.Content, token.Id);
        }
        rawFinder = new AddedTokenFinder(parts.Added.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        normalizedFinder = new AddedTokenFinder(parts.Added.Where(token => token.Normalized).Select(token => (parts.Normalizer?.Part(token.Content) ?? token.Content, token)));
        VocabularySize = Math.Max(parts.Model.Count, parts.Added.Count == 0 ? 0 : parts.Added.Max(token => token.Id) + 1);
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? BeginToken => parts.BeginToken;

    /// <inheritdoc/>
    public IReadOnlyList<int> EndTokens => parts.EndTokens;

    /// <summary>Tokens that are found whole in the text, special ones among them.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => parts.Added;

    /// <summary>The chat template that came with the tokenizer, or null.</summary>
    public string? ChatTemplate => parts.ChatTemplate;

    /// <inheritdoc/>
    public int[] Encode(string text, bool addSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 8);
        if (addSpecial)
            ids.AddRange(parts.Prefix);
        CutRaw(text, ids);
        if (addSpecial)
            ids.AddRange(parts.Suffix);
        return ids.ToArray();
    }

    private void CutRaw(string text, List<int> ids)
    {
        var position = 0;
        while (!rawFinder.IsEmpty && rawFinder.Find(text, position) is { } found)
        {
            Normalize(text[position..found.Start], position == 0, ids);
            ids.Add(found.Token.Id);
            position = found.End;
        }
        Normalize(text[position..], position == 0, ids);
    }

    private void Normalize(string text, bool first, List<int> ids)
    {
        if (text.Length == 0)
            return;
        var normal = parts.Normalizer?.Part(text) ?? text;
        var position = 0;
        while (!normalizedFinder.IsEmpty && normalizedFinder.Find(normal, position) is { } found)
        {
            EncodePieces(normal.AsSpan(position, found.Start - position), first && position == 0, ids);
            ids.Add(found.Token.Id);
            position = found.End;
        }
        EncodePieces(normal.AsSpan(position), first && position == 0, ids);
    }

    private void EncodePieces(ReadOnlySpan<char> text, bool first, List<int> ids)
    {
        if (text.IsEmpty)
            return;
        var model = parts.Model;
        if (parts.PreTokenizer?.Part is { } preTokenizer)
            preTokenizer.Split(text, first, (piece, _) => model.Encode(piece, ids));
        else
            model.Encode(text, ids);
    }

    /// <inheritdoc/>
    /// <exception cref="Errors.MismatchException">An id is not of this tokenizer.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)VocabularySize)
                throw new Errors.MismatchException($"decoding: token id {id} is outside the tokenizer's {VocabularySize} ids; the model and the tokenizer do not belong together");
            // A hole in the ids (a padded embedding table) has no text.
            if ((!skipSpecial || !IsSpecial(id)) && Text(id) is { } text)
                tokens.Add(text);
        }
        if (parts.Decoder is null)
            return string.Join(' ', tokens);
        parts.Decoder.Part(tokens);
        return tokens.Count == 1 ? tokens[0] : string.Concat(CollectionsMarshal.AsSpan(tokens)!);
    }

    /// <summary>Whether decoding can leave the token out.</summary>
    public bool IsSpecial(int id) => addedById.TryGetValue(id, out var token) && token.Special;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="VocabularySize"/>.</exception>
    public string TokenText(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return Text(id) ?? "";
    }

    /// <inheritdoc/>
    public int? TokenId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return addedByText.TryGetValue(token, out var id) ? id : parts.Model.TokenId(token);
    }

    private string? Text(int id) => addedById.TryGetValue(id, out var token) ? token.Content : parts.Model.TokenText(id);
}
