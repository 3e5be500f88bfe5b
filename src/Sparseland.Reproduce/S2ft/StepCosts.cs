using System.Diagnostics;
using System.Globalization;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tuning;
using Sparseland.Progress;

namespace Sparseland.Reproduce.S2ft;

/// <summary>What a step of each method keeps, exactly, and how long it takes: a random model of width 256 on sequences of 256 tokens.</summary>
internal static class StepCosts
{
    private const int Rank = 8, Length = 256, Batch = 2;

    private static readonly TransformerConfiguration Shape = new()
    {
        Family = "llama", VocabularySize = 512, Width = 256, FeedForwardWidth = 704, BlockCount = 4, HeadCount = 4, KeyValueHeadCount = 4, HeadWidth = 64, ContextLength = Length, TiedEmbeddings = true,
    };

    public static Claim Exact { get; } = new("memory", "of a trained down projection S²FT keeps tokens · columns numbers for the backward pass instead of tokens · inputs, and its optimiser state is slice / matrix of the whole, exactly");

    public static Claim Less { get; } = new("memory-step", "a step keeps fewer bytes with S²FT than with LoRA of as many trained numbers, and fewer than with full fine-tuning");

    public static Claim Faster { get; } = new("time", "width 256, sequences of 256: a step takes at most 0.95 of LoRA's time and at most 0.75 of full fine-tuning's");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        progress?.Report(new ProgressReport("bytes and time of a step", 0, 0));
        using var model = new RandomCheckpoint(Shape);
        var budget = TuningBudget.Of(Shape, Rank, heads: false);
        (string Name, string Method)[] methods =
            [("full fine-tuning", "full"), ($"LoRA, rank {Rank}", $"lora:rank={Rank}"), ("S²FT, down columns", budget.Method("random", "even")), ("S²FT, all down columns", "s2ft:d=1")];
        var steps = methods.Select(method => new TuningStep(model, method.Method, Batch, Length, cancellation)).ToArray();
        var rounds = context.Quick ? 5 : 9;
        var times = Time(steps[..3], rounds, cancellation);
        tables.Add(new ExperimentTable(string.Create(CultureInfo.InvariantCulture, $"A training step on {Batch * Length} tokens: {Shape.BlockCount} blocks of width {Shape.Width}, feed-forward {Shape.FeedForwardWidth}; bytes are exact, times medians of {rounds} alternating rounds"),
            ["", "trained numbers", "kept for the backward pass", "gradients", "optimiser", "time, ms", "time against S²FT"],
            [.. steps.Select((step, i) => (IReadOnlyList<string>)
            [
                methods[i].Name, $"{step.Trained}", Bytes(step.Saved), Bytes(4 * step.Trained), Bytes(step.OptimiserBytes),
                i < times.Length ? (1000 * times[i]).ToString("F1", CultureInfo.InvariantCulture) : "", i < times.Length ? (times[i] / times[2]).ToString("F2", CultureInfo.InvariantCulture) : "",
            ])]));
        JudgeMemory(steps, outcomes);
        var (toFull, toLora) = (times[2] / times[0], times[2] / times[1]);
        outcomes.Add(new ClaimOutcome(Faster, toLora <= 0.95 && toFull <= 0.75 ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture, $"{toLora:F2} of LoRA's, {toFull:F2} of full fine-tuning's")));
    }

    private static void JudgeMemory(TuningStep[] steps, List<ClaimOutcome> outcomes)
    {
        var (slices, whole) = (steps[2], steps[3]);
        var columns = slices.Parameters.Sum(parameter => (long)parameter.Slice!.Value.Count);
        var expected = 4L * Batch * Length * (Shape.BlockCount * Shape.FeedForwardWidth - columns);
        var holds = whole.Saved - slices.Saved == expected && slices.OptimiserBytes == 8 * columns * Shape.Width && slices.OptimiserBytes * Shape.BlockCount * Shape.FeedForwardWidth == whole.OptimiserBytes * columns;
        outcomes.Add(new ClaimOutcome(Exact, holds ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture,
            $"{whole.Saved - slices.Saved} bytes fewer for {columns} of {Shape.BlockCount * Shape.FeedForwardWidth} columns, {expected} by the formula; optimiser {slices.OptimiserBytes} of {whole.OptimiserBytes} bytes")));
        outcomes.Add(new ClaimOutcome(Less, slices.Saved < steps[1].Saved && slices.Saved < steps[0].Saved ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture,
            $"S²FT {(double)slices.Saved / steps[1].Saved:F2} of LoRA's, {(double)slices.Saved / steps[0].Saved:F2} of full fine-tuning's")));
    }

    // In turns, so that what else the machine does meets all alike.
    private static double[] Time(TuningStep[] steps, int rounds, CancellationToken cancellation)
    {
        var times = steps.Select(_ => new List<double>()).ToArray();
        for (var round = -2; round < rounds; round++)
        {
            for (var i = 0; i < steps.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var started = Stopwatch.GetTimestamp();
                steps[i].Run();
                if (round >= 0)
                    times[i].Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }
        return [.. times.Select(list => list.Order().ElementAt(list.Count / 2))];
    }

    private static string Bytes(long count) => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:F2} MB");
}
