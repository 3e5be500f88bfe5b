using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Training;
using Sparseland.Learning.Optimisers;
using Sparseland.Recipes;

namespace Sparseland.Language.Tuning;

/// <summary>One training step of a method of fine-tuning on random tokens, over and over: what it keeps and how long it takes do not depend on the text. For experiments and benchmarks.</summary>
public sealed class TuningStep
{
    private const double Rate = 1e-5;

    private readonly Tape<float> _tape = new();
    private readonly TuningTask _task;
    private readonly AdamW<float> _optimiser;

    /// <summary>Prepares the step.</summary>
    /// <param name="model">The model that is tuned; it is not changed.</param>
    /// <param name="method">The method with its options, such as "lora:rank=2".</param>
    /// <param name="sequences">Sequences of a step, at least 1.</param>
    /// <param name="length">Tokens of a sequence that a loss is taken on, at least 1.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    public TuningStep(ICheckpoint model, string method, int sequences, int length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var chance = new RandomStream(1, "tuning step");
        var data = new TuningData([.. Enumerable.Range(0, sequences).Select(_ => new TokenSequence(
            [.. Enumerable.Range(0, length + 1).Select(_ => chance.NextInt(model.Configuration.VocabularySize))], [.. Enumerable.Repeat(true, length + 1)]))], "chance");
        var prepared = FineTuner.Prepare(model, new TuningSettings { Method = MethodChoice.Parse(method), Batch = sequences, HeldOut = 0 }, data, cancellation);
        _task = new TuningTask(prepared, data, null, sequences, 1, "tuning step");
        _optimiser = new AdamW<float>(prepared.Parameters, new AdamWOptions(0.9, 0.999, 1e-6, 0));
        (Parameters, Trained, Saved) = (prepared.Parameters, prepared.TrainedCount, _task.MeasureSaved().Bytes);
        OptimiserBytes = _optimiser.State.Sum(state => state.Value.Length) * sizeof(float);
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<Parameter<float>> Parameters { get; }

    /// <summary>How many numbers are trained.</summary>
    public long Trained { get; }

    /// <summary>Bytes that a step keeps for its backward pass, exactly.</summary>
    public long Saved { get; }

    /// <summary>Bytes of the optimiser's state.</summary>
    public long OptimiserBytes { get; }

    /// <summary>Runs the step: forward, backward, clipping, AdamW.</summary>
    public void Run()
    {
        _optimiser.ClearGradients();
        _tape.Backward(_task.Loss(_tape, 0, 0));
        _tape.Reset();
        GradientClipping.ByNorm(_task.Parameters, 1);
        _optimiser.Step(Rate);
    }
}
