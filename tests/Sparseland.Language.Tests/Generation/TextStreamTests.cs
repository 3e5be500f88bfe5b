using CsCheck;
using Sparseland.Language.Generation;
using Sparseland.Language.Tests.Tokenizers;
using Sparseland.Language.Tokenizers;
using Sparseland.Testing;

namespace Sparseland.Language.Tests.Generation;

public class TextStreamTests
{
    private static readonly string[] Texts = TestTexts.Multilingual.Where(text => text.Length > 0 && !text.Contains("<s>", StringComparison.Ordinal)).ToArray();

    private static Tokenizer ByteLevel() => BytePairTrainer.Train(Texts, new BytePairTrainerOptions { VocabularySize = 300 }, TestContext.Current.CancellationToken);

    // A vocabulary of a few letters, so that nearly every character comes as its bytes.
    private static Tokenizer ByteFallback()
    {
        var tokens = new List<string> { "<unk>", "<s>", "</s>" };
        tokens.AddRange(Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"));
        tokens.AddRange(["▁", "e", "o", "é", "😀", "▁e"]);
        var vocabulary = string.Join(",", tokens.Select((token, id) => $"\"{token}\":{id}"));
        const string Json = """
            {"added_tokens":[{"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],
             "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
             "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
             "model":{"type":"BPE","byte_fallback":true,"fuse_unk":true,"unk_token":"<unk>","vocab":{VOCABULARY},"merges":["▁ e"]}}
            """;
        return Tokenizer.Parse("test", System.Text.Encoding.UTF8.GetBytes(Json.Replace("VOCABULARY", vocabulary, StringComparison.Ordinal)));
    }

    private static (string Text, List<string> Pieces) Stream(ITokenizer tokenizer, ReadOnlySpan<int> ids, ReadOnlySpan<int> context = default)
    {
        var stream = new TextStream(tokenizer, context);
        var pieces = new List<string>();
        foreach (var id in ids)
            pieces.Add(stream.Append(id));
        pieces.Add(stream.Flush());
        return (string.Concat(pieces), pieces);
    }

    [Fact]
    public void The_pieces_are_the_text_and_none_splits_a_character()
    {
        foreach (var tokenizer in (Tokenizer[])[ByteLevel(), ByteFallback()])
            foreach (var text in Texts)
            {
                var (whole, pieces) = Stream(tokenizer, tokenizer.Encode(text));
                Assert.Equal(text, whole);
                Assert.DoesNotContain(pieces, piece => piece.Contains('\uFFFD', StringComparison.Ordinal) || (piece.Length > 0 && (char.IsLowSurrogate(piece[0]) || char.IsHighSurrogate(piece[^1]))));
            }
    }

    [Fact]
    public void Any_text_streams_whole_from_any_split_between_prompt_and_answer()
    {
        Tokenizer[] tokenizers = [ByteLevel(), ByteFallback()];
        Gen.Select(Gen.ULong, Gen.Int[1, 80], Gen.Int[0, 1000]).Sample((seed, length, cut) =>
        {
            var text = "x" + TestTexts.Random(seed, length).Replace("<", "", StringComparison.Ordinal).Replace("▁", "", StringComparison.Ordinal);
            foreach (var tokenizer in tokenizers)
            {
                var ids = tokenizer.Encode(text, addSpecial: false);
                // A prompt ends with whole characters.
                var at = cut % ids.Length;
                while (at > 0 && !text.StartsWith(tokenizer.Decode(ids.AsSpan(0, at)), StringComparison.Ordinal))
                    at--;
                var prompt = at == 0 ? "" : tokenizer.Decode(ids.AsSpan(0, at));
                if (prompt + Stream(tokenizer, ids.AsSpan(at), ids.AsSpan(0, at)).Text != text)
                    return false;
            }
            return true;
        }, iter: 300, seed: "0002bcdE2345");
    }

    [Fact]
    public void A_word_after_a_prompt_keeps_its_space_and_at_the_beginning_it_has_none()
    {
        var tokenizer = ByteFallback();
        int[] word = [tokenizer.TokenId("▁e")!.Value];
        Assert.Equal("e", Stream(tokenizer, word).Text);
        Assert.Equal(" e", Stream(tokenizer, word, tokenizer.Encode("o")).Text);
        // A special token between gives no text and takes no context away.
        Assert.Equal(" e", Stream(tokenizer, [2, .. word], tokenizer.Encode("o")).Text);
    }

    [Fact]
    public void Bytes_that_are_no_character_come_out_as_replacements_in_bounded_time()
    {
        foreach (var tokenizer in (Tokenizer[])[ByteLevel(), ByteFallback()])
        {
            var id = tokenizer.TokenId("<0x9F>") ?? tokenizer.TokenId("Ł")!.Value;
            var (text, _) = Stream(tokenizer, Enumerable.Repeat(id, 1000).ToArray());
            Assert.Equal(1000, text.Length);
            Assert.Equal(new string('\uFFFD', 1000), text);
        }
    }

    [Fact]
    public void Emoji_of_many_code_points_come_code_point_by_code_point()
    {
        var (_, pieces) = Stream(ByteFallback(), ByteFallback().Encode("👩‍👧"));
        Assert.Equal(["👩", "\u200D", "👧"], pieces.Where(piece => piece.Length > 0));
    }

    [Fact]
    public void The_reference_model_streams_its_own_text()
    {
        var tokenizer = Tokenizer.Load(TestData.Require("language/stories260K/tok512.bin"));
        const string Story = "Once upon a time, there was a café 😀.\nLily said, \"Hi!\"";
        Assert.Equal(Story, Stream(tokenizer, tokenizer.Encode(Story)).Text);
    }
}
