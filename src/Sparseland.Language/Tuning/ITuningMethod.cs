using Sparseland.Autograd;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Training;
using Sparseland.Recipes;

namespace Sparseland.Language.Tuning;

/// <summary>A way of fine-tuning: it decides what of a network is trained, and says afterwards what came of it.</summary>
public interface ITuningMethod
{
    /// <summary>The registered name.</summary>
    string Name { get; }

    /// <summary>Whether what it trains can be taken apart from the model.</summary>
    bool MakesAdapters => true;

    /// <summary>Freezes the network but for what is trained. The same problem gives the same result, so that an interrupted run can be taken up.</summary>
    /// <param name="problem">The network and what it will be trained on.</param>
    /// <param name="cancellation">Heeded while data is looked at.</param>
    PreparedTuning Prepare(TuningProblem problem, CancellationToken cancellation = default);
}

/// <summary>A network of which a method has decided what is trained.</summary>
public abstract class PreparedTuning
{
    private readonly TransformerNetwork<float> _network;

    /// <summary>Freezes everything but the given parameters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">What is trained, in a fixed order; those of the network among them become trainable.</param>
    protected PreparedTuning(TransformerNetwork<float> network, IReadOnlyList<Parameter<float>> parameters)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (var parameter in network.Parameters)
            parameter.Trainable = false;
        foreach (var parameter in parameters)
            parameter.Trainable = true;
        (_network, Parameters) = (network, parameters);
    }

    /// <summary>The network that is trained. Its structures may be renumbered.</summary>
    public TransformerNetwork<float> Network => _network;

    /// <summary>What is trained, whole or in slices.</summary>
    public IReadOnlyList<Parameter<float>> Parameters { get; }

    /// <summary>How many numbers are trained.</summary>
    public long TrainedCount => Parameters.Sum(parameter => parameter.TrainedShape.Length);

    /// <summary>What was trained, as an adapter for the model; null when the method changes everything.</summary>
    /// <param name="baseHash">The hash of the model that was tuned (<see cref="ModelHash"/>).</param>
    public abstract Adapter? Extract(string baseHash);

    /// <summary>The tuned model, in the numbering of the model it came from.</summary>
    /// <param name="source">The model that was tuned.</param>
    public virtual ICheckpoint ToCheckpoint(ICheckpoint source) => AdaptedCheckpoint.Of(source, [Extract("")!]);
}

/// <summary>Every way of fine-tuning: a new one is one file and one line here.</summary>
public static class TuningMethods
{
    /// <summary>The list.</summary>
    public static MethodRegistry<ITuningMethod> All { get; } = new("fine-tuning method",
        new("s2ft", "trains some heads and neurons in place: dense slices, moved together (S²FT)", options => new S2ftTuning(options)),
        new("lora", "trains a low-rank product beside each projection (LoRA)", options => new LoraTuning(options)),
        new("full", "trains every weight", options => new FullTuning(options)));
}
