using System.Numerics;
using Sparseland.Autograd;

namespace Sparseland.Learning.Training;

/// <summary>What a training loop trains: parameters, a loss for every step, and a way to judge them.</summary>
/// <typeparam name="T">float, or double in tests.</typeparam>
public interface ITrainingTask<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The parameters, in a fixed order, with distinct names.</summary>
    IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>
    /// The mean loss of one micro-batch. It must depend on the parameters, the step and the micro-batch alone (draw chance from streams that are indexed by them),
    /// or a resumed run would differ from an uninterrupted one.
    /// </summary>
    Variable<T> Loss(Tape<T> tape, long step, int microBatch);

    /// <summary>Judges the parameters as they are: named figures, the first of which is the one to look at.</summary>
    IReadOnlyList<(string Name, double Value)> Validate(CancellationToken cancellationToken);

    /// <summary>A text that identifies the task (recipe, data, seed); a checkpoint made under another one is refused.</summary>
    string Identity { get; }
}
