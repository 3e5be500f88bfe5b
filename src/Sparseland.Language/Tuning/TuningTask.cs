using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Language.Training;
using Sparseland.Learning.Training;

namespace Sparseland.Language.Tuning;

/// <summary>Fine-tuning as a task of the training loop, whatever the method: the next token of the answers is learned. It also measures what a step keeps for its backward pass.</summary>
/// <param name="prepared">What is trained.</param>
/// <param name="data">What is learned.</param>
/// <param name="heldOut">What is only judged; null for none.</param>
/// <param name="batch">Sequences in a step.</param>
/// <param name="seed">Seeds the order.</param>
/// <param name="identity">What makes this task this one.</param>
public sealed class TuningTask(PreparedTuning prepared, TuningData data, TuningData? heldOut, int batch, ulong seed, string identity) : ITrainingTask<float>
{
    private const int JudgedAtOnce = 8;
    private readonly Tape<float> _judging = new() { Recording = false };

    /// <inheritdoc/>
    public IReadOnlyList<Parameter<float>> Parameters => prepared.Parameters;

    /// <inheritdoc/>
    public string Identity => identity;

    /// <summary>The bytes that the first step keeps for its backward pass, exactly, and its tokens, padding included.</summary>
    public (long Bytes, long Tokens) MeasureSaved()
    {
        var tape = new Tape<float>();
        var examples = data.Batch(0, batch, seed, prepared.Network.Configuration.ContextLength);
        Loss(tape, examples);
        var bytes = tape.SavedBytes;
        tape.Reset();
        return (bytes, examples.Ids.Length);
    }

    /// <inheritdoc/>
    public Variable<float> Loss(Tape<float> tape, long step, int microBatch)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return Loss(tape, data.Batch(step, batch, seed, prepared.Network.Configuration.ContextLength));
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, double Value)> Validate(CancellationToken cancellationToken) =>
        heldOut is null ? [] : [("held-out loss", MeanLoss(heldOut, cancellationToken))];

    /// <summary>Nats per learned token over some data.</summary>
    public double MeanLoss(TuningData examples, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var (nats, tokens) = (0.0, 0L);
        foreach (var chunk in examples.Sequences.OrderBy(sequence => sequence.Ids.Length).Chunk(JudgedAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var together = TokenBatch.FromSequences(chunk, prepared.Network.Configuration.ContextLength);
            var count = together.AnswerTargets.Count(target => target != TokenBatch.Ignore);
            nats += count * (double)Loss(_judging, together).Value.Span[0];
            tokens += count;
            _judging.Reset();
        }
        return nats / Math.Max(1, tokens);
    }

    private Variable<float> Loss(Tape<float> tape, TokenBatch examples)
    {
        var network = prepared.Network;
        return network.Hidden(tape, examples.Ids, examples.Count, examples.Length).LinearCrossEntropy(tape.Leaf(network.Head), examples.AnswerTargets);
    }
}
