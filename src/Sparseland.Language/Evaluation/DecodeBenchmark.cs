using System.Diagnostics;
using Sparseland.Language.Models;
using Sparseland.Progress;
using Sparseland.Threads;

namespace Sparseland.Language.Evaluation;

/// <summary>What is timed.</summary>
/// <param name="PromptTokens">Length of the prompt; 0 times no prompt.</param>
/// <param name="DecodeTokens">Tokens decoded one by one from an empty context, per round: a long context would add the time of its attention.</param>
/// <param name="Rounds">The fewest rounds; their median counts.</param>
/// <param name="Seed">Seed of the random tokens.</param>
public sealed record DecodeBenchmarkOptions(int PromptTokens = 128, int DecodeTokens = 32, int Rounds = 5, ulong Seed = 1)
{
    /// <summary>Rounds go on until the comparison took so long, up to 200 of them: many short rounds of small models tell more than a few, for whatever disturbs one rival then disturbs the other.</summary>
    public double LeastSeconds { get; init; } = 0.6;

    /// <summary>How long each model runs before anything counts: the JIT's last tier compiles in the background after some thirty calls.</summary>
    public double WarmUpSeconds { get; init; } = 0.5;

    /// <summary>Whether the matrix products are timed alone, too.</summary>
    public bool TimesProducts { get; init; } = true;
}

/// <summary>A model to be timed.</summary>
/// <param name="Name">What it is called in the result.</param>
/// <param name="Model">The model, in the layouts it has.</param>
public sealed record DecodeSubject(string Name, TransformerModel Model);

/// <summary>
/// Measures prompt and decode speed apart. After a warm-up the models take turns round by round, each with its prompt, some decoded tokens, and the matrix products of both alone,
/// so that whatever disturbs the machine disturbs all of them; ratios are taken within a round. The clock's readings are the result, so results differ from run to run.
/// </summary>
public static class DecodeBenchmark
{
    private const int MostRounds = 200;

    /// <summary>The shape whose speed the project states: 187 million weights read per token, far above any cache.</summary>
    public static TransformerConfiguration LargeConfiguration { get; } = new()
    {
        Family = "llama", VocabularySize = 32000, Width = 1024, FeedForwardWidth = 2816, BlockCount = 12,
        HeadCount = 16, KeyValueHeadCount = 16, HeadWidth = 64, ContextLength = 2048,
    };

    /// <summary>Measures one model in the layouts it has.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">What it is called in the result.</param>
    /// <param name="options">What is timed, or null for the defaults.</param>
    /// <param name="progress">Told after every round.</param>
    /// <param name="cancellation">Heeded between the blocks of a batch or token.</param>
    public static DecodeBenchmarkResult Measure(TransformerModel model, string name, DecodeBenchmarkOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default) =>
        Compare([new DecodeSubject(name, model)], options, progress, cancellation)[0];

    /// <summary>Measures models side by side in alternating rounds.</summary>
    /// <param name="subjects">The models; ratios are to the first.</param>
    /// <param name="options">What is timed, or null for the defaults.</param>
    /// <param name="progress">Told after every round.</param>
    /// <param name="cancellation">Heeded between the blocks of a batch or token.</param>
    /// <returns>One result for each subject, in their order.</returns>
    public static IReadOnlyList<DecodeBenchmarkResult> Compare(IReadOnlyList<DecodeSubject> subjects, DecodeBenchmarkOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentOutOfRangeException.ThrowIfZero(subjects.Count, nameof(subjects));
        options ??= new DecodeBenchmarkOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.PromptTokens, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.DecodeTokens, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Rounds, nameof(options));
        var runs = subjects.Select(subject => new DecodeRound(subject.Model, options, cancellation)).ToArray();
        foreach (var run in runs)
            run.WarmUp();
        var times = runs.Select(_ => new List<RoundTimes>()).ToArray();
        var started = Stopwatch.GetTimestamp();
        for (var round = 0; round < options.Rounds || (round < MostRounds && Stopwatch.GetElapsedTime(started).TotalSeconds < options.LeastSeconds); round++)
        {
            // Each round begins with another model, so that none always follows the same one.
            for (var i = 0; i < runs.Length; i++)
                times[(i + round) % runs.Length].Add(runs[(i + round) % runs.Length].Time());
            progress?.Report(new ProgressReport($"measuring {subjects[^1].Name}", Math.Min(round + 1, options.Rounds), options.Rounds));
        }
        return [.. subjects.Select((subject, i) => Summarise(subject, options, times[i], times[0]))];
    }

    private static DecodeBenchmarkResult Summarise(DecodeSubject subject, DecodeBenchmarkOptions options, List<RoundTimes> own, List<RoundTimes> first) =>
        new(subject.Name, WorkerPool.ThreadCount, subject.Model.ByteCount, subject.Model.BytesPerToken,
            SpeedSummary.Of([.. own.Select(times => options.PromptTokens == 0 ? 0 : options.PromptTokens / times.Prompt)]),
            SpeedSummary.Of([.. own.Select(times => options.DecodeTokens / times.Decode)]),
            Median(own.Zip(first, (times, reference) => options.PromptTokens == 0 ? 0 : reference.Prompt / times.Prompt)),
            Median(own.Zip(first, (times, reference) => reference.Decode / times.Decode)),
            Median(own.Select(times => options.PromptTokens == 0 ? 0 : times.PromptProducts / times.Prompt)),
            Median(own.Select(times => times.DecodeProducts / times.Decode)),
            subject.Model.BytesPerToken <= CacheSize.LastLevelBytes);

    private static double Median(IEnumerable<double> values) => SpeedSummary.Of([.. values]).Median;
}
