using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Language.Stories;
using Sparseland.Learning.Training;

namespace Sparseland.Language.Training;

/// <summary>Teaches a network to tell stories; judged on held-out whole stories beside the best that any model could reach.</summary>
/// <param name="network">What is trained.</param>
/// <param name="batches">The endless training batches.</param>
/// <param name="heldOut">Stories that the batches never contain, none longer than the context.</param>
/// <param name="microBatches">Micro-batches per step.</param>
/// <param name="answerShare">The share of the loss that comes from the tokens of answers alone, 0 to 1; the rest is the mean over all tokens.</param>
/// <param name="identity">What makes this task this one.</param>
public sealed class StoryTask(TransformerNetwork<float> network, StoryBatches batches, IReadOnlyList<TokenizedStory> heldOut, int microBatches, double answerShare, string identity) : ITrainingTask<float>
{
    private const int ValidationBatchTokens = 4096;
    private readonly Tape<float> _validationTape = new() { Recording = false };

    /// <inheritdoc/>
    public IReadOnlyList<Parameter<float>> Parameters => network.Parameters;

    /// <inheritdoc/>
    public string Identity => identity;

    /// <inheritdoc/>
    public Variable<float> Loss(Tape<float> tape, long step, int microBatch)
    {
        var batch = batches[step * microBatches + microBatch];
        if (answerShare == 0 || !batch.AnswerTargets.AsSpan().ContainsAnyExcept(TokenBatch.Ignore))
            return network.Loss(tape, batch.Ids, batch.Targets, batch.Count, batch.Length);
        var logits = network.Logits(tape, batch.Ids, batch.Count, batch.Length);
        return logits.CrossEntropy(batch.Targets).Scale(1 - answerShare).Add(logits.CrossEntropy(batch.AnswerTargets).Scale(answerShare));
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, double Value)> Validate(CancellationToken cancellationToken)
    {
        var judged = Judge(cancellationToken);
        var figures = new List<(string, double)>
        {
            ("perplexity", judged.Perplexity), ("bound", judged.Bound), ("ratio", judged.Perplexity / judged.Bound),
        };
        figures.AddRange(judged.Accuracy.Select(pair => ($"accuracy {pair.Key}", pair.Value)));
        return figures;
    }

    /// <summary>Perplexity and bound per token over the held-out stories, and the share of answers whose every token is the network's first choice, by kind.</summary>
    public (double Perplexity, double Bound, IReadOnlyDictionary<StoryQuestionKind, double> Accuracy) Judge(CancellationToken cancellationToken)
    {
        var tally = new Tally();
        var batch = new List<TokenizedStory>();
        foreach (var story in heldOut.OrderBy(story => story.Ids.Length))
        {
            if (batch.Count > 0 && (batch.Count + 1) * story.Ids.Length > ValidationBatchTokens)
                JudgeBatch(batch, tally, cancellationToken);
            batch.Add(story);
        }
        JudgeBatch(batch, tally, cancellationToken);
        var tokens = Math.Max(1, tally.Tokens);
        return (Math.Exp(tally.Nats / tokens), Math.Exp(heldOut.Sum(story => story.Surprisal) / tokens),
            tally.Answers.OrderBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => (double)pair.Value.Right / pair.Value.Asked));
    }

    private void JudgeBatch(List<TokenizedStory> stories, Tally tally, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (stories.Count == 0)
            return;
        var batch = TokenBatch.FromSequences([.. stories.Select(story => story.ToSequence())], network.Configuration.ContextLength);
        var logits = network.Logits(_validationTape, batch.Ids, batch.Count, batch.Length).Value.Matrix;
        for (var s = 0; s < stories.Count; s++)
        {
            var ids = stories[s].Ids;
            var right = new bool[ids.Length];
            for (var t = 1; t < ids.Length; t++)
            {
                var row = logits.Row(s * batch.Length + t - 1);
                var maximum = TensorPrimitives.IndexOfMax<float>(row);
                right[t] = maximum == ids[t];
                var sum = 0.0;
                foreach (var logit in row)
                    sum += Math.Exp(logit - row[maximum]);
                tally.Nats += row[maximum] + Math.Log(sum) - row[ids[t]];
                tally.Tokens++;
            }
            foreach (var answer in stories[s].Answers)
            {
                var (correct, asked) = tally.Answers.GetValueOrDefault(answer.Kind);
                tally.Answers[answer.Kind] = (correct + (right.AsSpan(answer.FirstToken, answer.TokenCount).Contains(false) ? 0 : 1), asked + 1);
            }
        }
        _validationTape.Reset();
        stories.Clear();
    }

    private sealed class Tally
    {
        public double Nats;
        public long Tokens;
        public readonly Dictionary<StoryQuestionKind, (int Right, int Asked)> Answers = [];
    }
}
