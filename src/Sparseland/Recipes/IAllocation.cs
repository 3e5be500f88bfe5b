using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>What takes part in an allocation: a matrix of weights, or for structured patterns a layer's set of structures.</summary>
/// <param name="Name">The tensor's name, or the layer's ("model.layers.0.mlp").</param>
/// <param name="Block">The transformer block it belongs to, from 0.</param>
/// <param name="Rows">Outputs, or structures.</param>
/// <param name="Columns">Inputs, or parameters of a structure.</param>
public sealed record PrunableMatrix(string Name, int Block, int Rows, int Columns)
{
    /// <summary>What its structures are, such as "neurons"; empty for a matrix of weights.</summary>
    public string Kind { get; init; } = "";
}

/// <summary>What an allocation has to share out.</summary>
/// <param name="Matrices">All matrices that may be pruned, in the order of the model.</param>
/// <param name="Sparsity">The mean sparsity that is wanted, 0 to below 1.</param>
/// <param name="Group">For N:M patterns the M, so that sparsities become whole counts of M; 0 for patterns that take any sparsity.</param>
public sealed record AllocationRequest(IReadOnlyList<PrunableMatrix> Matrices, double Sparsity, int Group = 0)
{
    /// <summary>For structured patterns the scores of all structures, set by set; null for patterns of zeros.</summary>
    public IReadOnlyList<double[]>? Scores { get; init; }

    /// <summary>Whole models to be judged, where the allocation asks for them (<see cref="IAllocation.JudgesModels"/>); otherwise null.</summary>
    public ICandidateModels? Candidates { get; init; }

    /// <summary>The recipe's seed.</summary>
    public ulong Seed { get; init; }
}

/// <summary>One block of the dense model as an allocation sees it while calibration passes through it.</summary>
/// <param name="Block">The block's number, from 0.</param>
/// <param name="Layers">Its prunable matrices with what was gathered of their inputs.</param>
/// <param name="HiddenStates">The block's inputs and outputs, [tokens, width] for some sequences at a time; read only when asked for, and only during the call.</param>
public sealed record BlockObservation(int Block, IReadOnlyList<LayerProblem> Layers, IEnumerable<(MatrixView<float> Input, MatrixView<float> Output)> HiddenStates);

/// <summary>A figure per block that an allocation wants in the report, such as OWL's percentage of outliers.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">One value per block.</param>
public sealed record AllocationFigure(string Name, IReadOnlyList<double> Values);

/// <summary>The second choice of a recipe: how sparse each matrix becomes when their mean is given.</summary>
public interface IAllocation
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>Whether every matrix is meant to get the same sparsity, so that there is nothing to share out.</summary>
    bool IsUniform => false;

    /// <summary>Whether it has to see the dense model in a calibration walk of its own, before anything is pruned.</summary>
    bool NeedsWalk => false;

    /// <summary>Whether it reads <see cref="BlockObservation.HiddenStates"/>; kept statistics then do not spare it the walk.</summary>
    bool ReadsHiddenStates => false;

    /// <summary>Whether it compares <see cref="AllocationRequest.Scores"/>, and so works only with structured patterns.</summary>
    bool ComparesScores => false;

    /// <summary>Whether it judges whole pruned models (<see cref="AllocationRequest.Candidates"/>), and so works only with structured patterns.</summary>
    bool JudgesModels => false;

    /// <summary>What that walk gathers.</summary>
    StatisticsKind Needs => StatisticsKind.None;

    /// <summary>Sees one block; called for every block in order when <see cref="NeedsWalk"/> is true.</summary>
    void Observe(BlockObservation block) { }

    /// <summary>The sparsity of every matrix, in the order of the request.</summary>
    /// <exception cref="Errors.InvalidSettingException">An option makes a sparsity leave 0 to 1, or names nothing.</exception>
    double[] Allocate(AllocationRequest request);

    /// <summary>What the report shows per block.</summary>
    IReadOnlyList<AllocationFigure> Figures => [];

    /// <summary>What the report says of how it came about, in sentences.</summary>
    IReadOnlyList<string> Notes => [];
}
