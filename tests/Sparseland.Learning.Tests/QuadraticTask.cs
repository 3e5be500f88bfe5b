using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Learning.Training;
using Sparseland.Tensors;

namespace Sparseland.Learning.Tests;

/// <summary>Half the squared distance to a noisy target: a loss whose gradient is known, with chance that depends on the step.</summary>
internal sealed class QuadraticTask(int length, ulong seed, Action<long>? onStep = null) : ITrainingTask<float>
{
    private readonly Parameter<float> _weights = new("weights", new Tensor<float>(new Shape(2, length)));
    private readonly Parameter<float> _gain = new("gain", new Tensor<float>(new Shape(length)));

    public IReadOnlyList<Parameter<float>> Parameters => [_weights, _gain];

    public Parameter<float> Weights => _weights;

    public string Identity => $"quadratic {length} {seed}";

    public Variable<float> Loss(Tape<float> tape, long step, int microBatch)
    {
        onStep?.Invoke(step);
        var chance = new RandomStream(seed, "target", (ulong)(step * 16 + microBatch));
        var sum = 0f;
        var gradients = new List<float[]>();
        foreach (var parameter in Parameters)
        {
            var gradient = new float[parameter.Value.Length];
            for (var i = 0; i < gradient.Length; i++)
            {
                gradient[i] = parameter.Value.Span[i] - (1 + 0.1f * (float)chance.NextNormal());
                sum += 0.5f * gradient[i] * gradient[i];
            }
            gradients.Add(gradient);
        }
        var value = tape.Rent(new Shape(1));
        value.Span[0] = sum;
        var leaves = Parameters.Select(tape.Leaf).ToArray();
        return tape.Record(value, new Quadratic(leaves, gradients), leaves);
    }

    public IReadOnlyList<(string Name, double Value)> Validate(CancellationToken cancellationToken) => [("first weight", _weights.Value.Span[0])];

    private sealed class Quadratic(Variable<float>[] inputs, List<float[]> gradients) : Operation<float>
    {
        public override void Declare(SavedValues<float> saved) { }

        public override void Backward(Tensor<float> gradient)
        {
            for (var p = 0; p < inputs.Length; p++)
                inputs[p].AddGradient(gradients[p].Select(value => value * gradient.Span[0]).ToArray());
        }
    }
}
