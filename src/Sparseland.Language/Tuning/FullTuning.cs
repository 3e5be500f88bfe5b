using Sparseland.Language.Checkpoints;
using Sparseland.Language.Training;
using Sparseland.Recipes;

namespace Sparseland.Language.Tuning;

/// <summary>Trains every weight: the baseline in quality and in cost. Nothing is left of the base model that an adapter could be taken against.</summary>
/// <param name="options">It has none.</param>
public sealed class FullTuning(MethodOptions options) : ITuningMethod
{
    /// <inheritdoc/>
    public string Name { get; } = options is null ? throw new ArgumentNullException(nameof(options)) : "full";

    /// <inheritdoc/>
    public bool MakesAdapters => false;

    /// <inheritdoc/>
    public PreparedTuning Prepare(TuningProblem problem, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return new Prepared(problem.Network);
    }

    private sealed class Prepared(TransformerNetwork<float> network) : PreparedTuning(network, network.Parameters)
    {
        public override Adapter? Extract(string baseHash) => null;

        public override ICheckpoint ToCheckpoint(ICheckpoint source) =>
            new AdaptedCheckpoint(source, Network.Parameters.ToDictionary(parameter => parameter.Name, parameter => (Func<Sparseland.Tensors.Tensor<float>>)(() => parameter.Value.Copy())));
    }
}
