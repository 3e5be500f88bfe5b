using System.Runtime.InteropServices;
using System.Text;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.PreTokenizers;
using Sparseland.Language.Tokenizers.Readers;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers;

/// <summary>
/// Trains a byte-level byte-pair vocabulary (Sennrich et al. 2016; over bytes as in Radford et al. 2019): the most frequent pair of neighbouring tokens
/// becomes a token, until the vocabulary is full. Works on counted pre-tokens, so a text's length costs one pass; ties go to the pair of lower ids.
/// The same texts and options give the same vocabulary, in whatever order the texts come.
/// </summary>
public static class BytePairTrainer
{
    /// <summary>Trains on texts.</summary>
    /// <param name="texts">The texts; read once.</param>
    /// <param name="options">Sizes and special tokens.</param>
    /// <param name="cancellation">Stops between texts and merges.</param>
    /// <exception cref="InvalidSettingException">The vocabulary cannot hold the bytes and special tokens, or a named token is not among them.</exception>
    public static Tokenizer Train(IEnumerable<string> texts, BytePairTrainerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new BytePairTrainerOptions();
        Check(options);
        var pattern = Pattern(options.Cut);
        var counter = new PairCounter(options.SpecialTokens.Count);
        foreach (var (word, count) in CountWords(texts, pattern, cancellation))
            counter.AddWord(word, count);

        // Ids: special tokens, then the bytes by their stand-in characters, then the merges, as Hugging Face's trainer orders them.
        var tokens = new List<string?>(options.SpecialTokens);
        tokens.AddRange(PairCounter.ByteOrder.Select(value => ByteAlphabet.ToCharacter((byte)value).ToString()));
        var known = tokens.Skip(options.SpecialTokens.Count).Select((text, i) => (text!, i + options.SpecialTokens.Count)).ToDictionary(StringComparer.Ordinal);
        var merges = new List<Merge>();
        while (tokens.Count < options.VocabularySize && counter.TakeBest(options.MinimumCount, out var left, out var right))
        {
            cancellation.ThrowIfCancellationRequested();
            var text = tokens[left] + tokens[right];
            // Two ways to pair the same bytes give one token.
            if (!known.TryGetValue(text, out var result))
            {
                known.Add(text, result = tokens.Count);
                tokens.Add(text);
            }
            merges.Add(new Merge(left, right, merges.Count, result));
            counter.Join(left, right, result);
        }
        return Assemble(options, pattern, tokens.ToArray(), merges);
    }

    private static void Check(BytePairTrainerOptions options)
    {
        var smallest = 256 + options.SpecialTokens.Count;
        if (options.VocabularySize < smallest)
            throw new InvalidSettingException($"vocabulary size {options.VocabularySize} does not hold the 256 bytes and {options.SpecialTokens.Count} special tokens; give at least {smallest}");
        if (options.MinimumCount < 1)
            throw new InvalidSettingException($"minimum count {options.MinimumCount} is not positive; give 1 or more");
        if (options.SpecialTokens.Distinct(StringComparer.Ordinal).Count() != options.SpecialTokens.Count || options.SpecialTokens.Any(string.IsNullOrEmpty))
            throw new InvalidSettingException("a special token is empty or given twice; give each once");
        foreach (var name in new[] { options.BeginToken, options.EndToken })
            if (name is not null && !options.SpecialTokens.Contains(name))
                throw new InvalidSettingException($"'{name}' is not among the special tokens ({string.Join(", ", options.SpecialTokens)}); add it to them");
    }

    private static WordPattern Pattern(WordCut cut) => cut switch
    {
        WordCut.Gpt2 => WordPattern.Gpt2,
        WordCut.Llama3 => WordPattern.Llama3,
        WordCut.Qwen2 => WordPattern.Qwen2,
        _ => throw new InvalidSettingException($"'{cut}' is not a way to cut words; known: {string.Join(", ", Enum.GetNames<WordCut>())}"),
    };

    // Ordered, so that the order of the texts leaves no trace.
    private static IEnumerable<(byte[] Word, long Count)> CountWords(IEnumerable<string> texts, WordPattern pattern, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var start = 0; start < text.Length;)
            {
                var end = pattern.Next(text, start);
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, text.AsSpan(start, end - start), out _)++;
                start = end;
            }
        }
        return counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (Encoding.UTF8.GetBytes(pair.Key), pair.Value));
    }

    private static Tokenizer Assemble(BytePairTrainerOptions options, WordPattern pattern, string?[] tokens, List<Merge> merges)
    {
        var specials = options.SpecialTokens;
        int? begin = options.BeginToken is { } name ? specials.ToList().IndexOf(name) : null;
        return new Tokenizer(new TokenizerParts
        {
            Model = new BytePairModel(new TokenTable(tokens), merges, new BytePairSettings { ByteLevel = true }),
            PreTokenizer = StageJson.ByteLevelCut(pattern),
            Decoder = StageJson.ByteLevelDecoder,
            Added = specials.Select((text, id) => new AddedToken(id, text)).ToArray(),
            Prefix = begin is { } first ? [first] : [],
            BeginToken = begin,
            EndTokens = options.EndToken is { } last ? [specials.ToList().IndexOf(last)] : [],
        });
    }
}
