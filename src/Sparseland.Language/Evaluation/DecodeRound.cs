using System.Diagnostics;
using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Evaluation;

/// <summary>What a round of one model took, in seconds: of a prompt and of so many decoded tokens, and of the matrix products of each alone (0 where not timed).</summary>
internal readonly record struct RoundTimes(double Prompt, double PromptProducts, double Decode, double DecodeProducts);

/// <summary>Runs one model's part of a round; makes no garbage between the clock's readings.</summary>
internal sealed class DecodeRound
{
    // A shorter reading of the decoding is not much longer than an interruption.
    private const double LeastSeconds = 0.003;

    private readonly TransformerModel _model;
    private readonly DecodeBenchmarkOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly InferenceSession _session;
    private readonly int[] _tokens;
    private readonly Tensor<float> _input;
    private readonly Tensor<float> _output;
    private int _repeats = 1;

    public DecodeRound(TransformerModel model, DecodeBenchmarkOptions options, CancellationToken cancellation)
    {
        _model = model;
        _options = options;
        _cancellation = cancellation;
        var context = Math.Max(options.PromptTokens, options.DecodeTokens);
        _session = model.CreateSession(context);
        _session.Reserve(context);
        var random = new RandomStream(options.Seed, "benchmark tokens");
        _tokens = [.. Enumerable.Range(0, context).Select(_ => random.NextInt(model.Configuration.VocabularySize))];
        // The products' operands: as many rows as a batch, as many columns as the widest layer.
        var widest = model.Blocks.SelectMany(block => block.Projections).Max(projection => Math.Max(projection.Matrix.Rows, projection.Matrix.Columns));
        var rows = Math.Clamp(options.PromptTokens, 1, InferenceSession.PromptBatch);
        _input = new Tensor<float>(new Shape(rows, widest));
        random.FillNormal(_input.Span);
        _output = new Tensor<float>(new Shape(rows, Math.Max(widest, model.Head.Rows)));
    }

    /// <summary>Runs until the JIT's last tier had its time, and finds how often a round must repeat the decoding.</summary>
    public void WarmUp()
    {
        var clock = Stopwatch.StartNew();
        var last = Time();
        while (clock.Elapsed.TotalSeconds < _options.WarmUpSeconds)
            last = Time();
        _repeats = (int)Math.Clamp(LeastSeconds / Math.Max(last.Decode, 1e-9), 1, 10_000);
    }

    public RoundTimes Time()
    {
        var prompt = _options.PromptTokens == 0 ? 0 : Seconds(1, ReadPrompt);
        var promptProducts = _options.PromptTokens == 0 || !_options.TimesProducts ? 0 : Seconds(1, MultiplyPrompt);
        var decode = Seconds(_repeats, Decode);
        var decodeProducts = _options.TimesProducts ? Seconds(_repeats, MultiplyTokens) : 0;
        return new(prompt, promptProducts, decode, decodeProducts);
    }

    private static double Seconds(int repeats, Action work)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }

    private void ReadPrompt()
    {
        _session.Truncate(0);
        _session.Read(_tokens.AsSpan(0, _options.PromptTokens), _cancellation);
    }

    private void Decode()
    {
        _session.Truncate(0);
        for (var i = 0; i < _options.DecodeTokens; i++)
            _session.Read(_tokens.AsSpan(i, 1), _cancellation);
    }

    private void MultiplyPrompt()
    {
        for (var first = 0; first < _options.PromptTokens; first += InferenceSession.PromptBatch)
            MultiplyBlocks(Math.Min(InferenceSession.PromptBatch, _options.PromptTokens - first));
        MultiplyHead();
    }

    private void MultiplyTokens()
    {
        for (var i = 0; i < _options.DecodeTokens; i++)
        {
            MultiplyBlocks(1);
            MultiplyHead();
        }
    }

    private void MultiplyBlocks(int rows)
    {
        foreach (var block in _model.Blocks)
        {
            _cancellation.ThrowIfCancellationRequested();
            foreach (var projection in block.Projections)
            {
                var matrix = projection.Matrix;
                if (rows == 1)
                    matrix.Multiply(_input.Span[..matrix.Columns], _output.Span[..matrix.Rows]);
                else
                    matrix.MultiplyBatch(_input.Matrix.Slice(0, rows, 0, matrix.Columns), _output.Matrix.Slice(0, rows, 0, matrix.Rows));
            }
        }
    }

    private void MultiplyHead() => _model.Head.Multiply(_input.Span[.._model.Head.Columns], _output.Span[.._model.Head.Rows]);
}
