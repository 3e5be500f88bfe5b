using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Masks;

namespace Sparseland.Recipes;

/// <summary>
/// CoSpaDi (2025, arXiv 2509.22075): a matrix becomes a dictionary times codes with a fixed number of values per output, learned by K-SVD on the weights
/// whitened by the layer's inputs, so that the error that is made small is that of the outputs. The recipe's sparsity is the share γ of the dense bytes that goes,
/// and everything stored counts against it. The score is not asked.
/// Options: "kOverS" ρ (2), atoms over atoms per output; "iterations" (60) and "powerIterations" (8) of K-SVD; "regularisation" (1e-6) of the Gram matrix as a share of
/// its mean diagonal; "calibrated" (true), false to approximate the weights themselves.
/// </summary>
public sealed class DictionaryUpdate : IUpdate
{
    private readonly double _ratio;
    private readonly int _iterations;
    private readonly int _powerIterations;
    private readonly double? _regularisation;

    /// <summary>Reads its options.</summary>
    public DictionaryUpdate(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ratio = options.Number("kOverS", 2, 1.05, 64);
        _iterations = options.Integer("iterations", 60, 1, 10_000);
        _powerIterations = options.Integer("powerIterations", 8, 1, 1000);
        var regularisation = options.Number("regularisation", 1e-6, 0, 1);
        _regularisation = options.Flag("calibrated", true) ? regularisation : null;
    }

    /// <inheritdoc/>
    public string Name => "dictionary";

    /// <inheritdoc/>
    public StatisticsKind Needs => _regularisation is null ? StatisticsKind.None : StatisticsKind.Gram;

    /// <inheritdoc/>
    public string? Refuses(Pattern pattern) => FactorProblem.Refusal(pattern);

    /// <inheritdoc/>
    public string? Refuses(Recipe recipe) => FactorProblem.Refusal(recipe);

    /// <inheritdoc/>
    public LayerOutcome Apply(LayerProblem layer, IScore score, MaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(request);
        if (request.KeepsAll)
            return FactorProblem.Unchanged(layer);
        var budget = FactorBudget.ForDictionary(layer.Values, layer.Weights.Rows, layer.Weights.Columns, request.Sparsity, _ratio);
        if (!budget.Fits)
            return FactorProblem.TooSmall(layer, request.Sparsity);
        var problem = new FactorProblem(layer, _regularisation);
        // Every matrix has first atoms of its own.
        var seed = new RandomStream(layer.Seed, $"dictionary {layer.Name}").NextBits();
        var options = new KSvdOptions { Iterations = _iterations, PowerIterations = _powerIterations, Seed = seed };
        var learned = KSvd.Fit(problem.Weights.Matrix, budget.Atoms, budget.AtomsPerRow, options, cancellation: layer.Cancellation);
        return problem.Finish(learned.Dictionary, learned.Codes, learned.SquaredError);
    }
}
