using Sparseland.Layouts;

namespace Sparseland.Language.Models;

/// <summary>How one matrix of a loaded model lies in memory.</summary>
/// <param name="Name">The tensor's canonical name.</param>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs.</param>
/// <param name="Layout">"dense", "bitmap", "2:4", ...</param>
/// <param name="Element">How values are stored.</param>
/// <param name="ByteCount">Index and values.</param>
/// <param name="KeptCount">Entries that are stored.</param>
public sealed record LayerLayout(string Name, int Rows, int Columns, string Layout, ElementType Element, long ByteCount, long KeptCount)
{
    /// <summary>The fraction of entries that are not stored, 0 to 1.</summary>
    public double Sparsity => 1 - KeptCount / ((double)Rows * Columns);

    /// <summary>Every matrix of a model, in canonical order; a tied head is listed once, as the embedding.</summary>
    public static IReadOnlyList<LayerLayout> Of(TransformerModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var list = new List<LayerLayout> { From(TensorNames.Embedding, model.Embedding) };
        foreach (var block in model.Blocks)
            foreach (var projection in block.Projections)
                list.Add(From(TensorNames.Weight(block.Index, projection.Name), projection.Matrix));
        if (!ReferenceEquals(model.Head, model.Embedding))
            list.Add(From(TensorNames.Head, model.Head));
        return list;
    }

    private static LayerLayout From(string name, MatrixLayout matrix) => new(name, matrix.Rows, matrix.Columns, matrix.Name, matrix.Element, matrix.ByteCount, matrix.KeptCount);
}
