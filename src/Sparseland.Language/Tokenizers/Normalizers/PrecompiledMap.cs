using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sparseland.Language.Tokenizers.Readers;

namespace Sparseland.Language.Tokenizers.Normalizers;

/// <summary>
/// "Precompiled": SentencePiece's character map (Kudo and Richardson 2018), a double-array trie from UTF-8 to places in a block of texts that end in a zero byte.
/// It is applied as the tokenizers library does: a grapheme of at most five bytes is replaced by the text of the shortest key that begins it, others code point by code point.
/// </summary>
/// <remarks>
/// <code>
/// bytes       4                trie bytes                       the rest
///        | trie bytes | unit 0 | unit 1 | unit 2 | ... | text \0 text \0 ... |
/// unit   31          10 9 8 7          0      the trie is of darts-clone
///        | offset      |e|l| label      |      e: the offset is shifted left by 8; l: a leaf hangs here, whose low 31 bits are the place of the text
/// </code>
/// All are little-endian. A child of a node lies at the exclusive or of the node's place, its offset and the byte; its label is that byte.
/// </remarks>
internal sealed class PrecompiledMap
{
    private const int LongestGrapheme = 5;

    // Real ones have a few dozen bytes; a damaged map must not make a gigabyte of a page.
    private const int LongestText = 1024;
    private const uint LeafBit = 1 << 8;
    private const uint LabelMask = 0x800000FF;
    private const uint ValueMask = 0x7FFFFFFF;

    private readonly JsonPlace _place;
    private readonly uint[] _units;
    private readonly byte[] _texts;

    private PrecompiledMap(JsonPlace place, uint[] units, byte[] texts) => (_place, _units, _texts) = (place, units, texts);

    /// <summary>Reads the map of a normaliser.</summary>
    /// <param name="place">Its "precompiled_charsmap", base64.</param>
    public static PrecompiledMap Read(JsonPlace place)
    {
        var encoded = place.Text();
        var bytes = new byte[encoded.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(encoded, bytes, out var count))
            throw place.Fault("expected base64");
        var map = bytes.AsSpan(0, count);
        if (map.IsEmpty)
            return new(place.Detached(), [], []);
        if (map.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(map) is var size && (size > map.Length - sizeof(uint) || size % sizeof(uint) != 0))
            throw place.Fault($"a character map of {map.Length} bytes claims more for its trie, or no whole number of units");
        var units = new uint[BinaryPrimitives.ReadUInt32LittleEndian(map) / sizeof(uint)];
        for (var i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[((i + 1) * sizeof(uint))..]);
        return new(place.Detached(), units, map[((units.Length + 1) * sizeof(uint))..].ToArray());
    }

    /// <summary>Applies the map.</summary>
    public string Apply(string text)
    {
        var changed = new StringBuilder(text.Length);
        Span<byte> utf8 = stackalloc byte[LongestGrapheme];
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var grapheme = rest[..StringInfo.GetNextTextElementLength(rest)];
            if (!(Encoding.UTF8.TryGetBytes(grapheme, utf8, out var count) && TryAppend(utf8[..count], changed)))
                AppendRunes(grapheme, changed);
            rest = rest[grapheme.Length..];
        }
        return changed.ToString();
    }

    private void AppendRunes(ReadOnlySpan<char> grapheme, StringBuilder changed)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in grapheme.EnumerateRunes())
            if (!TryAppend(utf8[..rune.EncodeToUtf8(utf8)], changed))
                changed.Append(rune.ToString());
    }

    // The text of the shortest key that the bytes begin with.
    private bool TryAppend(ReadOnlySpan<byte> key, StringBuilder changed)
    {
        if (_units.Length == 0)
            return false;
        var node = Offset(_units[0]);
        foreach (var value in key)
        {
            node ^= value;
            if (value == 0 || node >= _units.Length || (_units[node] & LabelMask) != value)
                return false;
            var unit = _units[node];
            node ^= Offset(unit);
            if ((unit & LeafBit) == 0)
                continue;
            var start = node < _units.Length ? _units[node] & ValueMask : uint.MaxValue;
            if (start >= _texts.Length)
                throw _place.Fault($"a text of the character map lies at byte {start} of {_texts.Length}");
            var written = _texts.AsSpan((int)start);
            var end = written[..Math.Min(written.Length, LongestText)].IndexOf((byte)0);
            changed.Append(Encoding.UTF8.GetString(end >= 0 ? written[..end] : throw _place.Fault($"a text of the character map does not end within {LongestText} bytes")));
            return true;
        }
        return false;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & (1 << 9)) >> 6);
}
