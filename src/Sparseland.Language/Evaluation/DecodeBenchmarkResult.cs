namespace Sparseland.Language.Evaluation;

/// <summary>A model's speed on this machine.</summary>
/// <param name="Name">The model and its layout, as the caller calls it.</param>
/// <param name="Threads">Threads that kernels used.</param>
/// <param name="ModelBytes">All weights, in the layouts that ran.</param>
/// <param name="BytesPerToken">Weights that one decoded token reads.</param>
/// <param name="Prompt">Prompt tokens per second; zeros when no prompt was timed.</param>
/// <param name="Decode">Decoded tokens per second.</param>
/// <param name="PromptRatio">Prompt speed over the first subject's in the same round, median of the rounds.</param>
/// <param name="DecodeRatio">Decode speed over the first subject's in the same round, median of the rounds.</param>
/// <param name="PromptShare">Prompt speed over that of the matrix products of the same batches alone, median of the rounds; 0 when they were not timed.</param>
/// <param name="DecodeShare">Decode speed over that of its matrix products alone, median of the rounds; 0 when they were not timed.</param>
/// <param name="FitsCache">Whether a token's weights fit the last cache level: then the figures say nothing about larger models.</param>
public sealed record DecodeBenchmarkResult(
    string Name, int Threads, long ModelBytes, long BytesPerToken, SpeedSummary Prompt, SpeedSummary Decode,
    double PromptRatio, double DecodeRatio, double PromptShare, double DecodeShare, bool FitsCache)
{
    /// <summary>Gigabytes of weights read per second while decoding.</summary>
    public double GigabytesPerSecond => Decode.Median * BytesPerToken / 1e9;
}
