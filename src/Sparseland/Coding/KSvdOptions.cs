namespace Sparseland.Coding;

/// <summary>How a dictionary is learned.</summary>
public sealed record KSvdOptions
{
    /// <summary>How often all signals are coded and all atoms renewed; at least 1.</summary>
    public int Iterations { get; init; } = 60;

    /// <summary>Power iterations for each atom; at least 1.</summary>
    public int PowerIterations { get; init; } = 8;

    /// <summary>Signals that the dictionary is learned from, drawn by chance; all are coded at the end. 0, or as many as there are, for all.</summary>
    public int Sample { get; init; }

    /// <summary>Decides which signals are drawn and which become the first atoms.</summary>
    public ulong Seed { get; init; }
}
