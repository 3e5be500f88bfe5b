using Sparseland.Progress;

namespace Sparseland.Recipes;

/// <summary>The beginning of one calibration sequence.</summary>
/// <param name="Sequence">Which, from 0.</param>
/// <param name="Tokens">How many of its tokens, from the first on.</param>
public readonly record struct TokenShare(int Sequence, int Tokens);

/// <summary>The levels of sparsity at which a layer is made ready: level l keeps Centre − l · Step structures.</summary>
/// <param name="Centre">Structures kept at level 0.</param>
/// <param name="Step">Structures between neighbouring levels, at least 1.</param>
/// <param name="Lowest">The least sparse level, at most 0.</param>
/// <param name="Highest">The sparsest level, at least 0.</param>
public sealed record LevelRange(int Centre, int Step, int Lowest, int Highest)
{
    /// <summary>As many levels as there are room for, at most half of the wanted ones on each side.</summary>
    /// <param name="available">Structures of the layer.</param>
    /// <param name="minimum">The fewest that may stay.</param>
    /// <param name="centre">Structures kept at level 0.</param>
    /// <param name="step">Structures between levels.</param>
    /// <param name="levels">The most levels, the centre included; odd.</param>
    public static LevelRange Around(int available, int minimum, int centre, int step, int levels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        var half = (levels - 1) / 2;
        return new LevelRange(centre, step, -Math.Min(half, Math.Max(0, available - centre) / step), Math.Min(half, Math.Max(0, centre - minimum) / step));
    }

    /// <summary>All levels, the least sparse first.</summary>
    public IEnumerable<int> Levels => Enumerable.Range(Lowest, Highest - Lowest + 1);

    /// <summary>Structures kept at a level.</summary>
    public int KeptAt(int level) => Centre - level * Step;
}

/// <summary>How candidate models are made ready.</summary>
/// <param name="Iteration">Which round of preparations, from 0.</param>
/// <param name="Ranges">The levels of every layer, in the order of the request.</param>
/// <param name="ExpectedInputs">Whether later layers are prepared on the inputs that the mean over all levels leaves, or only the centre.</param>
public sealed record CandidatePreparation(int Iteration, IReadOnlyList<LevelRange> Ranges, bool ExpectedInputs);

/// <summary>
/// Whole models with a level of sparsity per layer, for allocations that judge them (<see cref="IAllocation.JudgesModels"/>). Layers are those of the request, in its order.
/// </summary>
public interface ICandidateModels
{
    /// <summary>A digest of everything but the levels that a judgement depends on: model, calibration, recipe.</summary>
    string Identity { get; }

    /// <summary>Where an allocation may keep how far it has come, so that a run that was ended goes on; null keeps nothing.</summary>
    string? WorkFolder { get; }

    /// <summary>Tells how much time has gone; null where nothing may depend on time.</summary>
    TimeProvider? Clock { get; }

    /// <summary>Told how the allocation gets on, or null.</summary>
    IProgress<ProgressReport>? Progress { get; }

    /// <summary>To be heeded.</summary>
    CancellationToken Cancellation { get; }

    /// <summary>Sequences there are for judging.</summary>
    int SequenceCount { get; }

    /// <summary>Tokens of each.</summary>
    int SequenceLength { get; }

    /// <summary>The number of structures of a layer is changed by multiples of this.</summary>
    int UnitOf(int layer);

    /// <summary>Whole numbers of structures to keep, whose sums over each kind are nearest to what the sparsities say.</summary>
    /// <param name="sparsities">One per layer.</param>
    int[] Count(IReadOnlyList<double> sparsities);

    /// <summary>Prunes every layer at each of its levels. What an ended run did already is not done again.</summary>
    void Prepare(CandidatePreparation preparation);

    /// <summary>How far candidates are from the dense model: the mean over tokens of the KL divergence of the next token's probabilities, over the dense model's likeliest tokens.</summary>
    /// <param name="candidates">For each its levels, one per layer.</param>
    /// <param name="tokens">On which tokens.</param>
    /// <param name="topTokens">How many of the likeliest tokens count.</param>
    /// <returns>One divergence per candidate; infinity for one whose logits are not finite.</returns>
    double[] Judge(IReadOnlyList<int[]> candidates, IReadOnlyList<TokenShare> tokens, int topTokens);
}
