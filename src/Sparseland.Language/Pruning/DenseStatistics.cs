using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>
/// Statistics of every layer's inputs in the dense model, from one calibration walk: what OWL looks at, and what any number of recipes can prune from.
/// They are kept in memory, or in a folder under a key made of the model and the calibration tokens, where a later run finds them.
/// </summary>
public sealed class DenseStatistics
{
    private readonly Dictionary<int, IReadOnlyDictionary<string, LayerStatistics>> _blocks = [];
    private readonly string? _folder;
    private readonly TransformerConfiguration _configuration;

    private DenseStatistics(TransformerConfiguration configuration, StatisticsKind kinds, string? folder) => (_configuration, Kinds, _folder) = (configuration, kinds, folder);

    /// <summary>What was gathered.</summary>
    public StatisticsKind Kinds { get; }

    /// <summary>Whether they were found in the folder and no calibration was run.</summary>
    public bool Reused { get; private init; }

    /// <summary>Finds the statistics in the folder, or gathers them by a walk over the dense model.</summary>
    /// <param name="checkpoint">The dense model.</param>
    /// <param name="calibration">The sequences.</param>
    /// <param name="kinds">What to gather.</param>
    /// <param name="folder">Where statistics are kept between runs; null keeps them in memory.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Heeded between sequences.</param>
    public static DenseStatistics Collect(ICheckpoint checkpoint, CalibrationSet calibration, StatisticsKind kinds, string? folder = null,
        IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default) =>
        Collect(checkpoint, calibration, kinds, folder, null, progress, cancellation);

    /// <summary>As above, and shows every block to an allocation that reads hidden states.</summary>
    internal static DenseStatistics Collect(ICheckpoint checkpoint, CalibrationSet calibration, StatisticsKind kinds, string? folder, IAllocation? hiddenReader,
        IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(calibration);
        var configuration = checkpoint.Configuration;
        var keyed = folder is null ? null : Path.Combine(folder, Key(checkpoint, calibration));
        if (hiddenReader is null && keyed is not null && new DenseStatistics(configuration, kinds, keyed) { Reused = true } is var kept && kept.IsComplete())
            return kept;
        var made = new DenseStatistics(configuration, kinds, keyed);
        made.Walk(checkpoint, calibration, hiddenReader, progress, cancellation);
        return made;
    }

    /// <summary>The statistics of a block by projection name.</summary>
    public IReadOnlyDictionary<string, LayerStatistics> Load(int block)
    {
        if (_blocks.TryGetValue(block, out var statistics))
            return statistics;
        var loaded = new Dictionary<string, LayerStatistics>();
        foreach (var readers in Readers(_configuration))
        {
            var path = FileOf(block, readers[0]);
            using var stream = File.OpenRead(path);
            var one = LayerStatistics.Load(stream, path);
            foreach (var projection in readers)
                loaded[projection] = one;
        }
        return loaded;
    }

    /// <summary>A digest of what a model is: configuration, tensors and a sample of their values.</summary>
    internal static string Fingerprint(ICheckpoint checkpoint)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(checkpoint.Configuration.ToString()));
        foreach (var tensor in checkpoint.Tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{tensor.Name} {tensor.Shape} {tensor.Element} {tensor.Layout} {tensor.ByteCount}\n")));
            if (tensor.Shape.Rank != 2)
                continue;
            var matrix = checkpoint.LoadMatrix(tensor.Name);
            var row = new float[matrix.Columns];
            foreach (var index in new[] { 0, matrix.Rows / 2, matrix.Rows - 1 })
            {
                matrix.CopyRow(index, row);
                hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(row));
            }
            MemoryRelief.After(tensor.Shape.Length);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Groups of projections that read the same input, in the order of computation.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Readers(TransformerConfiguration configuration) =>
    [
        ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        ["self_attn.o_proj"],
        configuration.GatedFeedForward ? ["mlp.gate_proj", "mlp.up_proj"] : ["mlp.up_proj"],
        ["mlp.down_proj"],
    ];

    private static string Key(ICheckpoint checkpoint, CalibrationSet calibration) => $"{Fingerprint(checkpoint)[..16]}-{calibration.Hash[..16]}";

    private string FileOf(int block, string projection) => Path.Combine(_folder!, string.Create(CultureInfo.InvariantCulture, $"block-{block:d3}.{projection}.stat"));

    // A file holds all kinds or is of another run; it is read whole only when its block comes.
    private bool IsComplete()
    {
        for (var block = 0; block < _configuration.BlockCount; block++)
            foreach (var readers in Readers(_configuration))
            {
                if (!File.Exists(FileOf(block, readers[0])))
                    return false;
                try
                {
                    using var stream = File.OpenRead(FileOf(block, readers[0]));
                    if (!LayerStatistics.ReadKinds(stream, FileOf(block, readers[0])).HasFlag(Kinds))
                        return false;
                }
                catch (InvalidFileException)
                {
                    // Written by a run that was killed, or by another version: gathered anew.
                    return false;
                }
            }
        return true;
    }

    private void Walk(ICheckpoint checkpoint, CalibrationSet calibration, IAllocation? hiddenReader, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        using var walk = new CalibrationWalk(checkpoint, calibration, CalibrationWalk.DefaultBudget, null);
        walk.Embed();
        for (var block = 0; block < _configuration.BlockCount; block++)
        {
            progress?.Report(new ProgressReport("calibrating on the dense model", block, _configuration.BlockCount));
            var loaded = walk.LoadBlock(block);
            var recorder = new CalibrationRecorder(Kinds);
            if (hiddenReader is null)
            {
                walk.Advance(loaded, recorder, cancellation);
            }
            else
            {
                walk.Record(loaded, recorder, cancellation);
                hiddenReader.Observe(Observation(loaded, recorder.Statistics, walk.Outputs(loaded, cancellation)));
                walk.Advance(loaded, null, cancellation);
            }
            Keep(block, recorder.Statistics);
            MemoryRelief.After(loaded.ByteCount);
        }
        progress?.Report(new ProgressReport("calibrating on the dense model", _configuration.BlockCount, _configuration.BlockCount));
    }

    private void Keep(int block, IReadOnlyDictionary<string, LayerStatistics> statistics)
    {
        if (_folder is null)
        {
            _blocks[block] = statistics;
            return;
        }
        foreach (var readers in Readers(_configuration))
            AtomicFile.Write(FileOf(block, readers[0]), statistics[readers[0]].Save);
    }

    /// <summary>A block of the dense model as an allocation sees it.</summary>
    internal static BlockObservation Observation(TransformerBlock block, IReadOnlyDictionary<string, LayerStatistics> statistics,
        IEnumerable<(MatrixView<float> Input, MatrixView<float> Output)> hiddenStates)
    {
        var layers = block.Projections.Select(projection =>
        {
            var weights = Tensor<float>.Uninitialized(new Shape(projection.Matrix.Rows, projection.Matrix.Columns));
            projection.Matrix.ToDense(weights.Matrix);
            return new LayerProblem(TensorNames.Weight(block.Index, projection.Name), weights.Matrix, statistics[projection.Name]);
        });
        return new BlockObservation(block.Index, [.. layers], hiddenStates);
    }
}
