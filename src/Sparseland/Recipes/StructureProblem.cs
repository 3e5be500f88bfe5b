using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// The structures of one kind in one layer, with everything a method may look at. Structure s owns the rows [s · e, (s + 1) · e) of every producer, with e = rows / count,
/// and as many columns of the consumer, counted alike. A neuron owns one of each; a head as many as it is wide.
/// </summary>
/// <param name="Name">The layer's name, such as "model.layers.0.mlp".</param>
/// <param name="Count">Structures.</param>
/// <param name="Producers">The matrices that make the activations: gate and up, or query, key and value. Statistics of their inputs need not be there.</param>
/// <param name="Consumer">The matrix that reads them (down or output), with statistics of the activations.</param>
public sealed record StructureProblem(string Name, int Count, IReadOnlyList<LayerProblem> Producers, LayerProblem Consumer)
{
    /// <summary>Columns of the consumer that belong to one structure.</summary>
    public int Extent => Consumer.Weights.Columns / Count;

    /// <summary>How many structures shall stay, for scores that depend on it (<see cref="IStructureScore.DependsOnCount"/>); 0 where it is not known.</summary>
    public int Keep { get; init; }

    /// <summary>The consumer's columns of some structures.</summary>
    /// <param name="structures">Their numbers.</param>
    public int[] ColumnsOf(IReadOnlyList<int> structures)
    {
        ArgumentNullException.ThrowIfNull(structures);
        var columns = new int[structures.Count * Extent];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = structures[i / Extent] * Extent + i % Extent;
        return columns;
    }
}

/// <summary>How much each structure of a layer matters. Higher scores are kept.</summary>
public interface IStructureScore
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>What it needs to know of the activations.</summary>
    StatisticsKind Needs { get; }

    /// <summary>Whether scores depend on how many structures shall stay (<see cref="StructureProblem.Keep"/>). Such a score cannot be compared between layers before every layer's share is known.</summary>
    bool DependsOnCount => false;

    /// <summary>The scores of all structures, none negative.</summary>
    /// <param name="problem">The layer.</param>
    /// <param name="destination">One per structure.</param>
    void Compute(StructureProblem problem, Span<double> destination);
}

/// <summary>What an update made of a consumer.</summary>
/// <param name="Weights">[outputs, columns of the kept structures]: what takes the place of the consumer's kept columns; null where they stay as they are.</param>
/// <param name="AddedBias">[outputs]: what is added to the consumer's bias; null for nothing.</param>
public sealed record StructureOutcome(Tensor<float>? Weights, float[]? AddedBias)
{
    /// <summary>The kept columns stay bit for bit.</summary>
    public static StructureOutcome Unchanged { get; } = new(null, null);
}

/// <summary>What happens to the structures that stay: the matrix that reads them may change, and get a bias.</summary>
public interface IStructureUpdate
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>What it needs to know of the activations, beyond what the score needs.</summary>
    StatisticsKind Needs { get; }

    /// <summary>Whether it may give the consumer a bias, which the model's file must have room for.</summary>
    bool AddsBias => false;

    /// <summary>Whether it may give the consumer new weights.</summary>
    bool ChangesWeights => false;

    /// <summary>What becomes of the consumer. Equal problems give equal bits.</summary>
    /// <param name="problem">The layer.</param>
    /// <param name="kept">The structures that stay, ascending; at least one.</param>
    /// <exception cref="Errors.NumericalException">The layer's equations cannot be solved; the message names the layer.</exception>
    StructureOutcome Apply(StructureProblem problem, IReadOnlyList<int> kept);
}
