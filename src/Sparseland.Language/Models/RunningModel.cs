using Sparseland.Layouts;
using Sparseland.Progress;

namespace Sparseland.Language.Models;

/// <summary>In which layout some matrices of a model run, and why.</summary>
/// <param name="Names">The matrices' canonical names; they share shape, stored layout, value type and about their density.</param>
/// <param name="Rows">Outputs of each.</param>
/// <param name="Columns">Inputs of each.</param>
/// <param name="StoredLayout">The layout they are stored in.</param>
/// <param name="Decision">The layout they run in, with the reason.</param>
public sealed record RunningChoice(IReadOnlyList<string> Names, int Rows, int Columns, string StoredLayout, LayoutDecision Decision)
{
    /// <summary>Whether they run in another layout than they are stored in.</summary>
    public bool Changes => Decision.LayoutName != StoredLayout;

    /// <summary>One line for a person.</summary>
    public override string ToString() => $"{Names.Count} matrices of {Rows} x {Columns} run as {Decision.Reason}";
}

/// <summary>
/// A model with every packed matrix in the layout in which it decodes fastest here, found by timing (<see cref="LayoutTrial"/>): as stored, expanded to dense storage of the same
/// value type, or in another sparse layout. Values are the same; sums may be rounded in another order, and dense int8 also rounds the vector to 8 bits.
/// Only decoding and benchmarks run models this way; pruning and evaluation run what is stored, which is the same everywhere.
/// </summary>
public sealed class RunningModel
{
    // Matrices whose densities differ by less than this share a trial.
    private const double DensityStep = 0.05;

    private RunningModel(TransformerModel transformer, long storedBytes, IReadOnlyList<RunningChoice> choices)
    {
        Transformer = transformer;
        StoredBytes = storedBytes;
        Choices = choices;
    }

    /// <summary>The model to run.</summary>
    public TransformerModel Transformer { get; }

    /// <summary>Bytes of all weights as stored; <see cref="TransformerModel.ByteCount"/> of <see cref="Transformer"/> is what they take in memory.</summary>
    public long StoredBytes { get; }

    /// <summary>What was chosen for the packed matrices, group by group; empty for a dense model.</summary>
    public IReadOnlyList<RunningChoice> Choices { get; }

    /// <summary>The layouts that the packed matrices run in, such as "2:4" or "2:4, dense"; "as stored" for a dense model.</summary>
    public string RunsAs => Choices.Count == 0 ? "as stored" : string.Join(", ", Choices.GroupBy(choice => choice.Decision.LayoutName).OrderByDescending(Weights).Select(group => group.Key));

    /// <summary>Whether no packed matrix runs in a sparse layout: then sparsity saves bytes on disk and no time here.</summary>
    public bool RunsDense => Choices.Count > 0 && Choices.All(choice => choice.Decision.LayoutName == "dense");

    /// <summary>The model as it is stored, without trials.</summary>
    public static RunningModel AsStored(TransformerModel stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return new(stored, stored.ByteCount, []);
    }

    /// <summary>Times the packed matrices and converts those that run faster in another layout. Takes well under a second for small models, a few seconds for large ones.</summary>
    /// <param name="stored">The model as loaded.</param>
    /// <param name="clock">The time source.</param>
    /// <param name="spareBytes">How much more memory the weights may take than they take stored; what would exceed it stays as stored, and the reason says so.</param>
    /// <param name="progress">Told after every group of matrices.</param>
    /// <param name="cancellation">Heeded between rounds of timing and between matrices.</param>
    public static RunningModel Choose(TransformerModel stored, TimeProvider clock, long spareBytes = long.MaxValue, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(clock);
        var groups = Matrices(stored).Where(pair => pair.Matrix is SparseMatrix)
            .GroupBy(pair => (pair.Matrix.Name, pair.Matrix.Element, pair.Matrix.Rows, pair.Matrix.Columns, (int)(pair.Matrix.Sparsity / DensityStep))).ToList();
        var choices = new List<RunningChoice>();
        foreach (var group in groups)
        {
            var decision = LayoutTrial.Choose([.. group.Select(pair => pair.Matrix)], clock, stored.BytesPerToken, cancellation);
            var growth = (decision.ByteCount - group.First().Matrix.ByteCount) * group.Count();
            if (growth > spareBytes)
                decision = new(group.Key.Name, group.Key.Element, group.First().Matrix.ByteCount, null, $"{group.Key.Name}: {decision.LayoutName} would be faster, but {growth / 1e6:0} MB more do not fit the memory");
            else if (decision.LayoutName != group.Key.Name)
                spareBytes -= growth;
            choices.Add(new([.. group.Select(pair => pair.Name)], group.Key.Rows, group.Key.Columns, group.Key.Name, decision));
            progress?.Report(new ProgressReport("choosing layouts", choices.Count, groups.Count));
        }
        var changes = choices.Where(choice => choice.Changes).SelectMany(choice => choice.Names.Select(name => (Name: name, choice.Decision))).ToDictionary(pair => pair.Name, pair => pair.Decision);
        var running = changes.Count == 0 ? stored : stored.Convert((name, matrix) =>
        {
            cancellation.ThrowIfCancellationRequested();
            return changes.TryGetValue(name, out var decision) ? KernelDispatcher.Apply(decision, matrix) : matrix;
        });
        return new(running, stored.ByteCount, choices);
    }

    private static long Weights(IEnumerable<RunningChoice> choices) => choices.Sum(choice => (long)choice.Names.Count * choice.Rows * choice.Columns);

    private static IEnumerable<(string Name, MatrixLayout Matrix)> Matrices(TransformerModel model)
    {
        yield return (TensorNames.Embedding, model.Embedding);
        foreach (var block in model.Blocks)
            foreach (var projection in block.Projections)
                yield return (TensorNames.Weight(block.Index, projection.Name), projection.Matrix);
        if (!ReferenceEquals(model.Head, model.Embedding))
            yield return (TensorNames.Head, model.Head);
    }
}
