namespace Sparseland.Coding;

/// <summary>How a dictionary is learned.</summary>
public sealed record KSvdOptions
{
    /// <summary>How often all signals are coded and all atoms renewed; at least 1.</summary>
    public int Iterations { get; init; } = 60;

    /// <summary>Power iterations for each atom; at least 1.</summary>
    public int PowerIterations { get; init; } = 8;

    /// <summary>Decides which signals become the first atoms.</summary>
    public ulong Seed { get; init; }
}
