namespace Sparseland.Space.Views;

/// <summary>Posed pictures of one scene, parted into those to learn from and those to judge by.</summary>
/// <param name="Train">Views to learn from.</param>
/// <param name="Validation">Views to choose settings by; may be empty.</param>
/// <param name="Test">Views to judge by; may be empty.</param>
public sealed record ViewDataset(IReadOnlyList<PosedView> Train, IReadOnlyList<PosedView> Validation, IReadOnlyList<PosedView> Test)
{
    /// <summary>A box around all that is seen, in metres; <see cref="Box3.Empty"/> when not known.</summary>
    public Box3 Bounds { get; init; } = Box3.Empty;

    /// <summary>What the files said of how they were made, by name; empty for foreign sets.</summary>
    public IReadOnlyDictionary<string, string> Origin { get; init; } = new Dictionary<string, string>();

    /// <summary>All views: train, validation, test.</summary>
    public IEnumerable<PosedView> All => Train.Concat(Validation).Concat(Test);

    /// <summary>The same views with some of the training views held out for judging: of every so many in their order, the first.</summary>
    /// <param name="every">2 or more; 8 is usual.</param>
    public ViewDataset HoldOut(int every)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 2);
        return this with
        {
            Train = [.. Train.Where((_, index) => index % every != 0)],
            Test = [.. Test, .. Train.Where((_, index) => index % every == 0)],
        };
    }

    /// <summary>Reads a folder with transforms_train.json, and transforms_val.json and transforms_test.json where they are.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Which pictures, and what is held out.</param>
    /// <param name="progress">Told of every view.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="Errors.InvalidFileException">A file is missing, damaged, or does not fit the others; the message names it and the frame.</exception>
    public static ViewDataset Read(string folder, ViewDatasetOptions? options = null, IProgress<Progress.ProgressReport>? progress = null, CancellationToken cancellation = default) =>
        new ViewDatasetReader(folder, options ?? new(), progress, cancellation).Read();

    /// <summary>Writes a folder that <see cref="Read"/> and programs for Blender's NeRF sets read; it appears whole or not at all.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="replace">Whether an existing one may be replaced.</param>
    /// <exception cref="Errors.InvalidSettingException">The folder exists and may not be replaced.</exception>
    public void Write(string folder, bool replace = false)
    {
        using var writer = new ViewDatasetWriter(folder, replace);
        foreach (var (split, views) in new[] { (ViewSplit.Train, Train), (ViewSplit.Validation, Validation), (ViewSplit.Test, Test) })
            foreach (var view in views)
                writer.Add(split, view);
        writer.Commit(Bounds, Origin);
    }
}
