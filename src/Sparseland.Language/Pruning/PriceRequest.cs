using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>What is to be priced, and on which text.</summary>
public sealed record PriceRequest
{
    /// <summary>The dense model.</summary>
    public required ICheckpoint Checkpoint { get; init; }

    /// <summary>Its tokenizer.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Calibration sequences.</summary>
    public required CalibrationSet Calibration { get; init; }

    /// <summary>The evaluation text; another than the calibration's.</summary>
    public required IReadOnlyList<EvaluationText> Texts { get; init; }

    /// <summary>How it is scored.</summary>
    public required PerplexityProtocol Protocol { get; init; }

    /// <summary>Score, update and the rest that all priced recipes share; pattern, sparsity, values and layout are replaced.</summary>
    public Recipe Base { get; init; } = new() { Score = new MethodChoice("sparsegpt"), Update = new MethodChoice("obs") };

    /// <summary>Patterns with their sparsities.</summary>
    public IReadOnlyList<(Pattern Pattern, double Sparsity)> Patterns { get; init; } =
    [
        (Pattern.Unstructured, 0.5), (Pattern.Unstructured, 0.6), (Pattern.Unstructured, 0.7), (new NofMPattern(2, 4), 0.5), (new NofMPattern(4, 8), 0.5), (new BlockPattern(1, 8), 0.5),
    ];

    /// <summary>Value types of the recipes.</summary>
    public IReadOnlyList<ElementType> Values { get; init; } = [ElementType.Float32, ElementType.BFloat16, ElementType.Int8];

    /// <summary>How the decoding is timed, beside the dense model in bfloat16; null measures no speed.</summary>
    public DecodeBenchmarkOptions? Timing { get; init; } = new(PromptTokens: 0, DecodeTokens: 32, Rounds: 5) { WarmUpSeconds = 0.25, TimesProducts = false };

    /// <summary>Where statistics of dense models are kept between runs; null keeps them in memory.</summary>
    public string? StatisticsFolder { get; init; }
}
