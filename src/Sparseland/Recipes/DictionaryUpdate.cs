using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Layouts;

namespace Sparseland.Recipes;

/// <summary>
/// CoSpaDi (2025, arXiv 2509.22075): a matrix becomes a dictionary times codes with a fixed number of values per output, learned by K-SVD.
/// Options beside those of every <see cref="FactorUpdate"/>: "kOverS" ρ (2), atoms over atoms per output; "iterations" (60) and "powerIterations" (8) of K-SVD;
/// "sample" (0), outputs that the dictionary is learned from, drawn by chance, before all outputs are coded; 0 for all. Learning costs about outputs · s² · k per iteration,
/// the fourth power of a model's width, so wide layers want a sample and fewer iterations. "share" (none), inputs for one dictionary for all matrices that read the same inputs
/// (query, key and value; gate and up): their outputs are stacked, and the dictionary counts once.
/// </summary>
public sealed class DictionaryUpdate : FactorUpdate
{
    private readonly double _ratio;
    private readonly int _iterations;
    private readonly int _powerIterations;
    private readonly int _sample;
    private readonly bool _shares;

    /// <summary>Reads its options.</summary>
    public DictionaryUpdate(MethodOptions options) : base(options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ratio = options.Number("kOverS", 2, 1.05, 64);
        _iterations = options.Integer("iterations", 60, 1, 10_000);
        _powerIterations = options.Integer("powerIterations", 8, 1, 1000);
        _sample = options.Integer("sample", 0, 0, int.MaxValue);
        _shares = options.Text("share", "none", "none", "inputs") == "inputs";
    }

    /// <inheritdoc/>
    public override string Name => "dictionary";

    /// <inheritdoc/>
    public override bool WorksTogether => _shares;

    /// <inheritdoc/>
    public override FactorBudget Budget(ElementType values, int rows, int columns, double saved) => FactorBudget.ForDictionary(values, rows, columns, saved, _ratio);

    private protected override LayerOutcome Factor(FactorProblem problem, FactorBudget budget)
    {
        // Every matrix has first atoms of its own.
        var seed = new RandomStream(problem.Layer.Seed, $"dictionary {problem.Layer.Name}").NextBits();
        var learned = KSvd.Fit(problem.Weights.Matrix, budget.Atoms, budget.AtomsPerRow, Options(seed), cancellation: problem.Layer.Cancellation);
        return problem.Finish(learned.Dictionary, learned.Codes, learned.SquaredError);
    }

    private protected override double FactorOperations(int rows, int columns, FactorBudget budget) =>
        KSvd.Operations(rows, columns, budget.Atoms, budget.AtomsPerRow, Options(0));

    private KSvdOptions Options(ulong seed) => new() { Iterations = _iterations, PowerIterations = _powerIterations, Sample = _sample, Seed = seed };
}
