using Sparseland.Language.Tokenizers.Decoders;
using Sparseland.Language.Tokenizers.Normalizers;
using Sparseland.Language.Tokenizers.PreTokenizers;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers;

/// <summary>What a tokenizer is made of.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Turns pre-tokens into ids.</summary>
    public required ITokenModel Model { get; init; }

    /// <summary>Changes the text first, or null.</summary>
    public Normalizer? Normalizer { get; init; }

    /// <summary>Cuts the text, or null.</summary>
    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Joins tokens to text; without one they are joined by spaces.</summary>
    public Decoder? Decoder { get; init; }

    /// <summary>Tokens found whole in the text.</summary>
    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    /// <summary>Ids put before a text.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Ids put after a text.</summary>
    public IReadOnlyList<int> Suffix { get; init; } = [];

    /// <summary>The token that begins a text, or null.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>The chat template, or null.</summary>
    public string? ChatTemplate { get; init; }
}
