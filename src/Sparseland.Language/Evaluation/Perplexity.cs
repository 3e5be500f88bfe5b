using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Tokenizers;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Language.Evaluation;

/// <summary>
/// Measures the perplexity of a model under a named protocol. Windows of equal length run together; a window's loss depends on the batch only
/// through the order of float32 sums inside a product. Equal inputs give equal bits on one machine, for any number of threads.
/// </summary>
public sealed class Perplexity
{
    // Rows of hidden states that run together, and rows of logits that exist at once.
    private const int BatchRows = 512;
    private const int LogitRows = 64;

    private readonly TransformerModel _model;
    private readonly BlockScratch _scratch;
    private readonly Tensor<float> _logits;
    private readonly Tensor<float> _scoredRows;
    private Tensor<float> _hidden;

    private Perplexity(TransformerModel model)
    {
        _model = model;
        _scratch = new BlockScratch(model.Configuration);
        _logits = Tensor<float>.Uninitialized(new Shape(LogitRows, model.Configuration.VocabularySize));
        _scoredRows = Tensor<float>.Uninitialized(new Shape(LogitRows, model.Configuration.Width));
        _hidden = Tensor<float>.Uninitialized(new Shape(BatchRows, model.Configuration.Width));
    }

    /// <summary>Measures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="texts">Documents, in order.</param>
    /// <param name="protocol">How they are cut and scored.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Heeded between blocks.</param>
    /// <exception cref="InvalidSettingException">The protocol is not possible, or the texts are too short for it.</exception>
    /// <exception cref="MismatchException">The tokenizer gives ids outside the model's vocabulary, or the window is longer than the model's learned positions.</exception>
    /// <exception cref="NumericalException">A loss is not finite.</exception>
    public static PerplexityResult Measure(TransformerModel model, ITokenizer tokenizer, IReadOnlyList<EvaluationText> texts, PerplexityProtocol protocol,
        IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(protocol);
        protocol.Validate();
        if (protocol.Window > model.MaximumLength)
            throw new MismatchException($"a perplexity window of {protocol.Window} tokens in a model with {model.MaximumLength} learned positions");
        var windows = PerplexityWindow.Cut(texts, tokenizer, protocol);
        var losses = new Perplexity(model).Run(windows, progress, cancellation);
        return Summarise(protocol, windows, losses);
    }

    // Sums of losses per window.
    private double[] Run(List<PerplexityWindow> windows, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var losses = new double[windows.Count];
        var total = windows.Sum(window => (long)window.Scored);
        var (done, sum) = (0L, 0.0);
        for (var first = 0; first < windows.Count;)
        {
            var length = windows[first].Tokens.Count;
            var end = first + 1;
            while (end < windows.Count && windows[end].Tokens.Count == length && (end + 1 - first) * length <= BatchRows)
                end++;
            RunBlocks(windows, first, end, length, cancellation);
            for (var index = first; index < end; index++)
            {
                losses[index] = ScoreWindow(windows[index], _hidden.Matrix.SliceRows((index - first) * length, length));
                if (!double.IsFinite(losses[index]))
                    throw new NumericalException($"the loss of window {index + 1} of {windows.Count} ({windows[index].Domain}) is {losses[index]}: the weights or an activation overflowed");
                done += windows[index].Scored;
                sum += losses[index];
            }
            progress?.Report(new ProgressReport("measuring perplexity", done, total, FormattableString.Invariant($"perplexity {Math.Exp(sum / done):0.000}")));
            first = end;
        }
        return losses;
    }

    private void RunBlocks(List<PerplexityWindow> windows, int first, int end, int length, CancellationToken cancellation)
    {
        var count = end - first;
        if (_hidden.Shape[0] < count * length)
            _hidden = Tensor<float>.Uninitialized(new Shape(count * length, _model.Configuration.Width));
        var hidden = _hidden.Matrix.SliceRows(0, count * length);
        for (var index = 0; index < count; index++)
            _model.Embed(windows[first + index].Tokens, 0, hidden.SliceRows(index * length, length));
        foreach (var block in _model.Blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            block.Forward(hidden, count, length, _scratch, null, cancellation);
        }
    }

    // The state before a token predicts it, so rows FirstScored − 1 to the last but one are needed, a few at a time: logits of a whole window would be large.
    private double ScoreWindow(PerplexityWindow window, MatrixView<float> hidden)
    {
        Span<double> losses = stackalloc double[LogitRows];
        var sum = 0.0;
        for (var first = window.FirstScored; first < window.Tokens.Count; first += LogitRows)
        {
            var count = Math.Min(LogitRows, window.Tokens.Count - first);
            for (var row = 0; row < count; row++)
                hidden.Row(first - 1 + row).CopyTo(_scoredRows.Matrix.Row(row));
            var logits = _logits.Matrix.SliceRows(0, count);
            _model.ComputeLogits(_scoredRows.Matrix.SliceRows(0, count), logits);
            TokenLoss.Score(logits, window.Tokens.AsSpan(first, count), losses[..count]);
            for (var row = 0; row < count; row++)
                sum += losses[row];
        }
        return sum;
    }

    private static PerplexityResult Summarise(PerplexityProtocol protocol, List<PerplexityWindow> windows, double[] losses)
    {
        LossSummary Sum(string name, IEnumerable<int> indices)
        {
            var (sum, tokens) = (0.0, 0L);
            foreach (var index in indices)
            {
                sum += losses[index];
                tokens += windows[index].Scored;
            }
            return new(name, sum / tokens, tokens);
        }
        var all = Enumerable.Range(0, windows.Count);
        var domains = all.GroupBy(index => windows[index].Domain).Select(group => Sum(group.Key, group));
        var pieces = all.Select(index => new LossSummary(windows[index].Domain, losses[index] / windows[index].Scored, windows[index].Scored));
        return new(protocol, Sum("all", all), [.. domains], [.. pieces]);
    }
}
