using System.Security.Cryptography;
using System.Text.Json;
using Sparseland.Files;

namespace Sparseland.Language.Pruning;

/// <summary>A finished block of an unfinished run.</summary>
/// <param name="Block">Its number.</param>
/// <param name="PartDigest">Digest of the part file that holds its weights.</param>
/// <param name="Layers">What became of its matrices.</param>
internal sealed record FinishedBlock(int Block, string PartDigest, IReadOnlyList<LayerReport> Layers);

/// <summary>
/// How far a run has come: progress.json in the work folder. It is replaced after every block, last of all, so that what it names is there.
/// </summary>
/// <param name="Identity">Digest of recipe, model and calibration tokens; another run does not go on from here.</param>
/// <param name="Sparsities">The sparsity of every prunable matrix, as allocated.</param>
/// <param name="Figures">What the allocation saw.</param>
/// <param name="Blocks">The finished blocks.</param>
/// <param name="HiddenFile">The snapshot of the hidden states that enter the next block; null when there are none.</param>
/// <param name="HiddenDigest">Its digest.</param>
/// <param name="IsAssembled">Whether the parts have become a whole model; they are gone then.</param>
internal sealed record PruneProgress(string Identity, double[] Sparsities, IReadOnlyList<BlockFigure> Figures, IReadOnlyList<FinishedBlock> Blocks, string? HiddenFile, string? HiddenDigest,
    bool IsAssembled = false)
{
    public const string FileName = "progress.json";

    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, PruneReportJson.Default.PruneProgress));

    /// <summary>The progress of an earlier run with the same identity whose files are all whole; null otherwise.</summary>
    /// <param name="folder">The work folder.</param>
    /// <param name="identity">What this run is.</param>
    /// <param name="partFile">The path of a block's part file.</param>
    public static PruneProgress? Read(string folder, string identity, Func<int, string> partFile)
    {
        try
        {
            var progress = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, FileName)), PruneReportJson.Default.PruneProgress);
            if (progress is null || progress.Identity != identity || progress.Blocks is null || progress.Sparsities is null)
                return null;
            var whole = progress.IsAssembled || progress.Blocks.All(block => Digest(partFile(block.Block)) == block.PartDigest)
                && (progress.HiddenFile is null || Digest(Path.Combine(folder, progress.HiddenFile)) == progress.HiddenDigest);
            return whole ? progress : null;
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException)
        {
            // Nothing usable was left: the run starts afresh.
            return null;
        }
    }

    public static string Digest(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
