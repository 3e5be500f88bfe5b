namespace Sparseland.Space.Views;

/// <summary>How a dataset's folder is read.</summary>
public sealed record ViewDatasetOptions
{
    /// <summary>The folder inside the dataset's that holds the pictures by the last part of their names, when the files name another; null to take the names as they are.</summary>
    public string? ImageFolder { get; init; }

    /// <summary>Of every so many training views the first is held out for judging, where the set has no test views of its own; 0 holds out none.</summary>
    public int HoldOutEvery { get; init; }
}
