using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Learning.Initialisers;
using Sparseland.Tensors;

namespace Sparseland.Space.Fields.Neural;

/// <summary>
/// A network from points to distances: linear layers with sines between them (Sitzmann et al., "Implicit neural representations with periodic activation functions", 2020), the magnitude at the end.
/// Weights begin uniform: the first layer within 1 / inputs, the others within the root of 6 / inputs over the frequency.
/// </summary>
internal sealed class SineNetwork
{
    private readonly double _frequency;
    private readonly List<(Parameter<float> Weight, Parameter<float> Bias)> _layers = [];

    public SineNetwork(int width, int layers, double frequency)
    {
        _frequency = frequency;
        for (var layer = 0; layer <= layers; layer++)
        {
            var (inputs, outputs) = (layer == 0 ? 3 : width, layer == layers ? 1 : width);
            _layers.Add((new($"layers.{layer}.weight", new Tensor<float>(new Shape(outputs, inputs))), new($"layers.{layer}.bias", new Tensor<float>(new Shape(outputs)))));
        }
        Parameters = [.. _layers.SelectMany(layer => new[] { layer.Weight, layer.Bias })];
    }

    public IReadOnlyList<Parameter<float>> Parameters { get; }

    public void Initialise(RandomStream chance)
    {
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            var (weight, bias) = _layers[layer];
            var inputs = weight.Value.Shape.Columns;
            Initialiser.Uniform(weight.Value, layer == 0 ? 1.0 / inputs : Math.Sqrt(6.0 / inputs) / _frequency, chance);
            Initialiser.Uniform(bias.Value, 1 / Math.Sqrt(inputs), chance);
        }
    }

    /// <summary>Distances, [points, 1].</summary>
    /// <param name="points">[points, 3], in [-1, 1].</param>
    public Variable<float> Forward(Variable<float> points)
    {
        var tape = points.Tape;
        var values = points;
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            values = values.Linear(tape.Leaf(_layers[layer].Weight), tape.Leaf(_layers[layer].Bias));
            if (layer < _layers.Count - 1)
                values = values.Sine(_frequency);
        }
        return values.Absolute();
    }
}
