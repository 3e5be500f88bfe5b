using Sparseland.Language.Models;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>A projection's share in each structure of a set.</summary>
/// <param name="Projection">The name without prefix and suffix, such as "mlp.up_proj".</param>
/// <param name="Extent">Consecutive rows (of a producer) or columns (of the consumer) that belong to one structure.</param>
public readonly record struct CoupledProjection(string Projection, int Extent);

/// <summary>
/// The structures of one kind in one block: parts of several matrices that are of use only together, and go together. A neuron is a row of the up and of the gate
/// projection and a column of the down projection; a head group is a key/value head with its query heads: their rows of the query, key and value projections
/// (and of their biases) and their columns of the output projection. Structure s takes the rows and columns [s · extent, (s + 1) · extent).
/// </summary>
/// <param name="Name">The layer's name, such as "model.layers.0.mlp".</param>
/// <param name="Block">The block, from 0.</param>
/// <param name="Kind">Neurons or heads.</param>
/// <param name="Count">How many structures there are.</param>
/// <param name="Producers">The projections of which rows go.</param>
/// <param name="Consumer">The projection of which columns go.</param>
public sealed record StructureSet(string Name, int Block, StructureKinds Kind, int Count, IReadOnlyList<CoupledProjection> Producers, CoupledProjection Consumer)
{
    /// <summary>All sets of some kinds in the order of the model; heads before neurons within a block.</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="kinds">Which.</param>
    public static IReadOnlyList<StructureSet> Of(TransformerConfiguration configuration, StructureKinds kinds)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var sets = new List<StructureSet>();
        for (var block = 0; block < configuration.BlockCount; block++)
        {
            if (kinds.HasFlag(StructureKinds.Heads))
                sets.Add(Heads(configuration, block));
            if (kinds.HasFlag(StructureKinds.Neurons))
                sets.Add(Neurons(configuration, block));
        }
        return sets;
    }

    /// <summary>Weights and biases that go with one structure.</summary>
    /// <param name="configuration">The model.</param>
    public long ParametersEach(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var parameters = (long)Consumer.Extent * configuration.Width;
        foreach (var producer in Producers)
            parameters += producer.Extent * (configuration.Width + (TensorCatalog.HasBias(configuration, producer.Projection) ? 1L : 0));
        return parameters;
    }

    /// <summary>The names of its matrices, producers first.</summary>
    public IEnumerable<string> Matrices => Producers.Append(Consumer).Select(part => TensorNames.Weight(Block, part.Projection));

    /// <summary>The name of the consumer's weights.</summary>
    public string ConsumerWeight => TensorNames.Weight(Block, Consumer.Projection);

    /// <summary>The name of the consumer's bias.</summary>
    public string ConsumerBias => TensorNames.Bias(Block, Consumer.Projection);

    /// <summary>The block's shape when only some structures of this set stay.</summary>
    /// <param name="shape">The shape before.</param>
    /// <param name="kept">How many stay.</param>
    internal BlockShape Narrow(BlockShape shape, int kept) => Kind == StructureKinds.Neurons
        ? shape with { FeedForwardWidth = kept }
        : shape with { HeadCount = shape.HeadCount / shape.KeyValueHeadCount * kept, KeyValueHeadCount = kept };

    private static StructureSet Neurons(TransformerConfiguration configuration, int block)
    {
        var producers = TensorNames.Projections(configuration.GatedFeedForward).Where(name => name is "mlp.gate_proj" or "mlp.up_proj");
        return new(LayerName(block, "mlp"), block, StructureKinds.Neurons, configuration.ShapeOf(block).FeedForwardWidth,
            [.. producers.Select(name => new CoupledProjection(name, 1))], new("mlp.down_proj", 1));
    }

    private static StructureSet Heads(TransformerConfiguration configuration, int block)
    {
        var shape = configuration.ShapeOf(block);
        var queries = shape.HeadCount / shape.KeyValueHeadCount * configuration.HeadWidth;
        return new(LayerName(block, "self_attn"), block, StructureKinds.Heads, shape.KeyValueHeadCount,
            [new("self_attn.q_proj", queries), new("self_attn.k_proj", configuration.HeadWidth), new("self_attn.v_proj", configuration.HeadWidth)], new("self_attn.o_proj", queries));
    }

    private static string LayerName(int block, string layer)
    {
        var name = TensorNames.Weight(block, layer);
        return name[..name.LastIndexOf('.')];
    }
}
