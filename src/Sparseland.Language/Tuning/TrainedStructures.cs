using Sparseland.Language.Pruning.Structures;

namespace Sparseland.Language.Tuning;

/// <summary>Which structures of a set are trained: on the side that makes them (value or up projection: rows) and on the side that reads them (output or down projection: columns).</summary>
/// <param name="Set">The heads or neurons of a block.</param>
/// <param name="Producer">Structures whose rows of the value or up projection are trained, ascending.</param>
/// <param name="Consumer">Structures whose columns of the output or down projection are trained, ascending.</param>
public sealed record TrainedStructures(StructureSet Set, IReadOnlyList<int> Producer, IReadOnlyList<int> Consumer)
{
    /// <summary>The projection whose rows are trained.</summary>
    public CoupledProjection ProducerProjection => Set.Producers.First(part => part.Projection is "self_attn.v_proj" or "mlp.up_proj");

    /// <summary>
    /// The order that makes both trained parts contiguous: those trained as rows alone, those trained on both sides, those trained as columns alone, the rest.
    /// Rows then begin at 0, columns at <see cref="ConsumerStart"/>.
    /// </summary>
    public int[] Order()
    {
        var (rows, columns) = (Marks(Producer), Marks(Consumer));
        var order = new int[Set.Count];
        var next = 0;
        foreach (var (inRows, inColumns) in new[] { (true, false), (true, true), (false, true), (false, false) })
            for (var structure = 0; structure < Set.Count; structure++)
                if (rows[structure] == inRows && columns[structure] == inColumns)
                    order[next++] = structure;
        return order;
    }

    /// <summary>How many structures lie before the first one whose columns are trained.</summary>
    public int ConsumerStart
    {
        get
        {
            var columns = Marks(Consumer);
            return Producer.Count(structure => !columns[structure]);
        }
    }

    private bool[] Marks(IReadOnlyList<int> structures)
    {
        var marks = new bool[Set.Count];
        foreach (var structure in structures)
            marks[structure] = true;
        return marks;
    }
}
