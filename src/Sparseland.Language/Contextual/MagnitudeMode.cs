using Sparseland.Language.Models;
using Sparseland.Layouts;

namespace Sparseland.Language.Contextual;

/// <summary>The neurons with the largest weights, for all continuations: the norm of the gate's row times that of the up row; of the up row alone without a gate.</summary>
public sealed class MagnitudeMode : IContextualMode
{
    /// <inheritdoc/>
    public string Name => "magnitude";

    /// <inheritdoc/>
    public string Summary => "the neurons with the largest weights, for all continuations";

    /// <inheritdoc/>
    public bool ReadsPrompt => false;

    /// <inheritdoc/>
    public double FeedForwardShare(TransformerConfiguration configuration, int block, double keep) => NeuronSelection.CompactShare(configuration, block, keep);

    /// <inheritdoc/>
    public IFeedForwardPath Prepare(ContextualRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NeuronSelection.ByScore(request, block =>
        {
            var projections = request.Model.Blocks[block];
            var scores = Norms(projections["mlp.up_proj"].Matrix);
            if (request.Model.Configuration.GatedFeedForward)
                TensorPrimitives.Multiply(scores, Norms(projections["mlp.gate_proj"].Matrix), scores);
            return scores;
        });
    }

    private static float[] Norms(MatrixLayout matrix)
    {
        var norms = new float[matrix.Rows];
        var row = new float[matrix.Columns];
        for (var i = 0; i < norms.Length; i++)
        {
            matrix.CopyRow(i, row);
            norms[i] = TensorPrimitives.Norm<float>(row);
        }
        return norms;
    }
}
