using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Contextual;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Generation;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Progress;

namespace Sparseland.Language.Models;

/// <summary>How a model is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>Tokens of context the memory must suffice for; null takes the longest that fits, up to the one the model was made for.</summary>
    public int? ContextLength { get; init; }

    /// <summary>How keys and values are cached: Float32, or BFloat16 for half the memory.</summary>
    public ElementType CacheElement { get; init; } = ElementType.Float32;

    /// <summary>Memory that may be used; null asks the system (a container's limit is heeded).</summary>
    public long? AvailableBytes { get; init; }

    /// <summary>With a clock, packed matrices are timed once and run in the layout that is fastest here (<see cref="RunningModel"/>); null runs what is stored, which sums in the same order everywhere.</summary>
    public TimeProvider? LayoutClock { get; init; }
}

/// <summary>
/// A language model as people use it: weights, tokenizer and generation settings from one folder or file. Thread-safe; every generation has its own session.
/// </summary>
/// <example>
/// <code>
/// using var model = LanguageModel.Load("models/storyteller");
/// Console.WriteLine(model.Generate("Once upon a time").Text);
/// </code>
/// </example>
public sealed class LanguageModel : IDisposable
{
    private readonly TextGenerator _generator;
    private readonly ElementType _cacheElement;

    private LanguageModel(ICheckpoint checkpoint, RunningModel running, ITokenizer tokenizer, GenerationSettings settings, MemoryEstimate memory, ElementType cacheElement)
    {
        Checkpoint = checkpoint;
        Running = running;
        Tokenizer = tokenizer;
        Settings = settings;
        Memory = memory;
        _cacheElement = cacheElement;
        _generator = new TextGenerator(Transformer, tokenizer);
    }

    /// <summary>The files.</summary>
    public ICheckpoint Checkpoint { get; }

    /// <summary>The network, in the layouts it runs in.</summary>
    public TransformerModel Transformer => Running.Transformer;

    /// <summary>How the network runs: what it takes stored, and why which matrices run in another layout.</summary>
    public RunningModel Running { get; }

    /// <summary>The tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The model's own generation settings (generation_config.json), or the defaults.</summary>
    public GenerationSettings Settings { get; }

    /// <summary>What the model takes with its whole context.</summary>
    public MemoryEstimate Memory { get; }

    /// <summary>Tokens of context that memory was found for.</summary>
    public int ContextLength => Memory.ContextLength;

    /// <summary>Layout, bytes and sparsity of every matrix.</summary>
    public IReadOnlyList<LayerLayout> Layouts => LayerLayout.Of(Transformer);

    /// <summary>Loads a model in the layouts it is stored in, or with <see cref="LoadOptions.LayoutClock"/> in the fastest ones.</summary>
    /// <param name="path">A folder in the Hugging Face layout (dense or packed), a .safetensors, llama2.c .bin or .gguf file.</param>
    /// <param name="options">Context and memory, or null for the defaults.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Ends the loading between blocks.</param>
    /// <exception cref="InvalidFileException">A file is missing or damaged.</exception>
    /// <exception cref="UnsupportedException">The architecture or format is not known.</exception>
    /// <exception cref="MismatchException">The tokenizer is another model's, or a tensor's shape is not the configuration's.</exception>
    /// <exception cref="ResourceLimitException">The context does not fit the memory; the message names the largest that does.</exception>
    public static LanguageModel Load(string path, LoadOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new LoadOptions();
        var checkpoint = Checkpoints.Checkpoint.Open(path);
        try
        {
            var memory = FindMemory(checkpoint, options);
            var tokenizer = LoadTokenizer(checkpoint);
            var running = RunningModel.AsStored(TransformerModel.Load(checkpoint, progress, cancellation));
            if (options.LayoutClock is { } clock)
            {
                running = RunningModel.Choose(running.Transformer, clock, (options.AvailableBytes ?? MemoryEstimate.AvailableBytes) - memory.TotalBytes, progress, cancellation);
                memory = memory with { WeightBytes = memory.WeightBytes + running.Transformer.ByteCount - running.StoredBytes };
            }
            var settings = Path.Combine(path, "generation_config.json");
            return new(checkpoint, running, tokenizer, File.Exists(settings) ? GenerationSettings.Read(settings) : new GenerationSettings(), memory, options.CacheElement);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Puts a model together from parts that are in memory, such as one that was just pruned.</summary>
    /// <param name="checkpoint">Where the weights came from.</param>
    /// <param name="transformer">The network.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="settings">Its generation settings, or null for the defaults.</param>
    /// <exception cref="MismatchException">The tokenizer is another model's.</exception>
    public static LanguageModel From(ICheckpoint checkpoint, TransformerModel transformer, ITokenizer tokenizer, GenerationSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentNullException.ThrowIfNull(tokenizer);
        CheckVocabulary(checkpoint, tokenizer);
        return new(checkpoint, RunningModel.AsStored(transformer), tokenizer, settings ?? new GenerationSettings(), FindMemory(checkpoint, new LoadOptions()), ElementType.Float32);
    }

    /// <summary>A session for a conversation or a text that grows.</summary>
    /// <param name="contextLength">Its context; null for the model's whole one.</param>
    public InferenceSession CreateSession(int? contextLength = null) => Transformer.CreateSession(contextLength ?? ContextLength, _cacheElement);

    /// <summary>Continues a text.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="settings">How to continue; null for the model's own settings.</param>
    /// <param name="onText">Gets the text as it is made, in whole characters.</param>
    /// <param name="cancellation">Heeded within one token.</param>
    /// <exception cref="ResourceLimitException">The prompt is longer than the context.</exception>
    public GenerationResult Generate(string prompt, GenerationSettings? settings = null, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        var (session, tokens) = Prepare(prompt, settings ??= Settings);
        return _generator.Generate(session, tokens, settings, onText, cancellation);
    }

    /// <summary>Continues a text greedily with contextual sparsity; see <see cref="ContextualGenerator"/>.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="options">Which neurons take part, and whether the dense model corrects.</param>
    /// <param name="settings">How to continue; null for the model's own settings.</param>
    /// <param name="onText">Gets the text as it becomes certain, in whole characters.</param>
    /// <param name="cancellation">Heeded within one token.</param>
    /// <exception cref="InvalidSettingException">An option outside its range, or settings that are not greedy.</exception>
    /// <exception cref="ResourceLimitException">The prompt is longer than the context.</exception>
    public ContextualResult GenerateContextual(string prompt, ContextualOptions options, GenerationSettings? settings = null, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        var generator = new ContextualGenerator(Transformer, Tokenizer, options);
        ContextualGenerator.RequireGreedy(settings ??= Settings);
        var (session, tokens) = Prepare(prompt, settings);
        return generator.Generate(session, tokens, settings, onText, cancellation);
    }

    /// <summary>Continues a text on another thread and hands out the pieces as they come; the last one carries the result.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="settings">How to continue; null for the model's own settings.</param>
    /// <param name="cancellation">Heeded within one token. Leaving the loop early cancels too.</param>
    /// <exception cref="ResourceLimitException">The prompt is longer than the context.</exception>
    public IAsyncEnumerable<GenerationPiece> GenerateAsync(string prompt, GenerationSettings? settings = null, CancellationToken cancellation = default)
    {
        var (session, tokens) = Prepare(prompt, settings ??= Settings);
        return _generator.StreamAsync(session, tokens, settings, cancellation);
    }

    /// <summary>Continues the text of a session: what it has read of the prompt's beginning is not read again.</summary>
    /// <param name="session">One of this model's sessions.</param>
    /// <param name="prompt">The whole text so far, as tokens.</param>
    /// <param name="settings">How to continue; null for the model's own settings.</param>
    /// <param name="onText">Gets the text as it is made, in whole characters.</param>
    /// <param name="cancellation">Heeded within one token.</param>
    public GenerationResult Continue(InferenceSession session, ReadOnlySpan<int> prompt, GenerationSettings? settings = null, Action<string>? onText = null, CancellationToken cancellation = default) =>
        _generator.Generate(session, prompt, settings ?? Settings, onText, cancellation);

    /// <summary>Measures the perplexity on some texts.</summary>
    /// <param name="texts">Documents, in order.</param>
    /// <param name="protocol">How they are cut and scored.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Heeded between blocks.</param>
    public PerplexityResult MeasurePerplexity(IReadOnlyList<EvaluationText> texts, PerplexityProtocol protocol, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default) =>
        Perplexity.Measure(Transformer, Tokenizer, texts, protocol, progress, cancellation);

    /// <summary>Lets the files go.</summary>
    public void Dispose() => Checkpoint.Dispose();

    private (InferenceSession Session, int[] Tokens) Prepare(string prompt, GenerationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var tokens = Tokenizer.Encode(prompt);
        if (tokens.Length >= ContextLength)
            throw new ResourceLimitException($"a prompt of {tokens.Length} tokens in a context of {ContextLength}: shorten it");
        var context = (int)Math.Min(ContextLength, Math.Max(1, (long)tokens.Length) + settings.MaximumTokens);
        return (CreateSession(context), tokens);
    }

    private static MemoryEstimate FindMemory(ICheckpoint checkpoint, LoadOptions options)
    {
        var available = options.AvailableBytes ?? MemoryEstimate.AvailableBytes;
        var context = options.ContextLength ?? Math.Max(1, MemoryEstimate.LargestContext(checkpoint, available, options.CacheElement));
        return MemoryEstimate.Require(checkpoint, context, available, options.CacheElement);
    }

    /// <summary>The tokenizer that came with a model.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <exception cref="InvalidFileException">There is none, or it is damaged.</exception>
    /// <exception cref="MismatchException">It has more ids than the model.</exception>
    /// <exception cref="UnsupportedException">It uses a construct that is not known.</exception>
    public static Tokenizer LoadTokenizer(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.TokenizerPath is not { } path)
            throw new InvalidFileException(checkpoint.Path, "", "there is no tokenizer with the model", "put its tokenizer.json, tokenizer.model or tok*.bin beside it");
        var tokenizer = Tokenizers.Tokenizer.Load(path);
        CheckVocabulary(checkpoint, tokenizer);
        return tokenizer;
    }

    // An embedding padded to more rows than there are tokens is common; a token without a row is a mistake.
    private static void CheckVocabulary(ICheckpoint checkpoint, ITokenizer tokenizer)
    {
        if (tokenizer.VocabularySize > checkpoint.Configuration.VocabularySize)
            throw new MismatchException($"{checkpoint.Path}: the tokenizer has {tokenizer.VocabularySize} ids, the model {checkpoint.Configuration.VocabularySize}: they do not belong together; put the model's own tokenizer beside it");
    }
}
