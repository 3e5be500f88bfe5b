using Sparseland.Language.Contextual;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Language.Training;

namespace Sparseland.Reproduce.Sirius;

/// <summary>How many problems a way of decoding solves, and what it costs.</summary>
/// <param name="Accuracy">Percent solved.</param>
/// <param name="Cost">All decoding together; null for dense.</param>
internal sealed record Solved(double Accuracy, ContextualStatistics? Cost);

/// <summary>The reasoning model with its problems and stories.</summary>
internal sealed class ReasoningBench
{
    // Seeds far from those of the training legs.
    private const ulong ProblemSeed = 9_000_000;
    private const ulong StorySeed = 9_500_000;
    private const int StoryPrompt = 48;
    private const int StoryTokens = 160;

    private readonly TransformerModel _model;
    private readonly ITokenizer _tokenizer;
    private readonly StoryOptions _options;
    private readonly Dictionary<(ulong, int), IReadOnlyList<SumProblem>> _problems = [];

    public ReasoningBench(ExperimentModel model, string recipe)
    {
        _model = TransformerModel.Load(model.Checkpoint);
        _tokenizer = model.Tokenizer;
        _options = TrainingRecipe.Read(recipe).Stories.Options ?? new StoryOptions();
    }

    /// <summary>The share of parameters that a sparse token touches.</summary>
    public double ShareOf(string mode, double keep) => ContextualStatistics.ShareOf(_model, ContextualModes.Find(mode), keep);

    /// <summary>Solves a seed's problems.</summary>
    /// <param name="options">How to decode; null for dense.</param>
    /// <param name="seed">The problems' seed.</param>
    /// <param name="count">How many problems.</param>
    /// <param name="cancellation">Heeded between problems.</param>
    public Solved Solve(ContextualOptions? options, ulong seed, int count, CancellationToken cancellation)
    {
        if (!_problems.TryGetValue((seed, count), out var problems))
            _problems[(seed, count)] = problems = SumProblem.Draw(_tokenizer, _options.Sheets ?? new SheetOptions(), ProblemSeed + seed, count);
        var session = _model.CreateSession(_model.Configuration.ContextLength);
        var (dense, sparse) = (new TextGenerator(_model, _tokenizer), options is null ? null : new ContextualGenerator(_model, _tokenizer, options));
        var (solved, costs) = (0, new List<ContextualStatistics>());
        foreach (var problem in problems)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = sparse?.Generate(session, problem.Prompt, SumProblem.Settings, null, cancellation);
            var text = result?.Generation.Text ?? dense.Generate(session, problem.Prompt, SumProblem.Settings, null, cancellation).Text;
            solved += problem.IsSolvedBy(text) ? 1 : 0;
            if (result is not null)
                costs.Add(result.Contextual);
        }
        return new(100.0 * solved / problems.Count, costs.Count == 0 ? null : ContextualStatistics.Sum(costs));
    }

    /// <summary>How often the next token of a plain story is the first choice, in percent: the beginning is read with all neurons, the rest token by token.</summary>
    /// <param name="options">How the rest is read; null for dense.</param>
    /// <param name="seed">The stories' seed.</param>
    /// <param name="count">How many stories.</param>
    /// <param name="cancellation">Heeded between stories.</param>
    public double Continue(ContextualOptions? options, ulong seed, int count, CancellationToken cancellation)
    {
        var (right, asked) = (0, 0);
        IFeedForwardPath? path = null;
        foreach (var text in StoryCorpus.Texts(StorySeed + seed, 0, count, _options with { Sheets = new SheetOptions(0, 0) }))
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = _tokenizer.Encode(text).Take(StoryTokens).ToArray();
            var session = _model.CreateSession(tokens.Length);
            path = ReadBeginning(session, tokens.AsSpan(0, StoryPrompt), options, path, cancellation);
            for (var i = StoryPrompt; i < tokens.Length; i++)
            {
                right += TensorPrimitives.IndexOfMax<float>(session.Logits) == tokens[i] ? 1 : 0;
                asked++;
                session.Read(tokens.AsSpan(i, 1), cancellation);
            }
        }
        return 100.0 * right / asked;
    }

    private IFeedForwardPath? ReadBeginning(InferenceSession session, ReadOnlySpan<int> beginning, ContextualOptions? options, IFeedForwardPath? last, CancellationToken cancellation)
    {
        if (options is null)
        {
            session.Read(beginning, cancellation);
            return null;
        }
        var mode = ContextualModes.Find(options.Mode);
        var seen = mode.ReadsPrompt ? new PromptNeurons(_model.Configuration) : null;
        session.Observer = seen;
        session.Read(beginning, cancellation);
        session.Observer = null;
        return session.FeedForward = mode.ReadsPrompt || last is null ? mode.Prepare(new ContextualRequest(_model, options.Keep, options.Seed, seen)) : last;
    }
}
