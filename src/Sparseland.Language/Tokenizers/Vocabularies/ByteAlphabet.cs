namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>
/// GPT-2's printable stand-ins for the 256 bytes (Radford et al. 2019, encoder.py): bytes that Latin-1 prints stand for themselves,
/// the others take the characters from U+0100 on, in order. A space is 'Ġ', a line feed 'Ċ'.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly short[] Bytes = Invert();

    /// <summary>The character that stands for a byte.</summary>
    public static char ToCharacter(byte value) => Characters[value];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int ToByte(char character) => character < Bytes.Length ? Bytes[character] : -1;

    /// <summary>Writes the stand-ins of a text's UTF-8 bytes.</summary>
    public static string Map(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            characters[i] = Characters[bytes[i]];
        return new string(characters);
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(printable ? value : next++);
        }
        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[0x144];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[Characters[value]] = (short)value;
        return bytes;
    }
}
