using System.Globalization;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.Readers;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>What a piece is, numbered as SentencePiece and GGUF number it.</summary>
internal enum PieceKind
{
    /// <summary>An ordinary token.</summary>
    Normal = 1,

    /// <summary>Stands for what cannot be written.</summary>
    Unknown = 2,

    /// <summary>A special token such as the begin token.</summary>
    Control = 3,

    /// <summary>Found in the text before anything else.</summary>
    UserDefined = 4,

    /// <summary>A hole.</summary>
    Unused = 5,

    /// <summary>A byte, written "&lt;0xNN&gt;".</summary>
    Byte = 6,
}

/// <summary>A token of a SentencePiece vocabulary.</summary>
internal readonly record struct ScoredPiece(string Text, float Score, PieceKind Kind);

/// <summary>How a scored vocabulary is used.</summary>
internal sealed record ScoredVocabularySettings
{
    /// <summary>Scores are log probabilities of a unigram model; else they order the merges of byte-pair encoding.</summary>
    public bool IsUnigram { get; init; }

    /// <summary>What stands for a space in the pieces.</summary>
    public required string Space { get; init; }

    /// <summary>SentencePiece's precompiled character map in base64; empty for none.</summary>
    public string CharacterMap { get; init; } = "";

    /// <summary>Whether a space is put before the text.</summary>
    public bool PrependsSpace { get; init; } = true;

    /// <summary>Whether runs of spaces become one and those at the ends go.</summary>
    public bool TrimsSpaces { get; init; }

    /// <summary>Whether unknown characters are written as bytes.</summary>
    public bool ByteFallback { get; init; } = true;

    /// <summary>The begin token; negative for none.</summary>
    public int BeginToken { get; init; } = -1;

    /// <summary>The end token; negative for none.</summary>
    public int EndToken { get; init; } = -1;

    /// <summary>Whether the begin token is put before a text.</summary>
    public bool AddsBegin { get; init; } = true;

    /// <summary>Whether the end token is put after a text.</summary>
    public bool AddsEnd { get; init; }
}

/// <summary>
/// Makes a tokenizer of pieces with scores: tokenizer.model, llama2.c's tokenizer.bin and GGUF's "llama" vocabularies are the same thing in three wrappers.
/// Byte-pair encoding by scores joins any two neighbours whose join is a piece, the highest score first, so the merges are all ways to cut each piece in two,
/// ranked by the piece's score.
/// </summary>
internal static class ScoredVocabulary
{
    // Real pieces have at most a few dozen characters; the ways to cut one grow with the square of its length.
    private const int LongestPiece = 1024;

    /// <summary>Builds the parts.</summary>
    public static TokenizerParts Build(string file, IReadOnlyList<ScoredPiece> pieces, ScoredVocabularySettings settings)
    {
        var tokens = new TokenTable(pieces.Select(piece => piece.Kind == PieceKind.Unused ? null : (string?)piece.Text).ToArray());
        var added = new List<AddedToken>();
        int? unknown = null;
        for (var id = 0; id < pieces.Count; id++)
        {
            if (!float.IsFinite(pieces[id].Score) || pieces[id].Text.Length > LongestPiece)
                throw new InvalidFileException(file, $"token {id}", $"a score of {pieces[id].Score.ToString(CultureInfo.InvariantCulture)} and {pieces[id].Text.Length} characters; expected a finite score and at most {LongestPiece}", "get the tokenizer again");
            if (pieces[id].Kind == PieceKind.Unknown)
                unknown ??= id;
            if (pieces[id].Kind is PieceKind.Unknown or PieceKind.Control or PieceKind.UserDefined && pieces[id].Text.Length > 0)
                added.Add(new AddedToken(id, pieces[id].Text, Special: pieces[id].Kind != PieceKind.UserDefined));
        }
        int? begin = (uint)settings.BeginToken < (uint)pieces.Count ? settings.BeginToken : null;
        int? end = (uint)settings.EndToken < (uint)pieces.Count ? settings.EndToken : null;
        var fallback = settings.ByteFallback && tokens.ByteTokens() is not null;
        ITokenModel model = settings.IsUnigram
            ? new UnigramModel(tokens, pieces.Select(piece => (double)piece.Score).ToArray(), unknown, fallback)
            : new BytePairModel(tokens, Merges(pieces, tokens), new BytePairSettings { ByteFallback = fallback, Unknown = unknown is { } token ? pieces[token].Text : null, FuseUnknown = true });
        return new TokenizerParts
        {
            Model = model,
            Normalizer = StageJson.SentencePieceNormalizer(file, settings),
            Decoder = StageJson.SentencePieceDecoder(settings.Space, settings.PrependsSpace),
            Added = added,
            BeginToken = begin,
            EndTokens = end is { } last ? [last] : [],
            Prefix = settings.AddsBegin && begin is { } before ? [before] : [],
            Suffix = settings.AddsEnd && end is { } after ? [after] : [],
        };
    }

    private static List<Merge> Merges(IReadOnlyList<ScoredPiece> pieces, TokenTable tokens)
    {
        var results = Enumerable.Range(0, pieces.Count).Where(id => pieces[id].Kind == PieceKind.Normal && tokens.Id(pieces[id].Text) == id).OrderByDescending(id => pieces[id].Score).ToArray();
        var merges = new List<Merge>();
        var (rank, score) = (-1, float.PositiveInfinity);
        foreach (var result in results)
        {
            if (pieces[result].Score < score || rank < 0)
                (rank, score) = (rank + 1, pieces[result].Score);
            var text = pieces[result].Text.AsSpan();
            for (var cut = 1; cut < text.Length; cut++)
                if (tokens.Lookup.TryGetValue(text[..cut], out var left) && tokens.Lookup.TryGetValue(text[cut..], out var right) && Joins(pieces[left].Kind) && Joins(pieces[right].Kind))
                    merges.Add(new Merge(left, right, rank, result));
        }
        return merges;
    }

    private static bool Joins(PieceKind kind) => kind == PieceKind.Normal;
}
