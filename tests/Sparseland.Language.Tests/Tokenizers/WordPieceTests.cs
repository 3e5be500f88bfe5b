using System.Text;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Tests.Tokenizers;

public class WordPieceTests
{
    private const string Json = """
        {"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
        "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
        "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":12,
        "vocab":{"[UNK]":0,"un":1,"##aff":2,"##able":3,"runn":4,"##ing":5,"want":6,"##ed":7,",":8,"un##":9,"世":10,"界":11,"cafe":12,"##a":13,"😀":14,"##😀":15,"do":16,"n":17,"'":18,"t":19} }}
        """;

    private static readonly Tokenizer Bert = Tokenizer.Parse("tokenizer.json", Encoding.UTF8.GetBytes(Json));

    [Theory]
    [InlineData("unaffable", "un ##aff ##able")]
    [InlineData("UNwantED,running", "un[UNK]")]
    [InlineData("wanted, running", "want ##ed , runn ##ing")]
    [InlineData("Caf\u00e9 cafea", "cafe cafe ##a")]
    [InlineData("世界", "世 界")]
    [InlineData("😀😀", "😀 ##😀")]
    [InlineData("want\u0000ed \u200bwant", "want ##ed want")]
    [InlineData("wantwantwantwant", "[UNK]")]
    [InlineData("  \t\n", "")]
    public void The_longest_token_from_the_left_is_taken_and_a_word_that_cannot_be_written_is_unknown(string text, string expected)
    {
        var tokens = Bert.Encode(text).Select(Bert.TokenText).ToList();
        // "unwanted" has no "##want": the whole word is unknown, the comma and the next word are not.
        Assert.Equal(expected == "un[UNK]" ? ["[UNK]", ",", "runn", "##ing"] : expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), tokens);
    }

    [Fact]
    public void Decoding_joins_words_and_leaves_out_spaces_that_english_does_not_write() =>
        Assert.Equal("wanted, running unaffable", Bert.Decode(Bert.Encode("Wanted , running unaffable")));

    [Fact]
    public void What_is_saved_gives_the_same_ids()
    {
        var folder = Directory.CreateTempSubdirectory("tokenizer");
        Bert.Save(folder.FullName);
        var again = Tokenizer.Load(folder.FullName);
        folder.Delete(recursive: true);
        foreach (var text in TestTexts.Multilingual.Append("wanted, unaffable"))
            Assert.Equal(Bert.Encode(text), again.Encode(text));
    }
}
