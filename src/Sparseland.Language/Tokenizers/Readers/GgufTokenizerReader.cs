using System.Text;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.PreTokenizers;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>
/// Reads the tokenizer in a GGUF file's metadata: the whole tokenizer.json where the file carries it, else tokens with scores ("llama") or with merges ("gpt2")
/// and the name of the pre-tokeniser.
/// </summary>
/// <param name="file">The file, for messages.</param>
/// <param name="find">The value of a key as its .NET form (string, bool, uint, int, float, arrays of these), or null.</param>
internal sealed class GgufTokenizerReader(string file, Func<string, object?> find)
{
    private const string Remedy = "convert the model to GGUF again";

    private const string Nfc = """{"type":"NFC"}""";

    // llama.cpp's names of pre-tokenisers, by the expressions they split with.
    private static readonly (string[] Names, string[] Expressions)[] Known =
    [
        (["gpt-2", "gpt2", "phi-2", "mpt", "olmo"], [WordPattern.Gpt2.Expression]),
        (["llama-bpe", "llama3", "llama-v3"], [WordPattern.Llama3.Expression]),
        (["qwen2", "deepseek-r1-qwen"], [WordPattern.Qwen2.Expression]),
        (["smollm", "starcoder", "refact", "command-r"], [@"\p{N}", WordPattern.Gpt2.Expression]),
    ];

    /// <summary>Reads the tokenizer.</summary>
    public TokenizerParts Read()
    {
        var parts = find("tokenizer.huggingface.json") is string json ? TokenizerJsonReader.Read($"{file} (tokenizer.huggingface.json)", Encoding.UTF8.GetBytes(json)) : find("tokenizer.ggml.model") switch
        {
            "llama" => Scored(),
            "gpt2" => ByteLevel(),
            null => throw Fault("tokenizer.ggml.model", "the file holds no tokenizer", "give one beside it, such as tokenizer.json"),
            var other => throw new UnsupportedException($"{file} (tokenizer.ggml.model): tokenizer '{other}' is not supported; known: llama, gpt2"),
        };
        var ends = new[] { Id("eos_token_id"), Id("eot_token_id") }.OfType<int>();
        return TokenizerSettingsReader.CompleteAlone(parts with
        {
            BeginToken = Id("bos_token_id") ?? parts.BeginToken,
            EndTokens = ends.Concat(parts.EndTokens).Distinct().ToArray(),
            ChatTemplate = find("tokenizer.chat_template") as string,
        });
    }

    private InvalidFileException Fault(string key, string problem, string remedy = Remedy) => new(file, key, problem, remedy);

    private T[] Array<T>(string name) => find($"tokenizer.ggml.{name}") as T[] ?? throw Fault($"tokenizer.ggml.{name}", $"missing, or no array of {typeof(T).Name}");

    private bool Flag(string name, bool otherwise) => find($"tokenizer.ggml.{name}") as bool? ?? otherwise;

    private int? Id(string name)
    {
        var value = find($"tokenizer.ggml.{name}") switch
        {
            uint number => number,
            int number => number,
            ulong number => (long)Math.Min(number, long.MaxValue),
            long number => number,
            _ => -1L,
        };
        var count = Array<string>("tokens").Length;
        return value < 0 ? null : value < count ? (int)value : throw Fault($"tokenizer.ggml.{name}", $"the id {value} is not among the {count} tokens");
    }

    private PieceKind[] Kinds(int count)
    {
        var kinds = find("tokenizer.ggml.token_type") switch
        {
            int[] numbers => System.Array.ConvertAll(numbers, number => (PieceKind)number),
            uint[] numbers => System.Array.ConvertAll(numbers, number => (PieceKind)number),
            null => Enumerable.Repeat(PieceKind.Normal, count).ToArray(),
            _ => [],
        };
        return kinds.Length == count ? kinds : throw Fault("tokenizer.ggml.token_type", $"{kinds.Length} kinds for {count} tokens");
    }

    private TokenizerParts Scored()
    {
        var (tokens, scores) = (Array<string>("tokens"), Array<float>("scores"));
        if (scores.Length != tokens.Length)
            throw Fault("tokenizer.ggml.scores", $"{scores.Length} scores for {tokens.Length} tokens");
        var kinds = Kinds(tokens.Length);
        return ScoredVocabulary.Build(file, tokens.Select((token, i) => new ScoredPiece(token, scores[i], kinds[i])).ToArray(), new ScoredVocabularySettings
        {
            Space = "▁",
            PrependsSpace = Flag("add_space_prefix", true),
            TrimsSpaces = Flag("remove_extra_whitespaces", false),
            BeginToken = Id("bos_token_id") ?? -1,
            EndToken = Id("eos_token_id") ?? -1,
            AddsBegin = Flag("add_bos_token", true),
            AddsEnd = Flag("add_eos_token", false),
        });
    }

    private TokenizerParts ByteLevel()
    {
        var texts = Array<string>("tokens");
        var kinds = Kinds(texts.Length);
        var tokens = new TokenTable(texts);
        var merges = new List<Merge>();
        foreach (var merge in Array<string>("merges"))
        {
            var cut = merge.IndexOf(' ', Math.Min(1, merge.Length));
            if (cut < 0 || tokens.Id(merge[..cut]) is not { } left || tokens.Id(merge[(cut + 1)..]) is not { } right || tokens.Id(merge.Remove(cut, 1)) is not { } result)
                throw Fault("tokenizer.ggml.merges", $"merge {merges.Count}: '{(merge.Length > 80 ? merge[..80] + "…" : merge)}' are not two tokens whose join is a token");
            merges.Add(new Merge(left, right, merges.Count, result));
        }
        var expressions = Expressions();
        int? begin = Id("bos_token_id"), end = Id("eos_token_id");
        return new TokenizerParts
        {
            // Llama 3 takes a word that is a token whole.
            Model = new BytePairModel(tokens, merges, new BytePairSettings { ByteLevel = true, IgnoreMerges = expressions[0] == WordPattern.Llama3.Expression }),
            // Qwen2 composes letters first; GGUF does not say so.
            Normalizer = expressions[0] == WordPattern.Qwen2.Expression ? StageJson.Normalizer(Nfc) : null,
            PreTokenizer = StageJson.ByteLevelCut(expressions),
            Decoder = StageJson.ByteLevelDecoder,
            Added = Enumerable.Range(0, texts.Length).Where(id => kinds[id] is PieceKind.Control or PieceKind.UserDefined && texts[id].Length > 0)
                .Select(id => new AddedToken(id, texts[id], Special: kinds[id] == PieceKind.Control)).ToArray(),
            Prefix = Flag("add_bos_token", false) && begin is { } first ? [first] : [],
            Suffix = Flag("add_eos_token", false) && end is { } last ? [last] : [],
        };
    }

    private string[] Expressions()
    {
        // Files older than the key are GPT-2's only when the model is; for others the cut is not known.
        var name = find("tokenizer.ggml.pre") as string ?? (find("general.architecture") is "gpt2" ? "gpt-2" : "missing");
        foreach (var (names, expressions) in Known)
            if (names.Contains(name))
                return expressions;
        var all = Known.SelectMany(known => known.Names).ToArray();
        throw new UnsupportedException($"{file} (tokenizer.ggml.pre): pre-tokeniser '{name}' is not supported{Suggestion.For(name, all)}; known: {string.Join(", ", all)}; give the model's tokenizer.json beside the file");
    }
}
