using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Contextual;

/// <summary>
/// How strongly each feed-forward neuron fired on a prompt (Dong et al. 2024, GRIFFIN, "flocking"): every token's activations are scaled to unit length, and a neuron's score is the length of its
/// column. Tokens count alike however loud they are; a token on which nothing fired counts nothing. Set as a session's observer while the whole prompt is read with all neurons.
/// </summary>
public sealed class PromptNeurons : IActivationObserver
{
    private const string Down = "mlp.down_proj";

    private readonly double[][] _squares;

    /// <summary>Nothing seen yet.</summary>
    public PromptNeurons(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _squares = [.. Enumerable.Range(0, configuration.BlockCount).Select(block => new double[configuration.ShapeOf(block).FeedForwardWidth])];
    }

    /// <summary>Scores of a block's neurons: 0 or more, at most the root of the number of tokens.</summary>
    public float[] Scores(int block) => [.. _squares[block].Select(square => (float)Math.Sqrt(square))];

    /// <inheritdoc/>
    public void Observe(int block, IReadOnlyList<string> projections, MatrixView<float> input)
    {
        ArgumentNullException.ThrowIfNull(projections);
        if (projections[0] != Down)
            return;
        var squares = _squares[block];
        for (var row = 0; row < input.Rows; row++)
        {
            var values = input.Row(row);
            var length = (double)TensorPrimitives.SumOfSquares<float>(values);
            if (length == 0)
                continue;
            for (var i = 0; i < values.Length; i++)
                squares[i] += values[i] * (double)values[i] / length;
        }
    }
}
