using Sparseland.Errors;

namespace Sparseland.Space.Fields.Neural;

/// <summary>How a distance is learned by a small network.</summary>
public sealed record NeuralFieldOptions
{
    /// <summary>Width of the hidden layers, 8 to 1024.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Hidden layers, 1 to 16.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Frequency of the sines; the authors of sine networks take 30, for a cube of side 2.</summary>
    public double Frequency { get; init; } = 15;

    /// <summary>Points that are drawn once and learned from.</summary>
    public int Samples { get; init; } = 100_000;

    /// <summary>Points of a step.</summary>
    public int Batch { get; init; } = 4096;

    /// <summary>Steps of the optimiser.</summary>
    public int Steps { get; init; } = 1500;

    /// <summary>Highest learning rate; it rises over the first steps and falls along half a cosine.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Standard deviation of noise that is added to the distances learned from, as a fraction of half the cube's side; 0 for exact ones.</summary>
    public double Noise { get; init; }

    /// <summary>Seed of weights, points, noise and batches.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses settings that teach nothing.</summary>
    /// <exception cref="InvalidSettingException">A setting is out of range.</exception>
    public void Validate()
    {
        if (Width is < 8 or > 1024 || Layers is < 1 or > 16)
            throw new InvalidSettingException($"a network of {Layers} layers of {Width}; take 1 to 16 layers of 8 to 1024");
        if (!(Frequency > 0 && Frequency <= 1000))
            throw new InvalidSettingException($"frequency {Frequency}; it must lie above 0 and not above 1000");
        if (Samples < 1 || Batch < 1 || Steps < 1)
            throw new InvalidSettingException($"{Samples} samples, batches of {Batch}, {Steps} steps; each must be at least 1");
        if (!(LearningRate > 0 && double.IsFinite(LearningRate) && Noise >= 0 && Noise <= 1))
            throw new InvalidSettingException($"learning rate {LearningRate} and noise {Noise}; the rate must be above 0, the noise 0 to 1");
    }
}
