using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// Greedy optimal brain surgery over whole structures, the local pruner of Týr-the-Pruner (NeurIPS 2025), see <see cref="StructureRemoval"/>: structures go one after another, each time the one
/// that costs least when the others make up for it, and a structure's score is the error of the whole layer by the time it goes. Best followed by the update "solve".
/// Options: "rounds": 0 (default, ours) removes one at a time down to the last, so that one order serves every share and scores can be compared between layers; 1 and more remove in so many equal
/// rounds down to the wanted count, as published (16 for neurons, 1 for heads). "saliency": "second-order" (default), the exact increase of the error, or "first-plus-second", which adds the
/// authors' term W ∘ G. "damping": added to the Hessian's diagonal as a fraction of its mean (0.01).
/// </summary>
public sealed class ObsStructureScore : IStructureScore
{
    private readonly bool _firstOrder;
    private readonly int _rounds;
    private readonly double _damping;

    /// <summary>Reads its options.</summary>
    public ObsStructureScore(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _firstOrder = options.Text("saliency", "second-order", "second-order", "first-plus-second") == "first-plus-second";
        _rounds = options.Integer("rounds", 0, 0, 1 << 20);
        _damping = options.Number("damping", 0.01, 0, 10);
    }

    /// <inheritdoc/>
    public string Name => "obs";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.Gram;

    /// <inheritdoc/>
    public bool DependsOnCount => _rounds > 0;

    /// <inheritdoc/>
    public void Compute(StructureProblem problem, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(problem);
        if (DependsOnCount && problem.Keep == 0)
            throw new InvalidOperationException($"{problem.Name}: the score obs in rounds has to know how many structures shall stay");
        var consumer = problem.Consumer;
        var factor = consumer.SolvableFactor(_damping);
        var removal = new StructureRemoval(Transposed(consumer.Weights, factor.DeadColumns), factor.Inverse(), problem.Count, _firstOrder ? consumer.DampedHessian(_damping) : null);
        removal.RemoveZeros(DependsOnCount ? problem.Keep : 0);
        removal.Remove(DependsOnCount ? problem.Keep : 0, DependsOnCount ? _rounds : problem.Count, consumer.Cancellation);
        removal.Scores(destination);
    }

    // [inputs, outputs] in double, so that a structure is some consecutive rows.
    private static Tensor<double> Transposed(MatrixView<float> weights, IReadOnlyList<int> dead)
    {
        var transposed = Tensor<double>.Uninitialized(new Shape(weights.Columns, weights.Rows));
        for (var row = 0; row < weights.Rows; row++)
        {
            var values = weights.Row(row);
            for (var column = 0; column < values.Length; column++)
                transposed.Matrix[column, row] = values[column];
        }
        foreach (var column in dead)
            transposed.Matrix.Row(column).Clear();
        weights.KeepAlive();
        return transposed;
    }
}
