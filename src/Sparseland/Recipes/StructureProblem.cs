namespace Sparseland.Recipes;

/// <summary>
/// The structures of one kind in one layer, with everything a method may look at. Structure s owns the rows [s · e, (s + 1) · e) of every producer, with e = rows / count,
/// and as many columns of the consumer, counted alike. A neuron owns one of each; a head as many as it is wide.
/// </summary>
/// <param name="Name">The layer's name, such as "model.layers.0.mlp".</param>
/// <param name="Count">Structures.</param>
/// <param name="Producers">The matrices that make the activations: gate and up, or query, key and value.</param>
/// <param name="Consumer">The matrix that reads them (down or output), with statistics of the activations.</param>
public sealed record StructureProblem(string Name, int Count, IReadOnlyList<LayerProblem> Producers, LayerProblem Consumer)
{
    /// <summary>Columns of the consumer that belong to one structure.</summary>
    public int Extent => Consumer.Weights.Columns / Count;
}

/// <summary>How much each structure of a layer matters. Higher scores are kept.</summary>
public interface IStructureScore
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>What it needs to know of the activations.</summary>
    StatisticsKind Needs { get; }

    /// <summary>The scores of all structures, none negative.</summary>
    /// <param name="problem">The layer.</param>
    /// <param name="destination">One per structure.</param>
    void Compute(StructureProblem problem, Span<double> destination);
}

/// <summary>What happens to the structures that stay.</summary>
public interface IStructureUpdate
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>What it needs to know of the activations, beyond what the score needs.</summary>
    StatisticsKind Needs { get; }

    /// <summary>Whether it may give the consumer a bias, which the model's file must have room for.</summary>
    bool AddsBias => false;

    /// <summary>What is to be added to the consumer's bias; null for nothing.</summary>
    /// <param name="problem">The layer.</param>
    /// <param name="kept">The structures that stay, ascending.</param>
    /// <returns>[outputs of the consumer].</returns>
    float[]? AddedBias(StructureProblem problem, IReadOnlyList<int> kept);
}
