using System.Buffers.Binary;
using System.Text;
using Sparseland.Chance;

namespace Sparseland.Fuzzing;

/// <summary>Damages a file the way files are damaged and attacked: bits, lengths, numbers, cuts, repeats and splices, one to four at a time.</summary>
internal static class Mutator
{
    private static readonly ulong[] Numbers =
    [
        0, 1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
        1UL << 40, 1UL << 61, 1UL << 62, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0x7FC00000, 0x7F800000, 0xFF800000,
    ];

    private static readonly string[] Texts =
    [
        "0", "-1", "1e999", "1.5", "2147483648", "9223372036854775807", "9223372036854775808", "null", "true", "[]", "{}", "\"\"", "\"\\ud800\"", "\"x\"", "[[[[[[[[[[[[[[[[", "{\"a\":", ",", ":", "\"", "}", "]",
        "\"F32\"", "\"BF16\"", "\"U64\"", "[0,0]", "[1,1]", "\u0000", "\uFEFF",
    ];

    /// <summary>A damaged copy.</summary>
    /// <param name="seeds">Whole files; one is damaged, another may be spliced in.</param>
    /// <param name="random">The chance.</param>
    public static byte[] Mutate(IReadOnlyList<byte[]> seeds, RandomStream random)
    {
        var bytes = (byte[])seeds[random.NextInt(seeds.Count)].Clone();
        for (var times = 1 + random.NextInt(4); times > 0 && bytes.Length > 0; times--)
            bytes = Once(bytes, seeds, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, IReadOnlyList<byte[]> seeds, RandomStream random)
    {
        // Headers are where readers go wrong: half of all places lie in the first quarter.
        var at = random.NextInt(random.NextInt(2) == 0 ? Math.Max(1, bytes.Length / 4) : bytes.Length);
        switch (random.NextInt(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.NextInt(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.NextInt(256);
                return bytes;
            case 2:
                return Number(bytes, at, random);
            case 3:
                return bytes[..at];
            case 4:
                return Splice(bytes, at, Math.Min(bytes.Length, at + 1 + random.NextInt(16)), []);
            case 5:
                return Splice(bytes, at, at, bytes.AsSpan(at, Math.Min(bytes.Length - at, 1 + random.NextInt(64))));
            case 6:
                var other = seeds[random.NextInt(seeds.Count)];
                return Splice(bytes, at, at, other.AsSpan(random.NextInt(other.Length)));
            case 7:
                return Splice(bytes, at, at, Encoding.UTF8.GetBytes(Texts[random.NextInt(Texts.Length)]));
            case 8:
                return Token(bytes, at, random);
            default:
                var garbage = new byte[1 + random.NextInt(32)];
                foreach (ref var unit in garbage.AsSpan())
                    unit = (byte)random.NextInt(256);
                return Splice(bytes, at, at, garbage);
        }
    }

    private static byte[] Number(byte[] bytes, int at, RandomStream random)
    {
        var value = Numbers[random.NextInt(Numbers.Length)];
        var width = 1 << random.NextInt(4);
        at = random.NextInt(2) == 0 ? at / width * width : at;
        if (at + width > bytes.Length)
            return bytes;
        Span<byte> encoded = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(encoded, value);
        encoded[..width].CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    // A run of digits or a quoted text is exchanged as a whole, so that the result is still JSON more often than not.
    private static byte[] Token(byte[] bytes, int at, RandomStream random)
    {
        while (at < bytes.Length && bytes[at] is not ((>= (byte)'0' and <= (byte)'9') or (byte)'"'))
            at++;
        if (at == bytes.Length)
            return bytes;
        var end = at + 1;
        if (bytes[at] == '"')
        {
            while (end < bytes.Length && bytes[end] != '"')
                end++;
            end = Math.Min(bytes.Length, end + 1);
        }
        else
        {
            while (end < bytes.Length && bytes[end] is >= (byte)'0' and <= (byte)'9')
                end++;
        }
        return Splice(bytes, at, end, Encoding.UTF8.GetBytes(Texts[random.NextInt(Texts.Length)]));
    }

    private static byte[] Splice(byte[] bytes, int from, int to, ReadOnlySpan<byte> between) => [.. bytes.AsSpan(0, from), .. between, .. bytes.AsSpan(to)];
}
