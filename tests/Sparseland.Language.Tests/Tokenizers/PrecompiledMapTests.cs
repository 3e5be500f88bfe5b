using System.Text;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Tests.Tokenizers;

public class PrecompiledMapTests
{
    private static readonly Dictionary<string, string> Map = new()
    {
        ["ﬁ"] = "fi", ["Ａ"] = "A", ["①"] = "1", ["e\u0301"] = "é", ["\t"] = " ", ["\u200b"] = "", ["가"] = "ga", ["각"] = "gak", ["ab"] = "X",
    };

    [Theory]
    [InlineData("ﬁne Ａ①", "fine A1")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("a\tb\u200bc", "a bc")]
    [InlineData("가각", "gagak")]
    [InlineData("ab", "ab")]
    [InlineData("", "")]
    [InlineData("nothing 🐙 here", "nothing 🐙 here")]
    public void Graphemes_and_code_points_in_the_map_are_replaced(string text, string expected)
    {
        // 'ab' is a key and two graphemes: the map is asked for each alone.
        Assert.Equal(expected, Normalized(Tokenizer(DoubleArray(Map)), text));
    }

    [Fact]
    public void Every_key_of_a_large_map_is_found_and_nothing_else()
    {
        var map = Enumerable.Range(0, 600).ToDictionary(i => char.ConvertFromUtf32(0x4E00 + 7 * i), i => $"<{i}>");
        var tokenizer = Tokenizer(DoubleArray(map));
        for (var code = 0x4DF0; code < 0x4E00 + 4300; code++)
        {
            var text = char.ConvertFromUtf32(code);
            Assert.Equal(map.GetValueOrDefault(text, text), Normalized(tokenizer, text));
        }
    }

    [Fact]
    public void What_is_saved_gives_the_same_ids()
    {
        var tokenizer = Tokenizer(DoubleArray(Map));
        var folder = Directory.CreateTempSubdirectory("tokenizer");
        tokenizer.Save(folder.FullName);
        var again = Language.Tokenizers.Tokenizer.Load(folder.FullName);
        folder.Delete(recursive: true);
        foreach (var text in TestTexts.Multilingual)
            Assert.Equal(tokenizer.Encode(text + "ﬁ①"), again.Encode(text + "ﬁ①"));
    }

    [Fact]
    public void A_text_outside_the_map_is_a_fault_that_names_the_file()
    {
        var bytes = DoubleArray(new Dictionary<string, string> { ["b"] = "x" });
        var cut = bytes[..^2];
        var message = Assert.Throws<InvalidFileException>(() => Tokenizer(cut).Encode("b")).Message;
        Assert.Contains("tokenizer.json", message, StringComparison.Ordinal);
        Assert.Contains("precompiled_charsmap", message, StringComparison.Ordinal);
    }

    // Every character is its own token, by its bytes, so that decoding shows what the normaliser made.
    private static Tokenizer Tokenizer(byte[] map)
    {
        var vocabulary = string.Join(',', Enumerable.Range(0, 256).Select(value => $"\"<0x{value:X2}>\":{value}"));
        return Language.Tokenizers.Tokenizer.Parse("tokenizer.json", Encoding.UTF8.GetBytes($$$"""
            {"normalizer":{"type":"Precompiled","precompiled_charsmap":{{{JsonSerializer.Serialize(Convert.ToBase64String(map))}}} },"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]},
            "model":{"type":"BPE","byte_fallback":true,"vocab":{ {{{vocabulary}}} },"merges":[]} }
            """));
    }

    private static string Normalized(Tokenizer tokenizer, string text) => tokenizer.Decode(tokenizer.Encode(text));

    // darts-clone's layout by the simplest way to build one: for every node the first offset whose places are all free. No two nodes have their children about the same place.
    private static byte[] DoubleArray(Dictionary<string, string> map)
    {
        var texts = new List<byte>();
        var keys = new List<(byte[] Key, uint Text)>();
        foreach (var (key, text) in map)
        {
            keys.Add((Encoding.UTF8.GetBytes(key), (uint)texts.Count));
            texts.AddRange(Encoding.UTF8.GetBytes(text));
            texts.Add(0);
        }
        var units = new SortedDictionary<uint, uint> { [0] = 0 };
        Place(units, [], 0, 0, keys, 0);
        var array = new uint[units.Keys.Max() + 1];
        foreach (var (place, unit) in units)
            array[place] = unit;
        return [.. BitConverter.GetBytes(array.Length * sizeof(uint)), .. array.SelectMany(BitConverter.GetBytes), .. texts];
    }

    private static void Place(SortedDictionary<uint, uint> units, HashSet<uint> centres, uint place, byte label, IReadOnlyList<(byte[] Key, uint Text)> keys, int depth)
    {
        var children = keys.Where(key => key.Key.Length > depth).GroupBy(key => key.Key[depth]).ToList();
        var leaf = keys.Where(key => key.Key.Length == depth).Select(key => (uint?)key.Text).FirstOrDefault();
        byte[] labels = [.. children.Select(child => child.Key), .. leaf is null ? Array.Empty<byte>() : [0]];
        uint offset = 1;
        while (centres.Contains(place ^ offset) || labels.Any(child => units.ContainsKey(place ^ offset ^ child)))
            offset++;
        centres.Add(place ^ offset);
        units[place] = offset << 10 | (leaf is null ? 0u : 1 << 8) | label;
        foreach (var child in labels)
            units[place ^ offset ^ child] = child;
        if (leaf is { } text)
            units[place ^ offset] = 1u << 31 | text;
        foreach (var child in children)
            Place(units, centres, place ^ offset ^ child.Key, child.Key, [.. child], depth + 1);
    }
}
