using System.Text;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Tests.Tokenizers;

public class TokenizerJsonTests
{
    private static Tokenizer Parse(string json) => Tokenizer.Parse("tokenizer.json", Encoding.UTF8.GetBytes(json));

    // Every piece a token of its own: the ids show how the text was cut.
    private static string[] Cut(string preTokenizer, string text)
    {
        var tokenizer = Parse($$"""{"pre_tokenizer":{{preTokenizer}},"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0]]},"decoder":{"type":"Fuse"} }""");
        // Unknown pieces fuse within a piece, so the number of ids is the number of pieces.
        var pieces = new List<string>();
        var stage = Sparseland.Language.Tokenizers.Readers.JsonPlace.Read("stage", Encoding.UTF8.GetBytes(preTokenizer), place => Sparseland.Language.Tokenizers.Readers.StageReader.PreTokenizer(place, modelTakesBytes: false));
        stage.Split(text, first: true, (piece, _) => pieces.Add(piece.ToString()));
        Assert.Equal(pieces.Count, tokenizer.Encode(text).Length);
        return pieces.ToArray();
    }

    [Theory]
    [InlineData("""{"type":"Whitespace"}""", "Hey, you! 12 a_b", "Hey|,|you|!|12|a_b")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " Hey, you! ", "Hey,|you!")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12b", "a|1|2|b")]
    [InlineData("""{"type":"Digits"}""", "a12b", "a|12|b")]
    [InlineData("""{"type":"Punctuation"}""", "a,,b!", "a|,|,|b|!")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""", "a,,b!", "a|,,|b|!")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"-"}""", "a-b--c", "a|b|c")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Removed"}""", "the-final--countdown", "the|final|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Isolated"}""", "the-final--countdown", "the|-|final|-|-|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithPrevious"}""", "the-final--countdown", "the-|final-|-|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext"}""", "the-final--countdown", "the|-final|-|-countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Contiguous"}""", "the-final--countdown", "the|-|final|--|countdown")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Removed","invert":true}""", "a, b", "a|b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""", "Hey  you", "▁Hey|▁|▁you")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""", "Hey you", "Hey▁you")]
    [InlineData("""{"type":"Metaspace","replacement":"_","add_prefix_space":false}""", "Hey you", "Hey|_you")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true}""", "Hé you", "ĠHÃ©|Ġyou")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false}]}""", "a 12", "a|Ġ|1|2")]
    public void Texts_are_cut_as_the_tokenizers_library_documents(string preTokenizer, string text, string expected) => Assert.Equal(expected.Split('|'), Cut(preTokenizer, text));

    [Theory]
    [InlineData("""{"type":"Lowercase"}""", "HÉİ", "héi\u0307")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"}]}""", "Ünïcødé", "Unicøde")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", "  a  ", "a  ")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"$0"}""", "a   b c", "a$0b c")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "a", "▁a")]
    [InlineData("""{"type":"NFKC"}""", "ﬁ", "fi")]
    public void Texts_are_normalised(string normalizer, string text, string expected)
    {
        var stage = Sparseland.Language.Tokenizers.Readers.JsonPlace.Read("stage", Encoding.UTF8.GetBytes(normalizer), Sparseland.Language.Tokenizers.Readers.StageReader.Normalizer);
        Assert.Equal(expected, stage(text));
    }

    [Theory]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""", "▁Hey|▁you", "Hey you")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", "▁Hey|▁you", " Hey you")]
    [InlineData("""{"type":"ByteFallback"}""", "a|<0xE5>|<0x8F>|<0xAB>|<0xE5>", "a����")]
    [InlineData("""{"type":"ByteFallback"}""", "<0xE5>|<0x8F>|<0xAB>|b", "叫b")]
    [InlineData("""{"type":"Strip","content":"H","start":1,"stop":0}""", "Hey|HHi", "eyHi")]
    [InlineData("""{"type":"Replace","pattern":{"String":"_"},"content":" "}""", "a_|_b", "a  b")]
    [InlineData("""{"type":"BPEDecoder","suffix":"</w>"}""", "he|llo</w>|you</w>", "hello you")]
    [InlineData("""{"type":"ByteLevel"}""", "HÃ©|Ġ|¶ no", "Hé ¶ no")]
    public void Tokens_become_text(string decoder, string tokens, string expected)
    {
        var stage = Sparseland.Language.Tokenizers.Readers.JsonPlace.Read("stage", Encoding.UTF8.GetBytes(decoder), Sparseland.Language.Tokenizers.Readers.StageReader.Decoder);
        var list = tokens.Split('|').ToList();
        stage(list);
        Assert.Equal(expected, string.Concat(list));
    }

    [Fact]
    public void Added_tokens_strip_stand_alone_and_are_found_longest_first()
    {
        var tokenizer = Parse("""
            {"added_tokens":[
              {"id":10,"content":"<m>","special":true,"lstrip":true},{"id":11,"content":"<m>x","special":true,"rstrip":true},
              {"id":12,"content":"ing","single_word":true},{"id":13,"content":"HI","normalized":true}],
             "normalizer":{"type":"Lowercase"},
             "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"S","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"E","type_id":0}}],
               "pair":[],"special_tokens":{"S":{"id":"S","ids":[1,2],"tokens":["S","S"]},"E":{"id":"E","ids":[3],"tokens":["E"]}}},
             "model":{"type":"BPE","vocab":{"a":4,"b":5,"S":1,"T":2,"E":3," ":6,"i":7,"n":8,"g":9},"merges":[]}}
            """);
        Assert.Equal([1, 2, 4, 10, 6, 5, 3], tokenizer.Encode("a  <m> b"));
        Assert.Equal([4, 11, 5], tokenizer.Encode("A<m>x  B", addSpecial: false));
        Assert.Equal([12, 6, 5, 7, 8, 9], tokenizer.Encode("ing bing", addSpecial: false));
        // Found in the text as normalised: hi, Hi, HI.
        Assert.Equal([13, 13, 6, 13], tokenizer.Encode("hiHi HI", addSpecial: false));
        Assert.Equal(14, tokenizer.VocabularySize);
    }

    [Fact]
    public void Merges_prefixes_suffixes_and_unknown_characters_follow_the_settings()
    {
        const string Model = """{"model":{"type":"BPE","unk_token":"?","fuse_unk":FUSE,"ignore_merges":IGNORE,"vocab":{"?":0,"a":1,"b":2,"ab":3,"abb":4,"aba":5},"merges":[["a","b"],"ab b"]} }""";
        Tokenizer Build(string fuse, string ignore) => Parse(Model.Replace("FUSE", fuse, StringComparison.Ordinal).Replace("IGNORE", ignore, StringComparison.Ordinal));
        Assert.Equal([4, 0, 0, 1], Build("false", "false").Encode("abbxya"));
        Assert.Equal([4, 0, 1], Build("true", "false").Encode("abbxya"));
        Assert.Equal([3, 1], Build("false", "false").Encode("aba"));
        Assert.Equal([5], Build("false", "true").Encode("aba"));
        var marked = Parse("""{"model":{"type":"BPE","continuing_subword_prefix":"##","end_of_word_suffix":"</w>","vocab":{"a":0,"##b":1,"##c</w>":2,"ab":3,"a</w>":4,"abc</w>":5},"merges":["a ##b","ab ##c</w>"]} }""");
        Assert.Equal([5], marked.Encode("abc"));
        Assert.Equal([4], marked.Encode("a"));
    }

    [Fact]
    public void A_unigram_model_takes_the_likeliest_way_and_fuses_what_it_cannot_write()
    {
        var tokenizer = Parse("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-3],["b",-3],["ab",-4],["bc",-4.5],["c",-3],["abc",-9]]} }""");
        // a+bc = -7.5, ab+c = -7, a+b+c = -9, abc = -9.
        Assert.Equal([3, 5], tokenizer.Encode("abc"));
        Assert.Equal([1, 0, 2], tokenizer.Encode("axyzb"));
        Assert.Equal([3, 3], tokenizer.Encode("abab"));
        // Brute force over all ways to cut short words.
        var scores = new Dictionary<string, double> { ["a"] = -3, ["b"] = -3, ["ab"] = -4, ["bc"] = -4.5, ["c"] = -3, ["abc"] = -9 };
        double Best(string text) => text.Length == 0 ? 0 : scores.Where(pair => text.StartsWith(pair.Key, StringComparison.Ordinal)).Max(pair => pair.Value + Best(text[pair.Key.Length..]));
        for (var code = 0; code < 729; code++)
        {
            var word = string.Concat(Enumerable.Range(0, 6).Select(i => "abc"[code / (int)Math.Pow(3, i) % 3]));
            Assert.Equal(Best(word), tokenizer.Encode(word).Sum(id => scores[tokenizer.TokenText(id)]), 9);
        }
    }

    [Theory]
    [InlineData("""{"model":{"type":"WordLevel"} }""", "WordLevel")]
    [InlineData("""{"normalizer":{"type":"Nmt"},"model":{"type":"BPE","vocab":{},"merges":[]} }""", "Nmt")]
    [InlineData("""{"pre_tokenizer":{"type":"UnicodeScripts"},"model":{"type":"BPE","vocab":{},"merges":[]} }""", "UnicodeScripts")]
    [InlineData("""{"decoder":{"type":"CTC"},"model":{"type":"BPE","vocab":{},"merges":[]} }""", "CTC")]
    [InlineData("""{"post_processor":{"type":"Odd"},"model":{"type":"BPE","vocab":{},"merges":[]} }""", "Odd")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{Han}"},"behavior":"Isolated"},"model":{"type":"BPE","vocab":{},"merges":[]} }""", "Han")]
    public void An_unknown_construct_is_named(string json, string name)
    {
        var message = Assert.Throws<UnsupportedException>(() => Parse(json)).Message;
        Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
        Assert.StartsWith("tokenizer.json (", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]} }""", "'b'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000},"merges":[]} }""", "2000000000")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]} }""", "-1")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]} }""", "both")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":7,"vocab":[["a",0]]} }""", "7")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":["\ud800 \ud800"]} }""", "JSON")]
    [InlineData("""{"model":{"type":"WordPiece","unk_token":"[X]","vocab":{"a":0} }}""", "[X]")]
    [InlineData("""{"normalizer":{"type":"Precompiled","precompiled_charsmap":"A!"},"model":{"type":"BPE","vocab":{},"merges":[]} }""", "base64")]
    [InlineData("""{"normalizer":{"type":"Precompiled","precompiled_charsmap":"/////w=="},"model":{"type":"BPE","vocab":{},"merges":[]} }""", "trie")]
    [InlineData("""{"model":5}""", "Number")]
    [InlineData("""{"model":""", "JSON")]
    [InlineData("[]", "object")]
    public void Damage_is_named_with_its_place(string json, string name) =>
        Assert.Contains(name, Assert.Throws<InvalidFileException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_damaged_file_is_refused_or_works_and_never_does_anything_else()
    {
        var folder = Directory.CreateTempSubdirectory("tokenizer");
        BytePairTrainer.Train(["ab abc bc ab abc"], new BytePairTrainerOptions { VocabularySize = 262, Cut = WordCut.Llama3 }, TestContext.Current.CancellationToken).Save(folder.FullName);
        var source = File.ReadAllBytes(Path.Combine(folder.FullName, "tokenizer.json")).Where(value => value is not ((byte)' ' or (byte)'\n')).ToArray();
        folder.Delete(recursive: true);
        var random = new RandomStream(5, "tokenizer mutations");
        for (var i = 0; i < 2000; i++)
        {
            var bytes = source.ToList();
            for (var change = random.NextInt(3); change >= 0 && bytes.Count > 8; change--)
            {
                var at = random.NextInt(bytes.Count);
                switch (random.NextInt(4))
                {
                    case 0:
                        bytes[at] = (byte)random.NextInt(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, Math.Min(random.NextInt(20), bytes.Count - at));
                        break;
                    case 2:
                        bytes.InsertRange(at, source.AsSpan(random.NextInt(source.Length - 40), random.NextInt(40)).ToArray());
                        break;
                    default:
                        bytes[at] = (byte)"{}[]\",:0919\\+*?("[random.NextInt(16)];
                        break;
                }
            }
            try
            {
                var tokenizer = Tokenizer.Parse("tokenizer.json", bytes.ToArray());
                tokenizer.Decode(tokenizer.Encode("ab 😀 abc\n12"));
            }
            catch (SparselandException)
            {
                // What damage should end in, when it shows at all.
            }
        }
    }

    [Fact]
    public void A_gguf_vocabulary_gives_the_ids_of_the_tokenizer_it_was_made_from()
    {
        var tokenizer = BytePairTrainer.Train(TestTexts.Multilingual, new BytePairTrainerOptions { VocabularySize = 320 }, TestContext.Current.CancellationToken);
        var folder = Directory.CreateTempSubdirectory("tokenizer");
        tokenizer.Save(folder.FullName);
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.FullName, "tokenizer.json")));
        folder.Delete(recursive: true);
        var merges = json.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(merge => $"{merge[0]} {merge[1]}").ToArray();
        var metadata = new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.pre"] = "gpt-2",
            ["tokenizer.ggml.tokens"] = Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.TokenText).ToArray(),
            ["tokenizer.ggml.token_type"] = Enumerable.Range(0, tokenizer.VocabularySize).Select(id => id < 2 ? 3 : 1).ToArray(),
            ["tokenizer.ggml.merges"] = merges,
            ["tokenizer.ggml.bos_token_id"] = 0u,
            ["tokenizer.ggml.eos_token_id"] = 1u,
            ["tokenizer.ggml.add_bos_token"] = true,
        };
        var again = Tokenizer.FromGguf("model.gguf", metadata.GetValueOrDefault);
        foreach (var text in TestTexts.Multilingual)
            Assert.Equal(tokenizer.Encode(text), again.Encode(text));
        Assert.Equal(0, again.BeginToken);
        Assert.Equal([1], again.EndTokens);
        metadata["tokenizer.ggml.pre"] = "gpt-3";
        Assert.Contains("'gpt-3'", Assert.Throws<UnsupportedException>(() => Tokenizer.FromGguf("model.gguf", metadata.GetValueOrDefault)).Message, StringComparison.Ordinal);
        metadata["tokenizer.ggml.pre"] = "gpt-2";
        metadata["tokenizer.ggml.eos_token_id"] = 5000u;
        Assert.Contains("5000", Assert.Throws<InvalidFileException>(() => Tokenizer.FromGguf("model.gguf", metadata.GetValueOrDefault)).Message, StringComparison.Ordinal);
    }
}
