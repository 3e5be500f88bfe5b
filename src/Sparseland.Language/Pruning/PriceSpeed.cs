using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;

namespace Sparseland.Language.Pruning;

/// <summary>Adds the decoding speed to rows of a price list: each model runs in the layouts that are fastest here, in alternating rounds with the dense model in bfloat16.</summary>
/// <param name="timing">What is timed, or null for nothing.</param>
/// <param name="reference">The dense model in bfloat16, of speed one.</param>
internal sealed class PriceSpeed(DecodeBenchmarkOptions? timing, TransformerModel reference)
{
    /// <summary>The row with its speed, and with a note where sparsity saves no time.</summary>
    public PriceRow Complete(PriceRow row, TransformerModel model, CancellationToken cancellation)
    {
        if (timing is null)
            return row;
        var options = timing with { DecodeTokens = Math.Min(timing.DecodeTokens, model.Configuration.ContextLength) };
        if (ReferenceEquals(model, reference))
            return row with { TokensPerSecond = DecodeBenchmark.Measure(model, row.Name, options, null, cancellation).Decode.Median, SpeedRatio = 1 };
        var running = RunningModel.Choose(model, TimeProvider.System, cancellation: cancellation);
        var result = DecodeBenchmark.Compare([new DecodeSubject("dense bf16", reference), new DecodeSubject(row.Name, running.Transformer)], options, null, cancellation)[1];
        return row with
        {
            TokensPerSecond = result.Decode.Median,
            SpeedRatio = result.DecodeRatio,
            RunsAs = running.Choices.Count == 0 ? "" : running.RunsAs,
            Note = running.RunsDense ? $"{WarningCodes.BelowBreakEven}: runs expanded, sparsity saves bytes but no time here" : row.Note,
        };
    }
}
