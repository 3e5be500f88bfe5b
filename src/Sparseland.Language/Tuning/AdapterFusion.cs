using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Tokenizers;
using Sparseland.Progress;

namespace Sparseland.Language.Tuning;

/// <summary>One call of <see cref="AdapterFusion.Write"/>.</summary>
public sealed record FusionRequest
{
    /// <summary>The model: an adapter's base, or the base with other adapters fused in.</summary>
    public required Checkpoint Checkpoint { get; init; }

    /// <summary>Adapters that are taken out of it.</summary>
    public IReadOnlyList<Adapter> Removed { get; init; } = [];

    /// <summary>Adapters that are put into it.</summary>
    public IReadOnlyList<Adapter> Added { get; init; } = [];

    /// <summary>Refuses to put in adapters that change the same entries.</summary>
    public bool Exclusive { get; init; }

    /// <summary>The folder to make.</summary>
    public required string Output { get; init; }

    /// <summary>Saved when the model came without tokenizer files.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Whether an existing folder may be replaced.</summary>
    public bool Replace { get; init; }
}

/// <summary>
/// Fuses adapters into a model on disk, takes them out, or exchanges them. Weights stored in sixteen bits are rounded to them after each call, so a model out of which an adapter
/// was taken can differ from its base in the last bit of the slice; fusing into the base itself is exact.
/// </summary>
public static class AdapterFusion
{
    /// <summary>Writes the model with the changes.</summary>
    /// <param name="request">Model, adapters and output.</param>
    /// <param name="progress">Told tensor by tensor.</param>
    /// <param name="cancellation">Heeded between tensors; nothing is left behind.</param>
    /// <returns>What is fused into the result.</returns>
    /// <exception cref="MismatchException">An adapter belongs to another model, is in it already, is to be taken out and is not in it, or meets another although it must not.</exception>
    public static FusedAdapters Write(FusionRequest request, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var fused = FusedAdapters.Of(request.Checkpoint, cancellation);
        foreach (var adapter in request.Removed)
            fused = fused.Without(adapter);
        foreach (var adapter in request.Added)
            fused = fused.With(adapter);
        if (request.Added.Count > 0)
            Adapter.Combine(request.Added, request.Exclusive);
        var result = AdaptedCheckpoint.Of(request.Checkpoint, [.. request.Removed.Select(adapter => (adapter, -1f)), .. request.Added.Select(adapter => (adapter, 1f))]);
        using var folder = AtomicFolder.Create(request.Output, request.Replace);
        TunedFolder.WriteModel(folder.WorkFolder, request.Checkpoint, result, fused, request.Tokenizer, progress, cancellation);
        var card = Path.Combine(request.Checkpoint.Path, "README.md");
        var before = File.Exists(card) ? File.ReadAllText(card).TrimEnd() + "\n\n" : $"# {Path.GetFileName(Path.TrimEndingDirectorySeparator(request.Output))}\n\n";
        AtomicFile.WriteText(Path.Combine(folder.WorkFolder, "README.md"), $"{before}## Adapters\n\n{(fused.Hashes.Count == 0 ? "None is fused in." : $"Fused in: {string.Join(", ", fused.Hashes)}.")} Base model: {fused.BaseHash}.\n");
        folder.Commit();
        return fused;
    }
}
