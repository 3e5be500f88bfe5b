using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;
using Sparseland.Errors;
using Sparseland.Testing;
using Tokenizer = Sparseland.Language.Tokenizers.Tokenizer;

namespace Sparseland.Language.Tests.Tokenizers;

public class TokenizerLoadTests
{
    // Without the names of special tokens: SentencePiece vocabularies get a space after each, as in the reference.
    private static readonly string[] Plain = TestTexts.Multilingual.Where(text => !text.Contains("<s>", StringComparison.Ordinal)).ToArray();

    private static string[] Excerpts() => ((string[])["text/public_domain_books/bronte.txt", "text/public_domain_books/darwin.txt", "text/public_domain_books/dubois.txt",
        "text/tinyshakespeare/input.txt", "text/wikitext2/valid.txt", "text/tinystories_1000/tinystories_1000.json"]).Select(name => File.ReadAllText(TestData.Require(name)).Substring(2000, 12_000)).ToArray();

    [Fact]
    public void The_prompt_of_the_llama2c_reference_gets_its_ids()
    {
        var tokenizer = Tokenizer.Load(TestData.Require("language/stories260K/tok512.bin"));
        using var reference = JsonDocument.Parse(File.ReadAllText(TestData.Require("language/stories260K/reference.json")));
        int[] Ids(string name) => reference.RootElement.GetProperty(name).EnumerateArray().Select(id => id.GetInt32()).ToArray();
        var prompt = reference.RootElement.GetProperty("prompt").GetString()!;
        Assert.Equal(Ids("prompt_ids"), tokenizer.Encode(prompt));
        Assert.Equal(reference.RootElement.GetProperty("greedy_text").GetString(), tokenizer.Decode(Ids("greedy_ids")));
        Assert.Equal(512, tokenizer.VocabularySize);
        Assert.Equal(1, tokenizer.BeginToken);
        Assert.Equal([2], tokenizer.EndTokens);
    }

    [Fact]
    public void Texts_come_back_from_every_byte_complete_tokenizer()
    {
        foreach (var tokenizer in Loaded())
            foreach (var text in tokenizer.TokenId("▁") is null && tokenizer.TokenId("<0x0A>") is null ? TestTexts.Multilingual : Plain)
                Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecial: false), skipSpecial: false));
    }

    [Fact]
    public void Gpt2_ids_are_those_of_the_other_implementation()
    {
        var ours = Tokenizer.Load(TestData.Require("text/gpt2_bpe"));
        var theirs = BpeTokenizer.Create(new BpeOptions(TestData.Require("text/gpt2_bpe/gpt2_vocab.json"), TestData.Require("text/gpt2_bpe/gpt2_merges.txt"))
        {
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(new Regex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), null),
        });
        foreach (var text in Excerpts().Concat(Plain.Where(text => !text.Contains("𝐀", StringComparison.Ordinal) && !text.Contains("𠮷", StringComparison.Ordinal))))
            Assert.Equal(theirs.EncodeToIds(text).ToArray(), ours.Encode(text));
        // Known from the paper's code.
        Assert.Equal([15496, 995], ours.Encode("Hello world"));
        Assert.Equal([50256], ours.Encode("<|endoftext|>"));
        Assert.Equal(50257, ours.VocabularySize);
    }

    [Fact]
    public void Llama2_ids_are_equal_from_both_files_and_from_the_other_implementation()
    {
        var model = Tokenizer.Load(TestData.Require("language/llama2_tokenizer_32k/tokenizer.model"));
        var binary = Tokenizer.Load(TestData.Require("language/llama2_tokenizer_32k/tokenizer.bin"));
        using var stream = File.OpenRead(TestData.Require("language/llama2_tokenizer_32k/tokenizer.model"));
        var theirs = LlamaTokenizer.Create(stream);
        foreach (var text in Excerpts().Concat(Plain).Where(text => !text.Contains('▁', StringComparison.Ordinal)))
        {
            Assert.Equal(model.Encode(text), binary.Encode(text));
            // All runs of spaces have one score; there the other implementation does not join from the left, as SentencePiece and llama2.c do.
            var narrow = Regex.Replace(text, " {3,}", "  ").Replace("<unk>", "unk", StringComparison.Ordinal);
            if (text.Length > 0)
                Assert.Equal(theirs.EncodeToIds(narrow, addBeginningOfSentence: true, addEndOfSentence: false).ToArray(), model.Encode(narrow));
        }
        Assert.Equal([1, 319, 462, 1678, 29941], model.Encode("A" + new string(' ', 19) + "3"));
        Assert.Equal([1, 15043, 3186], model.Encode("Hello world"));
        Assert.Equal(32000, model.VocabularySize);
    }

    [Theory]
    [InlineData("language/stories260K/tok512.bin")]
    [InlineData("language/llama2_tokenizer_32k/tokenizer.bin")]
    public void Scored_pieces_are_joined_as_llama2c_joins_them(string file)
    {
        var tokenizer = Tokenizer.Load(TestData.Require(file));
        var scores = ReadScores(TestData.Require(file));
        for (var seed = 0ul; seed < 30; seed++)
        {
            var text = (seed % 2 == 0 ? TestTexts.Random(seed, 60) : Excerpts()[seed % 5 == 0 ? 2 : 0].Substring((int)seed * 50, 120)).Replace("<s>", "", StringComparison.Ordinal).Replace("</s>", "", StringComparison.Ordinal);
            Assert.Equal(SlowJoin(tokenizer, scores, " " + text), tokenizer.Encode(text, addSpecial: false));
        }
    }

    // The definition: of all neighbours whose join is a token join those of the highest score, the leftmost first; start again.
    private static List<int> SlowJoin(Tokenizer tokenizer, float[] scores, string text)
    {
        var ids = new List<int>();
        foreach (var rune in text.EnumerateRunes())
            if (tokenizer.TokenId(rune.ToString()) is { } id)
                ids.Add(id);
            else
                ids.AddRange(System.Text.Encoding.UTF8.GetBytes(rune.ToString()).Select(value => value + 3));
        while (true)
        {
            var (best, at, result) = (float.NegativeInfinity, -1, -1);
            for (var i = 0; i + 1 < ids.Count; i++)
                if (tokenizer.TokenId(tokenizer.TokenText(ids[i]) + tokenizer.TokenText(ids[i + 1])) is { } joined && scores[joined] > best)
                    (best, at, result) = (scores[joined], i, joined);
            if (at < 0)
                return ids;
            ids[at] = result;
            ids.RemoveAt(at + 1);
        }
    }

    private static float[] ReadScores(string file)
    {
        using var reader = new BinaryReader(File.OpenRead(file));
        reader.ReadInt32();
        var scores = new List<float>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            scores.Add(reader.ReadSingle());
            reader.ReadBytes(reader.ReadInt32());
        }
        return scores.ToArray();
    }

    [Fact]
    public void A_saved_tokenizer_gives_the_same_ids_when_it_is_read_back()
    {
        var texts = Excerpts().Select(text => text[..8000]).Concat(TestTexts.Multilingual).ToArray();
        foreach (var tokenizer in Loaded())
        {
            var folder = Directory.CreateTempSubdirectory("tokenizer");
            try
            {
                tokenizer.Save(folder.FullName);
                var again = Tokenizer.Load(folder.FullName);
                Assert.Equal(tokenizer.BeginToken, again.BeginToken);
                Assert.Equal(tokenizer.EndTokens, again.EndTokens);
                Assert.Equal(tokenizer.VocabularySize, again.VocabularySize);
                foreach (var text in texts)
                {
                    var ids = tokenizer.Encode(text);
                    Assert.Equal(ids, again.Encode(text));
                    Assert.Equal(tokenizer.Decode(ids), again.Decode(ids));
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    [Fact]
    public void A_path_without_a_tokenizer_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("empty");
        Assert.Contains("tokenizer.json", Assert.Throws<InvalidFileException>(() => Tokenizer.Load(folder.FullName)).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", Assert.Throws<InvalidFileException>(() => Tokenizer.Load("nowhere")).Message, StringComparison.Ordinal);
        folder.Delete();
    }

    private static Tokenizer[] Loaded() =>
    [
        Tokenizer.Load(TestData.Require("language/stories260K/tok512.bin")),
        Tokenizer.Load(TestData.Require("language/llama2_tokenizer_32k/tokenizer.model")),
        Tokenizer.Load(TestData.Require("language/llama2_tokenizer_32k/tokenizer.bin")),
        Tokenizer.Load(TestData.Require("text/gpt2_bpe/gpt2_vocab.json")),
        Sparseland.Language.Tokenizers.BytePairTrainer.Train(TestTexts.Multilingual, cancellation: TestContext.Current.CancellationToken),
    ];
}
