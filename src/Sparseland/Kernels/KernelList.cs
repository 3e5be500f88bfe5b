namespace Sparseland.Kernels;

/// <summary>Every kernel of the engine, by family. A kernel is registered once, here; tests check each entry against the dense result and benchmarks time each.</summary>
public static class KernelList
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelEntry> All { get; } = [.. DenseKernels.Entries, .. SparseKernels.Entries, .. DictionaryKernels.Entries];
}
