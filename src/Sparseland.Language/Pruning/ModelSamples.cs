using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Progress;

namespace Sparseland.Language.Pruning;

/// <summary>
/// Calibration text when nobody gives one: what the model itself says, drawn from its own probabilities at temperature 1. A text that ends is followed by the next one,
/// so every window is full.
/// </summary>
public static class ModelSamples
{
    /// <summary>What reports call these sequences.</summary>
    public const string Source = "the model's own samples";

    /// <summary>Draws sequences.</summary>
    /// <param name="model">The dense model.</param>
    /// <param name="count">How many.</param>
    /// <param name="length">Tokens in each, the begin token included.</param>
    /// <param name="seed">Seeds the draws; sequence i depends on the seed and i alone.</param>
    /// <param name="progress">Told after every sequence.</param>
    /// <param name="cancellation">Heeded between tokens.</param>
    /// <exception cref="MismatchException">The length is beyond the model's learned positions.</exception>
    public static CalibrationSet Draw(TransformerModel model, int count, int length, ulong seed, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (length > model.MaximumLength)
            throw new MismatchException($"calibration windows of {length} tokens in a model with {model.MaximumLength} learned positions; choose a shorter length");
        var sequences = new int[count][];
        for (var i = 0; i < count; i++)
        {
            sequences[i] = DrawOne(model, length, seed, (ulong)i, cancellation);
            progress?.Report(new ProgressReport("sampling calibration text from the model", i + 1, count));
        }
        return new CalibrationSet(sequences, Source);
    }

    private static int[] DrawOne(TransformerModel model, int length, ulong seed, ulong index, CancellationToken cancellation)
    {
        var configuration = model.Configuration;
        var chance = new RandomStream(seed, "model samples", index);
        var sampler = new Sampler(new GenerationSettings { Temperature = 1, Seed = chance.NextBits() }, configuration.VocabularySize);
        var session = model.CreateSession(length);
        var tokens = new int[length];
        tokens[0] = configuration.BeginToken ?? chance.NextInt(configuration.VocabularySize);
        for (var position = 1; position < length;)
        {
            cancellation.ThrowIfCancellationRequested();
            tokens[position++] = sampler.Next(session.Read(tokens.AsSpan(position - 2, 1), cancellation));
            if (position < length && configuration.EndTokens.Contains(tokens[position - 1]) && configuration.BeginToken is { } begin)
            {
                // The next text does not see the one before it.
                tokens[position++] = begin;
                session = model.CreateSession(length);
            }
        }
        return tokens;
    }
}
