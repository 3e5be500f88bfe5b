using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Language.Evaluation;

/// <summary>Cross-entropy of logits: −ln softmax(logits)[target], by a stable log-sum-exp.</summary>
public static class TokenLoss
{
    private const int RowsPerPart = 4;

    /// <summary>The loss of each row.</summary>
    /// <param name="logits">[tokens, vocabulary]; overwritten.</param>
    /// <param name="targets">The token that followed, per row.</param>
    /// <param name="losses">Nats, per row.</param>
    public static unsafe void Score(MatrixView<float> logits, ReadOnlySpan<int> targets, Span<double> losses)
    {
        if (targets.Length != logits.Rows || losses.Length != logits.Rows)
            throw new ArgumentException($"{targets.Length} targets and {losses.Length} losses for {logits.Rows} rows", nameof(targets));
        fixed (int* target = targets)
        fixed (double* loss = losses)
            WorkerPool.Run((logits.Rows + RowsPerPart - 1) / RowsPerPart, new ScoreWork(logits, target, loss));
        logits.KeepAlive();
    }

    private readonly unsafe struct ScoreWork(MatrixView<float> logits, int* targets, double* losses) : IParallelWork
    {
        private readonly MatrixView<float> _logits = logits;

        public void Run(int part)
        {
            for (var row = part * RowsPerPart; row < Math.Min(_logits.Rows, (part + 1) * RowsPerPart); row++)
            {
                var values = _logits.Row(row);
                var maximum = TensorPrimitives.Max<float>(values);
                var target = values[targets[row]];
                TensorPrimitives.Subtract(values, maximum, values);
                TensorPrimitives.Exp<float>(values, values);
                losses[row] = Math.Log(TensorPrimitives.Sum<float>(values)) + maximum - target;
            }
        }
    }
}
