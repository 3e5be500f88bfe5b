using System.Numerics;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Training;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>
/// Renumbers coupled structures: heads (with grouped queries, a key/value head and its query heads as one) or neurons, in all matrices and biases that share them.
/// The network computes the same as before (S²FT, Yang et al. 2024, section 3.1); rotary embeddings and norms of queries and keys act inside a head, so whole heads may move.
/// </summary>
public static class CoPermutation
{
    /// <summary>Moves the structures of one set.</summary>
    /// <param name="network">Changed in place.</param>
    /// <param name="set">The heads or neurons of a block.</param>
    /// <param name="order">For every new place the structure that comes there: a permutation of 0 to Count − 1.</param>
    /// <exception cref="ArgumentException">The order is no permutation of the set.</exception>
    public static void Apply<T>(TransformerNetwork<T> network, StructureSet set, IReadOnlyList<int> order) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(order);
        var seen = new bool[set.Count];
        foreach (var structure in order)
        {
            if ((uint)structure >= (uint)set.Count || seen[structure])
                throw new ArgumentException($"{set.Name}: structure {structure} is none of {set.Count}, or comes twice", nameof(order));
            seen[structure] = true;
        }
        if (order.Count != set.Count)
            throw new ArgumentException($"{set.Name}: an order of {order.Count} for {set.Count} structures", nameof(order));
        if (order.SequenceEqual(Enumerable.Range(0, set.Count)))
            return;
        foreach (var producer in set.Producers)
        {
            var rows = Places(order, producer.Extent);
            MoveRows(network[TensorNames.Weight(set.Block, producer.Projection)].Value, rows);
            if (TensorCatalog.HasBias(network.Configuration, producer.Projection))
                MoveColumns(network[TensorNames.Bias(set.Block, producer.Projection)].Value, rows);
        }
        MoveColumns(network[TensorNames.Weight(set.Block, set.Consumer.Projection)].Value, Places(order, set.Consumer.Extent));
    }

    /// <summary>The rows or columns of some structures, in their order.</summary>
    /// <param name="structures">Their numbers.</param>
    /// <param name="extent">Rows or columns of each.</param>
    internal static int[] Places(IReadOnlyList<int> structures, int extent)
    {
        var places = new int[structures.Count * extent];
        for (var i = 0; i < places.Length; i++)
            places[i] = structures[i / extent] * extent + i % extent;
        return places;
    }

    private static void MoveRows<T>(Tensor<T> tensor, int[] rows) where T : unmanaged
    {
        var source = tensor.Copy().Matrix;
        var target = tensor.Matrix;
        for (var row = 0; row < rows.Length; row++)
            source.Row(rows[row]).CopyTo(target.Row(row));
        source.KeepAlive();
        target.KeepAlive();
    }

    // A bias is a matrix of one row.
    private static void MoveColumns<T>(Tensor<T> tensor, int[] columns) where T : unmanaged
    {
        var matrix = tensor.Matrix;
        var kept = new T[matrix.Columns];
        for (var row = 0; row < matrix.Rows; row++)
        {
            var target = matrix.Row(row);
            target.CopyTo(kept);
            for (var column = 0; column < columns.Length; column++)
                target[column] = kept[columns[column]];
        }
        matrix.KeepAlive();
    }
}
