using System.Diagnostics;
using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Progress;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Language.Evaluation;

/// <summary>What is timed.</summary>
/// <param name="PromptTokens">Length of the prompt.</param>
/// <param name="DecodeTokens">Tokens decoded one by one from an empty context, per round: a long context would add the time of its attention.</param>
/// <param name="Rounds">Rounds; their median counts.</param>
/// <param name="Seed">Seed of the random tokens.</param>
public sealed record DecodeBenchmarkOptions(int PromptTokens = 128, int DecodeTokens = 32, int Rounds = 5, ulong Seed = 1);

/// <summary>A model's speed on this machine.</summary>
/// <param name="Name">The model and its layout, as the caller calls it.</param>
/// <param name="Threads">Threads that kernels used.</param>
/// <param name="ModelBytes">All weights.</param>
/// <param name="BytesPerToken">Weights that one decoded token reads.</param>
/// <param name="Prompt">Prompt tokens per second.</param>
/// <param name="Decode">Decoded tokens per second.</param>
/// <param name="PromptShare">Prompt speed over that of the matrix products of the same batches alone, median of the rounds.</param>
/// <param name="DecodeShare">Decode speed over that of its matrix products alone, median of the rounds.</param>
/// <param name="FitsCache">Whether a token's weights fit the last cache level: then the figures say nothing about larger models.</param>
public sealed record DecodeBenchmarkResult(string Name, int Threads, long ModelBytes, long BytesPerToken, SpeedSummary Prompt, SpeedSummary Decode, double PromptShare, double DecodeShare, bool FitsCache)
{
    /// <summary>Gigabytes of weights read per second while decoding.</summary>
    public double GigabytesPerSecond => Decode.Median * BytesPerToken / 1e9;
}

/// <summary>
/// Measures prompt and decode speed apart. After a warm-up, each round times a prompt, some decoded tokens, and the matrix products of both alone,
/// so that whatever disturbs the machine disturbs all of them. The clock's readings are the result, so results differ from run to run.
/// </summary>
public static class DecodeBenchmark
{
    // The JIT's last tier compiles in the background after some thirty calls; small models get there by repetition, within this time.
    private const double WarmUpSeconds = 1;

    /// <summary>The shape whose speed the project states: 187 million weights read per token, far above any cache.</summary>
    public static TransformerConfiguration LargeConfiguration { get; } = new()
    {
        Family = "llama", VocabularySize = 32000, Width = 1024, FeedForwardWidth = 2816, BlockCount = 12,
        HeadCount = 16, KeyValueHeadCount = 16, HeadWidth = 64, ContextLength = 2048,
    };

    /// <summary>Measures one model in the layouts it has.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">What it is called in the result.</param>
    /// <param name="options">What is timed, or null for the defaults.</param>
    /// <param name="progress">Told after every round.</param>
    /// <param name="cancellation">Heeded between the blocks of a batch or token.</param>
    public static DecodeBenchmarkResult Measure(TransformerModel model, string name, DecodeBenchmarkOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new DecodeBenchmarkOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.PromptTokens, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.DecodeTokens, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Rounds, nameof(options));
        var run = new Round(model, options, cancellation);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < WarmUpSeconds;)
            run.Time();
        var rounds = new List<Times>();
        for (var round = 0; round < options.Rounds; round++)
        {
            rounds.Add(run.Time());
            progress?.Report(new ProgressReport($"measuring {name}", round + 1, options.Rounds));
        }
        return new(name, WorkerPool.ThreadCount, model.ByteCount, model.BytesPerToken,
            SpeedSummary.Of([.. rounds.Select(times => options.PromptTokens / times.Prompt)]),
            SpeedSummary.Of([.. rounds.Select(times => options.DecodeTokens / times.Decode)]),
            SpeedSummary.Of([.. rounds.Select(times => times.PromptProducts / times.Prompt)]).Median,
            SpeedSummary.Of([.. rounds.Select(times => times.DecodeProducts / times.Decode)]).Median,
            model.BytesPerToken <= CacheSize.LastLevelBytes);
    }

    // Seconds of one round.
    private readonly record struct Times(double Prompt, double PromptProducts, double Decode, double DecodeProducts);

    private sealed class Round
    {
        private readonly TransformerModel _model;
        private readonly DecodeBenchmarkOptions _options;
        private readonly CancellationToken _cancellation;
        private readonly InferenceSession _session;
        private readonly int[] _prompt;
        private readonly Tensor<float> _input;
        private readonly Tensor<float> _output;

        public Round(TransformerModel model, DecodeBenchmarkOptions options, CancellationToken cancellation)
        {
            _model = model;
            _options = options;
            _cancellation = cancellation;
            var context = Math.Max(options.PromptTokens, options.DecodeTokens);
            _session = model.CreateSession(context);
            _session.Reserve(context);
            var random = new RandomStream(options.Seed, "benchmark tokens");
            _prompt = [.. Enumerable.Range(0, options.PromptTokens).Select(_ => random.NextInt(model.Configuration.VocabularySize))];
            // The products' operands: as many rows as a batch, as many columns as the widest layer.
            var widest = model.Blocks.SelectMany(block => block.Projections).Max(projection => Math.Max(projection.Matrix.Rows, projection.Matrix.Columns));
            var rows = Math.Min(options.PromptTokens, InferenceSession.PromptBatch);
            _input = new Tensor<float>(new Shape(rows, widest));
            random.FillNormal(_input.Span);
            _output = new Tensor<float>(new Shape(rows, Math.Max(widest, model.Head.Rows)));
        }

        public Times Time()
        {
            var clock = Stopwatch.StartNew();
            _session.Truncate(0);
            _session.Read(_prompt, _cancellation);
            var prompt = clock.Elapsed.TotalSeconds;
            clock.Restart();
            for (var first = 0; first < _prompt.Length; first += InferenceSession.PromptBatch)
                MultiplyAll(Math.Min(InferenceSession.PromptBatch, _prompt.Length - first));
            MultiplyHead();
            var promptProducts = clock.Elapsed.TotalSeconds;
            clock.Restart();
            _session.Truncate(0);
            for (var i = 0; i < _options.DecodeTokens; i++)
                _session.Read(_prompt.AsSpan(i % _prompt.Length, 1), _cancellation);
            var decode = clock.Elapsed.TotalSeconds;
            clock.Restart();
            for (var i = 0; i < _options.DecodeTokens; i++)
            {
                MultiplyAll(1);
                MultiplyHead();
            }
            return new(prompt, promptProducts, decode, clock.Elapsed.TotalSeconds);
        }

        private void MultiplyAll(int rows)
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
}
