namespace Sparseland.Language.Checkpoints;

/// <summary>
/// Gives large memory back between the steps of a walk over a model. Mapped tensors weigh nothing with the collector and pinned arrays are seldom looked at,
/// so without it a model's whole file and the arrays of many blocks would stay in memory, and the estimate given before a run would not hold.
/// </summary>
internal static class MemoryRelief
{
    // A collection takes about a millisecond; whatever was done with a million elements took longer.
    private const long LargeCount = 1 << 20;

    /// <summary>Collects what is no longer held, if what was worked on is large.</summary>
    /// <param name="count">Elements of the tensor that was worked on.</param>
    public static void After(long count)
    {
        if (count < LargeCount)
            return;
        GC.Collect();
        // Views of mapped files are closed by their handles' finalisers.
        GC.WaitForPendingFinalizers();
    }
}
