using Sparseland.Language.Tokenizers.PreTokenizers;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers;

/// <summary>A step of a tokenizer with the JSON that describes it: that is what is saved.</summary>
/// <param name="Part">The step.</param>
/// <param name="Json">Its value in tokenizer.json.</param>
internal sealed record Described<T>(T Part, string Json);

/// <summary>What a tokenizer is made of.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Turns pre-tokens into ids.</summary>
    public required ITokenModel Model { get; init; }

    /// <summary>Changes the text first, or null.</summary>
    public Described<Func<string, string>>? Normalizer { get; init; }

    /// <summary>Cuts the text, or null.</summary>
    public Described<PreTokenizer>? PreTokenizer { get; init; }

    /// <summary>Changes the list of tokens until, joined, it is the text; without one they are joined by spaces.</summary>
    public Described<Action<List<string>>>? Decoder { get; init; }

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
