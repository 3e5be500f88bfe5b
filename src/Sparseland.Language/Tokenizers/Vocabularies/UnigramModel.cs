using System.Text;
using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>
/// The unigram language model (Kudo 2018): of all ways to write a piece the one whose tokens' log probabilities sum highest, by Viterbi's algorithm.
/// A character that no token begins with costs ten more than the least likely token; neighbouring ones make one unknown token or, with byte fallback, their bytes.
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    private const double UnknownPenalty = 10;
    private const int Root = 0;

    private readonly TokenTable tokens;
    private readonly double[] scores;
    private readonly int? unknown;
    private readonly bool byteFallback;
    private readonly int[]? byteTokens;
    private readonly double unknownScore;

    // A trie over UTF-16 units: (node, unit) -> node, and the token that ends at a node, or -1.
    private readonly Dictionary<ulong, int> edges = [];
    private readonly List<int> ends = [-1];

    /// <summary>Builds the model.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="scores">Their log probabilities.</param>
    /// <param name="unknown">The unknown token, or null to leave out what cannot be written.</param>
    /// <param name="byteFallback">Whether unknown characters are written as bytes where all 256 are tokens.</param>
    public UnigramModel(TokenTable tokens, double[] scores, int? unknown, bool byteFallback)
    {
        (this.tokens, this.scores, this.unknown, this.byteFallback) = (tokens, scores, unknown, byteFallback);
        byteTokens = byteFallback ? tokens.ByteTokens() : null;
        unknownScore = (scores.Length == 0 ? 0 : scores.Min()) - UnknownPenalty;
        for (var id = 0; id < tokens.Count; id++)
            if (id != unknown && tokens.Text(id) is { Length: > 0 } text && tokens.Id(text) == id)
                Insert(text, id);
    }

    /// <inheritdoc/>
    public int Count => tokens.Count;

    /// <inheritdoc/>
    public string? TokenText(int id) => tokens.Text(id);

    /// <inheritdoc/>
    public int? TokenId(string token) => tokens.Id(token);

    private static ulong Edge(int node, char unit) => ((ulong)(uint)node << 16) | unit;

    private void Insert(string text, int id)
    {
        var node = Root;
        foreach (var unit in text)
        {
            if (!edges.TryGetValue(Edge(node, unit), out var next))
            {
                edges[Edge(node, unit)] = next = ends.Count;
                ends.Add(-1);
            }
            node = next;
        }
        ends[node] = id;
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        // best[i]: the best way to write the first i units, and the token it ends in (-1: an unknown character).
        var best = new (double Score, int Start, int Token)[piece.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, -1, -1));
        best[0] = (0, -1, -1);
        for (var start = 0; start < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[start..], out _, out var width);
            Extend(piece, start, width, best);
            start += width;
        }
        var path = new List<(int Start, int Token)>();
        for (var end = piece.Length; end > 0; end = best[end].Start)
            path.Add((best[end].Start, best[end].Token));
        path.Reverse();
        for (var i = 0; i < path.Count; i++)
        {
            if (path[i].Token >= 0)
            {
                ids.Add(path[i].Token);
                continue;
            }
            var start = path[i].Start;
            while (i + 1 < path.Count && path[i + 1].Token < 0)
                i++;
            AddUnknown(piece[start..(i + 1 < path.Count ? path[i + 1].Start : piece.Length)], ids);
        }
    }

    private void Extend(ReadOnlySpan<char> piece, int start, int width, (double Score, int Start, int Token)[] best)
    {
        var sofar = best[start].Score;
        var (node, whole) = (Root, false);
        for (var end = start; end < piece.Length && edges.TryGetValue(Edge(node, piece[end]), out node);)
        {
            end++;
            var token = ends[node];
            if (token < 0)
                continue;
            whole |= end - start == width;
            if (sofar + scores[token] > best[end].Score)
                best[end] = (sofar + scores[token], start, token);
        }
        if (!whole && sofar + unknownScore > best[start + width].Score)
            best[start + width] = (sofar + unknownScore, start, -1);
    }

    private void AddUnknown(ReadOnlySpan<char> text, List<int> ids)
    {
        if (byteTokens is not null)
            foreach (var value in Encoding.UTF8.GetBytes(text.ToString()))
                ids.Add(byteTokens[value]);
        else if (unknown is { } id)
            ids.Add(id);
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Unigram");
        if (unknown is { } id)
            writer.WriteNumber("unk_id", id);
        else
            writer.WriteNull("unk_id");
        writer.WriteStartArray("vocab");
        for (var token = 0; token < tokens.Count; token++)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(tokens.Text(token));
            writer.WriteNumberValue(scores[token]);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteBoolean("byte_fallback", byteFallback);
        writer.WriteEndObject();
    }
}
