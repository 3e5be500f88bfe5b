using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// Least squares over whole structures, the last step of Týr-the-Pruner's local pruner (NeurIPS 2025): with H the damped Hessian of the consumer's inputs, the kept columns become
/// the W_k that minimise the output error when the others are gone, W_k = B_k + B_r H_rk H_kk⁻¹ with B the dense weights, k the kept and r the removed columns.
/// It works after any score. Everything is in double. Columns of channels that calibration never saw alive are zeroed, as SparseGPT does.
/// Option "damping": added to the Hessian's diagonal as a fraction of its mean (0.01).
/// </summary>
public sealed class SolveUpdate : IStructureUpdate
{
    private readonly double _damping;

    /// <summary>Reads its options.</summary>
    public SolveUpdate(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _damping = options.Number("damping", 0.01, 0, 10);
    }

    /// <inheritdoc/>
    public string Name => "solve";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.Gram;

    /// <inheritdoc/>
    public bool ChangesWeights => true;

    /// <inheritdoc/>
    public StructureOutcome Apply(StructureProblem problem, IReadOnlyList<int> kept)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(kept);
        if (kept.Count == problem.Count)
            return StructureOutcome.Unchanged;
        var consumer = problem.Consumer;
        var hessian = consumer.DampedHessian(_damping);
        var solved = Solve(consumer.Weights, hessian.Matrix, consumer.Factor(_damping).DeadColumns, problem.ColumnsOf(kept));
        var weights = Tensor<float>.Uninitialized(solved.Shape);
        TensorPrimitives.ConvertTruncating<double, float>(solved.Span, weights.Span);
        return new StructureOutcome(weights, null);
    }

    /// <summary>The kept columns that minimise tr((W − B) H (W − B)ᵀ) among all W that are zero elsewhere.</summary>
    /// <param name="weights">B, [outputs, inputs].</param>
    /// <param name="hessian">H, [inputs, inputs], symmetric positive definite.</param>
    /// <param name="dead">Columns that count as zero in B.</param>
    /// <param name="kept">The columns that stay, ascending.</param>
    /// <returns>[outputs, kept].</returns>
    /// <exception cref="Errors.NumericalException">H is not positive definite over the kept columns.</exception>
    public static Tensor<double> Solve(MatrixView<float> weights, MatrixView<double> hessian, IReadOnlyList<int> dead, ReadOnlySpan<int> kept)
    {
        ArgumentNullException.ThrowIfNull(dead);
        var stays = new bool[weights.Columns];
        foreach (var column in kept)
            stays[column] = true;
        int[] removed = [.. Enumerable.Range(0, stays.Length).Where(column => !stays[column])];
        var known = Gathered(weights, kept, dead);
        if (removed.Length == 0)
            return known;
        var correction = Tensor<double>.Uninitialized(known.Shape);
        Gemm.Multiply(Gathered(weights, removed, dead).Matrix, false, Block(hessian, removed, kept).Matrix, false, correction.Matrix);
        var lower = Block(hessian, kept, kept);
        if (!Cholesky.TryFactor(lower.Matrix))
            throw new Errors.NumericalException($"a Hessian over {kept.Length} kept columns is not positive definite: choose more damping, or more calibration text");
        Cholesky.InvertLower(lower.Matrix);
        // X H_kk = C with H_kk = L Lᵀ: X = (C L⁻ᵀ) L⁻¹.
        var half = Tensor<double>.Uninitialized(known.Shape);
        Gemm.Multiply(correction.Matrix, false, lower.Matrix, true, half.Matrix);
        Gemm.Multiply(half.Matrix, false, lower.Matrix, false, known.Matrix, accumulate: true);
        return known;
    }

    private static Tensor<double> Gathered(MatrixView<float> weights, ReadOnlySpan<int> columns, IReadOnlyList<int> dead)
    {
        var gathered = Tensor<double>.Uninitialized(new Shape(weights.Rows, columns.Length));
        for (var row = 0; row < weights.Rows; row++)
        {
            var source = weights.Row(row);
            var target = gathered.Matrix.Row(row);
            for (var j = 0; j < target.Length; j++)
                target[j] = source[columns[j]];
        }
        foreach (var column in dead)
            if (columns.BinarySearch(column) is >= 0 and var place)
                for (var row = 0; row < weights.Rows; row++)
                    gathered.Matrix[row, place] = 0;
        weights.KeepAlive();
        return gathered;
    }

    private static Tensor<double> Block(MatrixView<double> hessian, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        var block = Tensor<double>.Uninitialized(new Shape(rows.Length, columns.Length));
        for (var i = 0; i < rows.Length; i++)
        {
            var source = hessian.Row(rows[i]);
            var target = block.Matrix.Row(i);
            for (var j = 0; j < target.Length; j++)
                target[j] = source[columns[j]];
        }
        hessian.KeepAlive();
        return block;
    }
}
