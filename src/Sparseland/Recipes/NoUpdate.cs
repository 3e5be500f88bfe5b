using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>The kept weights stay bit for bit as they are.</summary>
public sealed class NoUpdate : IUpdate
{
    /// <summary>Reads its options: it has none.</summary>
    public NoUpdate(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "none";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.None;

    /// <inheritdoc/>
    public LayerOutcome Apply(LayerProblem layer, IScore score, MaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(request);
        var mask = request.Choose(layer, score);
        var weights = Copy(layer.Weights);
        mask.Apply(weights.Matrix);
        return new LayerOutcome(weights, mask, null, []);
    }

    internal static Tensor<float> Copy(MatrixView<float> source)
    {
        var copy = Tensor<float>.Uninitialized(new Shape(source.Rows, source.Columns));
        for (var row = 0; row < source.Rows; row++)
            source.Row(row).CopyTo(copy.Matrix.Row(row));
        source.KeepAlive();
        return copy;
    }
}
