namespace Sparseland.Language.Tokenizers;

/// <summary>How a text is cut into pre-tokens before bytes are paired.</summary>
public enum WordCut
{
    /// <summary>GPT-2: a word with its leading space, a number of any length, a run of marks.</summary>
    Gpt2,

    /// <summary>Llama 3: numbers in groups of up to three digits.</summary>
    Llama3,

    /// <summary>Qwen2: as Llama 3 with every digit alone, which serves arithmetic.</summary>
    Qwen2,
}

/// <summary>The settings of <see cref="BytePairTrainer"/>.</summary>
public sealed record BytePairTrainerOptions
{
    /// <summary>Number of ids, special tokens and the 256 bytes included; fewer when the text has no more pairs.</summary>
    public int VocabularySize { get; init; } = 1536;

    /// <summary>How often a pair must occur to be joined; 1 or more.</summary>
    public int MinimumCount { get; init; } = 2;

    /// <summary>How pre-tokens are cut.</summary>
    public WordCut Cut { get; init; } = WordCut.Gpt2;

    /// <summary>Special tokens; they take the first ids in this order.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|begin|>", "<|end|>"];

    /// <summary>The special token put before a text, or null for none.</summary>
    public string? BeginToken { get; init; } = "<|begin|>";

    /// <summary>The special token that ends a text, or null for none. Encoding does not add it.</summary>
    public string? EndToken { get; init; } = "<|end|>";
}
