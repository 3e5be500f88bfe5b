using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Contextual;

/// <summary>
/// Feed-forward layers that compute the gate in full and the rest for the neurons with the largest gates, chosen anew for every position. Rows of one call share a choice, by the sum of their
/// magnitudes: these are the beams of a tree at one position ("pattern strict" in the authors' code). Up and down weights are kept a second time, neuron by neuron. Not thread-safe.
/// </summary>
public sealed class TokenFeedForward : IFeedForwardPath
{
    private readonly Layer[] _layers;
    private readonly ActivationKind _activation;
    private readonly float[] _scores;
    private Tensor<float> _gates;

    /// <summary>Stores the layers neuron by neuron.</summary>
    /// <param name="model">The model.</param>
    /// <param name="keep">The share of neurons to keep, above 0 and at most 1.</param>
    public TokenFeedForward(TransformerModel model, double keep)
    {
        ArgumentNullException.ThrowIfNull(model);
        _activation = model.Configuration.Activation;
        _layers = [.. model.Blocks.Select(block => Layer.Of(block, model.Configuration.GatedFeedForward, keep))];
        _scores = new float[_layers.Max(layer => layer.Neurons.Neurons)];
        _gates = new Tensor<float>(new Shape(1, _scores.Length));
    }

    /// <summary>The neurons that the last call chose in a block; overwritten by the next.</summary>
    public ReadOnlySpan<int> Selected(int block) => _layers[block].Selected;

    /// <inheritdoc/>
    public long Apply(int block, MatrixView<float> states)
    {
        var layer = _layers[block];
        var count = layer.Neurons.Neurons;
        if (_gates.Shape[0] < states.Rows)
            _gates = Tensor<float>.Uninitialized(new Shape(states.Rows, _scores.Length));
        var gates = BlockScratch.View(_gates, states.Rows, count);
        layer.Gate.Apply(states, gates);
        FeedForwardActivation.Apply(_activation, gates);
        var scores = _scores.AsSpan(0, count);
        TensorPrimitives.Abs(gates.Row(0), scores);
        for (var row = 1; row < gates.Rows; row++)
        {
            var values = gates.Row(row);
            for (var i = 0; i < count; i++)
                scores[i] += Math.Abs(values[i]);
        }
        NeuronSelection.Largest(scores, layer.Selected);
        layer.Neurons.Multiply(layer.Selected, gates, states, states);
        if (layer.DownBias is { } bias)
            for (var row = 0; row < states.Rows; row++)
                TensorPrimitives.Add(states.Row(row), bias.Span, states.Row(row));
        return layer.GateBytes + layer.Selected.Length * layer.Neurons.BytesPerNeuron;
    }

    private sealed record Layer(Projection Gate, NeuronMatrix Neurons, Tensor<float>? DownBias, int[] Selected)
    {
        public long GateBytes => Gate.Matrix.ByteCount + (Gate.Bias?.Length ?? 0) * sizeof(float);

        // Without a gate the up projection takes its place and only the way back is gathered.
        public static Layer Of(TransformerBlock block, bool gated, double keep)
        {
            var (up, down) = (block["mlp.up_proj"], block["mlp.down_proj"]);
            var neurons = gated ? NeuronMatrix.Create(up.Matrix, up.Bias is null ? default : up.Bias.Span, down.Matrix) : NeuronMatrix.Create(null, default, down.Matrix);
            return new(gated ? block["mlp.gate_proj"] : up, neurons, down.Bias, new int[NeuronSelection.KeptCountAfterDropping(neurons.Neurons, keep)]);
        }
    }
}
