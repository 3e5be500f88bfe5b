using System.Buffers.Binary;

namespace Sparseland.Space.Images;

/// <summary>The pieces of a PNG file (ISO/IEC 15948): length, name, content, check sum, all numbers big-endian.</summary>
internal static class PngChunk
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(value => Remainder((uint)value))];

    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes a chunk.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, content.Length);
        stream.Write(word);
        stream.Write(name);
        stream.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(word, ~Continue(Continue(uint.MaxValue, name), content));
        stream.Write(word);
    }

    /// <summary>The check sum of a chunk's name and content as it stands in a file.</summary>
    public static uint Check(ReadOnlySpan<byte> nameAndContent) => ~Continue(uint.MaxValue, nameAndContent);

    private static uint Continue(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var unit in bytes)
            sum = s_table[(byte)(sum ^ unit)] ^ (sum >> 8);
        return sum;
    }

    private static uint Remainder(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        return value;
    }
}
