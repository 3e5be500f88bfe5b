namespace Sparseland.Language.Tests.Tokenizers;

/// <summary>Texts that break careless tokenizers.</summary>
internal static class TestTexts
{
    /// <summary>Many scripts, emoji with joiners and skin tones, letters beyond the basic plane, combining marks, odd spaces.</summary>
    public static IReadOnlyList<string> Multilingual { get; } =
    [
        "",
        " ",
        "Once upon a time, there was a little girl named Lily.",
        "  two spaces, three   spaces,\ttabs\t\tand\n\nline feeds\r\n\r\n  end  ",
        "I'm, you're, he'll, they'VE; it'S 12345 6.78e-9 items",
        "Größe, naïve, façade, Ærøskøbing, Łódź",
        "Съешь ещё этих мягких французских булок",
        "我能吞下玻璃而不伤身体。私はガラスを食べられます。",
        "나는 유리를 먹을 수 있어요. そして 𠮷野家 𡈽",
        "أنا قادر على أكل الزجاج و هذا لا يؤلمني. אני יכול",
        "मैं काँच खा सकता हूँ। ฉันกินกระจกได้",
        "😀 smile😀hello 👩‍👩‍👧‍👦 family 👍🏽 thumbs 🇩🇪 flag ❤️",
        "𝐀𝐁𝐂 mathematical 𝟏𝟐𝟑 digits Ⅷ ½ ²",
        "e\u0301 combining, a\u030A ring, \u00A0no-break\u2003em\u3000ideographic",
        "def f(x):\n    return {'a': [1, 2, 3]}  # don't\n",
        "<s> not a token </s> <0x0A> ▁ Ġ <|end|>x",
    ];

    /// <summary>Half a million characters of different kinds from the seeded generator.</summary>
    public static string Random(ulong seed, int length)
    {
        var random = new Sparseland.Chance.RandomStream(seed, "tokenizer texts");
        var pool = string.Concat(Multilingual).EnumerateRunes().ToArray();
        var text = new System.Text.StringBuilder();
        while (text.Length < length)
            text.Append(pool[random.NextInt(pool.Length)]);
        return text.ToString();
    }
}
