using System.Text;
using System.Text.Json;
using CsCheck;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers;
using Sparseland.Language.Tokenizers.PreTokenizers;
using Sparseland.Testing;

namespace Sparseland.Language.Tests.Tokenizers;

public class BytePairTrainerTests
{
    private static readonly string Sample = string.Concat(Enumerable.Repeat("the cat sat on the mat; the other cat, that fat cat, aaaa aaaaa aaa that sat there. ", 3)) + "naïve 😀😀 12 123 1234";

    private static Tokenizer Train(IEnumerable<string> texts, BytePairTrainerOptions? options = null) =>
        BytePairTrainer.Train(texts, options, TestContext.Current.CancellationToken);

    private static Tokenizer Trained(int size = 400, WordCut cut = WordCut.Gpt2) =>
        Train([Sample, .. TestTexts.Multilingual], new BytePairTrainerOptions { VocabularySize = size, Cut = cut });

    [Theory]
    [InlineData(WordCut.Gpt2)]
    [InlineData(WordCut.Llama3)]
    [InlineData(WordCut.Qwen2)]
    public void Any_text_comes_back_from_its_ids(WordCut cut)
    {
        var tokenizer = Trained(cut: cut);
        foreach (var text in TestTexts.Multilingual)
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecial: false), skipSpecial: false));
    }

    [Fact]
    public void Any_generated_text_comes_back_from_its_ids()
    {
        var tokenizer = Trained();
        Gen.Select(Gen.ULong, Gen.Int[0, 300]).Sample((seed, length) =>
        {
            var text = TestTexts.Random(seed, length).Replace("<|", "<", StringComparison.Ordinal);
            return tokenizer.Decode(tokenizer.Encode(text)) == text;
        }, iter: 200, seed: "0001bcdE2345");
    }

    [Fact]
    public void The_merges_are_those_of_counting_all_pairs_anew_after_each_merge()
    {
        var tokenizer = Trained(330);
        var expected = SlowTokens([Sample, .. TestTexts.Multilingual], 330, specials: 2);
        for (var id = 0; id < tokenizer.VocabularySize; id++)
            Assert.Equal(expected[id], tokenizer.TokenText(id));
        Assert.Equal(expected.Count, tokenizer.VocabularySize);
    }

    [Fact]
    public void The_order_of_the_texts_does_not_matter()
    {
        var forward = Train(TestTexts.Multilingual);
        var backward = Train(TestTexts.Multilingual.Reverse());
        Assert.Equal(Enumerable.Range(0, forward.VocabularySize).Select(forward.TokenText), Enumerable.Range(0, backward.VocabularySize).Select(backward.TokenText));
    }

    [Fact]
    public void Special_tokens_are_found_whole_and_the_begin_token_stands_first()
    {
        var tokenizer = Trained();
        var ids = tokenizer.Encode("the cat<|end|>");
        Assert.Equal(0, tokenizer.BeginToken);
        Assert.Equal([1], tokenizer.EndTokens);
        Assert.Equal(0, ids[0]);
        Assert.Equal(1, ids[^1]);
        Assert.Equal("the cat", tokenizer.Decode(ids));
        Assert.Equal("<|begin|>the cat<|end|>", tokenizer.Decode(ids, skipSpecial: false));
        Assert.Equal(ids[1..], tokenizer.Encode("the cat<|end|>", addSpecial: false));
    }

    [Fact]
    public void A_word_that_is_encoded_twice_or_by_many_threads_gives_the_same_ids()
    {
        var tokenizer = Trained();
        var text = string.Concat(TestTexts.Multilingual);
        var expected = Trained().Encode(text);
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(expected, tokenizer.Encode(text)));
    }

    [Fact]
    public void A_long_piece_without_a_break_is_merged_as_a_short_one_is()
    {
        var tokenizer = Trained();
        // 'aaaa' runs: by the heap (long piece) as by scanning, leftmost first.
        var ids = tokenizer.Encode(new string('a', 1000), addSpecial: false);
        Assert.Equal(1000, ids.Sum(id => tokenizer.TokenText(id).Length));
        Assert.Equal(ids[..^8].Distinct(), [ids[0]]);
        var random = TestTexts.Random(3, 4000).Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal(random, tokenizer.Decode(tokenizer.Encode(random)));
    }

    [Fact]
    public void The_saved_files_hold_the_vocabulary_and_the_special_tokens()
    {
        var folder = Directory.CreateTempSubdirectory("tokenizer");
        try
        {
            var tokenizer = Trained();
            tokenizer.Save(folder.FullName);
            using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.FullName, "tokenizer.json")));
            Assert.Equal("BPE", json.RootElement.GetProperty("model").GetProperty("type").GetString());
            Assert.Equal(tokenizer.VocabularySize, json.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().Count());
            Assert.Equal("<|begin|>", json.RootElement.GetProperty("added_tokens")[0].GetProperty("content").GetString());
            using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.FullName, "tokenizer_config.json")));
            Assert.Equal("<|end|>", configuration.RootElement.GetProperty("eos_token").GetString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused_by_name()
    {
        Assert.Contains("258", Assert.Throws<InvalidSettingException>(() => Train([], new() { VocabularySize = 200 })).Message, StringComparison.Ordinal);
        Assert.Contains("<x>", Assert.Throws<InvalidSettingException>(() => Train([], new() { EndToken = "<x>" })).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => Train([], new() { MinimumCount = 0 }));
    }

    [Fact]
    public void A_million_characters_of_stories_train_and_compress()
    {
        var path = TestData.Require("text/tinystories_1000/tinystories_1000.json");
        var text = File.ReadAllText(path);
        var tokenizer = Train([text], new BytePairTrainerOptions { VocabularySize = 1536 });
        var ids = tokenizer.Encode(text);
        Assert.Equal(1536, tokenizer.VocabularySize);
        Assert.True(ids.Length * 3 < text.Length, $"{text.Length} characters gave {ids.Length} tokens");
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    // The definition: count every pair, join the most frequent (lowest ids among equals), start again.
    private static List<string> SlowTokens(IEnumerable<string> texts, int size, int specials)
    {
        var order = Enumerable.Range(0, 256).OrderBy(b => Printable(b)).ToArray();
        List<string> tokens = ["<|begin|>", "<|end|>", .. order.Select(b => Printable(b).ToString())];
        var words = new List<List<int>>();
        foreach (var text in texts)
            for (var start = 0; start < text.Length;)
            {
                var end = WordPattern.Gpt2.Next(text, start);
                words.Add(Encoding.UTF8.GetBytes(text[start..end]).Select(b => specials + Array.IndexOf(order, b)).ToList());
                start = end;
            }
        while (tokens.Count < size)
        {
            var counts = new Dictionary<(int, int), int>();
            foreach (var word in words)
                for (var i = 0; i + 1 < word.Count; i++)
                    counts[(word[i], word[i + 1])] = counts.GetValueOrDefault((word[i], word[i + 1])) + 1;
            var best = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).First().Key;
            foreach (var word in words)
                for (var i = 0; i + 1 < word.Count; i++)
                    if ((word[i], word[i + 1]) == best)
                    {
                        word[i] = tokens.Count;
                        word.RemoveAt(i + 1);
                    }
            tokens.Add(tokens[best.Item1] + tokens[best.Item2]);
        }
        return tokens;
    }

    private static char Printable(int value)
    {
        static bool Shown(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE);
        return (char)(Shown(value) ? value : 256 + Enumerable.Range(0, value).Count(b => !Shown(b)));
    }
}
