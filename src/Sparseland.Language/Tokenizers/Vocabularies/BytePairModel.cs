using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>The settings of a "BPE" model in tokenizer.json.</summary>
internal sealed record BytePairSettings
{
    /// <summary>Pieces are taken as their UTF-8 bytes, each written by its stand-in (<see cref="ByteAlphabet"/>).</summary>
    public bool ByteLevel { get; init; }

    /// <summary>A character that is no token is written as its bytes' tokens "&lt;0xNN&gt;".</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A piece that is itself a token is taken whole.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>The token for what cannot be written, or null to leave it out.</summary>
    public string? Unknown { get; init; }

    /// <summary>Neighbouring unknown characters give one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Stands before every symbol but the first of a piece.</summary>
    public string? ContinuingPrefix { get; init; }

    /// <summary>Stands after the last symbol of a piece.</summary>
    public string? EndSuffix { get; init; }
}

/// <summary>Byte-pair encoding, over bytes (GPT-2, Llama 3, Qwen) or over characters with byte fallback (Llama 2, llama2.c).</summary>
internal sealed class BytePairModel : ITokenModel
{
    private const int Missing = -1;
    private const int LongestOnStack = 256;

    private readonly TokenTable tokens;
    private readonly MergeTable merges;
    private readonly BytePairSettings settings;
    private readonly int unknown;
    private readonly int[]? byteTokens;
    private readonly int[] byteSymbols = new int[256];
    private readonly PieceCache cache;

    /// <summary>Builds the model from its tokens and merges.</summary>
    public BytePairModel(TokenTable tokens, IReadOnlyList<Merge> merges, BytePairSettings settings)
    {
        this.tokens = tokens;
        this.merges = new MergeTable(merges);
        this.settings = settings;
        cache = new PieceCache(tokens.Count);
        unknown = settings.Unknown is { } name ? tokens.Id(name) ?? Missing : Missing;
        byteTokens = settings.ByteFallback ? tokens.ByteTokens() : null;
        for (var value = 0; value < 256; value++)
            byteSymbols[value] = tokens.Id(ByteAlphabet.ToCharacter((byte)value).ToString()) ?? Missing;
    }

    /// <summary>How pieces are taken apart.</summary>
    public BytePairSettings Settings => settings;

    /// <inheritdoc/>
    public int Count => tokens.Count;

    /// <inheritdoc/>
    public string? TokenText(int id) => tokens.Text(id);

    /// <inheritdoc/>
    public int? TokenId(string token) => tokens.Id(token);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.IsEmpty)
            return;
        if (piece.Length > PieceCache.LongestKey)
        {
            EncodeAfresh(piece, ids);
            return;
        }
        var hash = PieceCache.Hash(piece);
        if (!cache.TryGet(piece, hash, out var known))
        {
            var start = ids.Count;
            EncodeAfresh(piece, ids);
            cache.Set(piece, hash, CollectionsMarshal.AsSpan(ids)[start..].ToArray());
            return;
        }
        if (known.Length == 1)
            ids.Add(known[0]);
        else
            ids.AddRange(known.AsSpan());
    }

    private void EncodeAfresh(ReadOnlySpan<char> piece, List<int> ids)
    {
        // A character takes at most three bytes in UTF-8 (a surrogate pair four for two), and a byte at most one symbol.
        var capacity = checked(piece.Length * 3);
        var rented = capacity > LongestOnStack ? ArrayPool<int>.Shared.Rent(capacity) : null;
        try
        {
            var symbols = rented is null ? stackalloc int[LongestOnStack] : rented;
            var count = settings.ByteLevel ? ByteSymbols(piece, symbols, ids) : CharacterSymbols(piece, symbols, ids);
            if (count > 0)
                ids.AddRange((ReadOnlySpan<int>)symbols[..merges.Apply(symbols[..count])]);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<int>.Shared.Return(rented);
        }
    }

    // Returns zero when the piece was written whole.
    private int ByteSymbols(ReadOnlySpan<char> piece, Span<int> symbols, List<int> ids)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        try
        {
            var bytes = rented.AsSpan(0, Encoding.UTF8.GetBytes(piece, rented));
            if (settings.IgnoreMerges && tokens.Id(ByteAlphabet.Map(bytes)) is { } whole)
            {
                ids.Add(whole);
                return 0;
            }
            var count = 0;
            foreach (var value in bytes)
                if (byteSymbols[value] != Missing)
                    symbols[count++] = byteSymbols[value];
                else
                    AddUnknown(symbols, ref count);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int CharacterSymbols(ReadOnlySpan<char> piece, Span<int> symbols, List<int> ids)
    {
        if (settings.IgnoreMerges && tokens.Lookup.TryGetValue(piece, out var whole))
        {
            ids.Add(whole);
            return 0;
        }
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        for (var i = 0; i < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[i..], out var rune, out var width);
            if (Symbol(piece.Slice(i, width), first: i == 0, last: i + width == piece.Length, out var id))
                symbols[count++] = id;
            else if (byteTokens is not null)
                foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                    symbols[count++] = byteTokens[value];
            else
                AddUnknown(symbols, ref count);
            i += width;
        }
        return count;
    }

    private bool Symbol(ReadOnlySpan<char> character, bool first, bool last, out int id)
    {
        if ((first || settings.ContinuingPrefix is null) && (!last || settings.EndSuffix is null))
            return tokens.Lookup.TryGetValue(character, out id);
        var found = tokens.Id($"{(first ? "" : settings.ContinuingPrefix)}{character}{(last ? settings.EndSuffix : "")}");
        id = found ?? Missing;
        return found is not null;
    }

    private void AddUnknown(Span<int> symbols, ref int count)
    {
        if (unknown == Missing || (settings.FuseUnknown && count > 0 && symbols[count - 1] == unknown))
            return;
        symbols[count++] = unknown;
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "BPE");
        writer.WriteNull("dropout");
        writer.WriteString("unk_token", settings.Unknown);
        writer.WriteString("continuing_subword_prefix", settings.ContinuingPrefix);
        writer.WriteString("end_of_word_suffix", settings.EndSuffix);
        writer.WriteBoolean("fuse_unk", settings.FuseUnknown);
        writer.WriteBoolean("byte_fallback", settings.ByteFallback);
        writer.WriteBoolean("ignore_merges", settings.IgnoreMerges);
        writer.WritePropertyName("vocab");
        tokens.Write(writer);
        writer.WriteStartArray("merges");
        foreach (var merge in merges.Merges)
        {
            // Pairs, not "left right": a token may hold a space.
            writer.WriteStartArray();
            writer.WriteStringValue(tokens.Text(merge.Left));
            writer.WriteStringValue(tokens.Text(merge.Right));
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
