namespace Sparseland.Progress;

/// <summary>One message from a long operation, for <see cref="IProgress{T}"/>: which stage, how far, and figures worth showing.</summary>
/// <param name="Stage">What is being done, as a person would say it ("calibrating", "pruning block 3 of 12").</param>
/// <param name="Done">Units finished.</param>
/// <param name="Total">Units in all; 0 when not known.</param>
/// <param name="Note">Figures of this moment ("loss 1.92, 3,100 tokens/s"), or null.</param>
public readonly record struct ProgressReport(string Stage, long Done, long Total, string? Note = null);
