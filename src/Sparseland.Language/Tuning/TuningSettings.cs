using System.Globalization;
using Sparseland.Errors;
using Sparseland.Learning.Optimisers;
using Sparseland.Learning.Schedules;
using Sparseland.Learning.Training;
using Sparseland.Recipes;

namespace Sparseland.Language.Tuning;

/// <summary>How a model is fine-tuned. Defaults follow the authors of S²FT: AdamW with betas 0.9 and 0.999 and epsilon 1e-6, linear decay, no weight decay.</summary>
public sealed record TuningSettings
{
    /// <summary>The method with its options.</summary>
    public MethodChoice Method { get; init; } = new("s2ft");

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Passes over the data, unless <see cref="Steps"/> says otherwise.</summary>
    public double Epochs { get; init; } = 3;

    /// <summary>Optimiser steps; null for as many as the passes need.</summary>
    public long? Steps { get; init; }

    /// <summary>Sequences in a step.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>The longest gradient.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Pull of what is trained towards zero, per step and times the learning rate.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The share of the data that is only judged, not learned.</summary>
    public double HeldOut { get; init; } = 0.05;

    /// <summary>Seeds selection, initial values and the order of the data.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses settings that make no run.</summary>
    /// <exception cref="InvalidSettingException">A figure is out of range, or the method or one of its options is unknown.</exception>
    public void Validate()
    {
        TuningMethods.All.Create(Method);
        Require(LearningRate > 0 && LearningRate < 10, $"a learning rate of {LearningRate}; expected above 0 and below 10");
        Require(Epochs > 0 && Epochs <= 100_000, $"{Epochs} epochs; expected above 0");
        Require(Steps is null or (>= 1 and <= 100_000_000), $"{Steps} steps; expected 1 or more");
        Require(Batch is >= 1 and <= 100_000, $"a batch of {Batch}; expected 1 or more");
        Require(ClipNorm > 0, $"a clip norm of {ClipNorm}; expected above 0");
        Require(WeightDecay is >= 0 and < 10, $"a weight decay of {WeightDecay}; expected 0 or more");
        Require(HeldOut is >= 0 and <= 0.9, $"a held-out share of {HeldOut}; expected 0 to 0.9");
    }

    /// <summary>Steps over so many sequences.</summary>
    public long StepsFor(int sequences) => Steps ?? Math.Max(1, (long)Math.Ceiling(sequences * Epochs / Batch));

    /// <summary>All that tells one run over the same data from another.</summary>
    internal string Identity(long steps) => string.Create(CultureInfo.InvariantCulture,
        $"{Method} rate {LearningRate:R} steps {steps} batch {Batch} clip {ClipNorm:R} decay {WeightDecay:R} held out {HeldOut:R} seed {Seed}");

    /// <summary>The loop's options for so many steps.</summary>
    internal TrainingOptions ToTraining(long steps) =>
        new(new LearningRateSchedule(LearningRate, steps, Math.Min(100, steps / 20), DecayKind.Linear), ClipNorm: ClipNorm, ValidateEvery: Math.Max(1, steps / 10), CheckpointEvery: Math.Clamp(steps / 10, 1, 100));

    /// <summary>The optimiser's figures.</summary>
    internal AdamWOptions ToOptimiser() => new(0.9, 0.999, 1e-6, WeightDecay);

    private static void Require(bool holds, FormattableString problem)
    {
        if (!holds)
            throw new InvalidSettingException($"fine-tuning: {problem.ToString(CultureInfo.InvariantCulture)}");
    }
}
