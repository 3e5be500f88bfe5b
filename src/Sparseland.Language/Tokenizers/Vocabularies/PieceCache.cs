using System.Numerics;
using System.Runtime.InteropServices;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>
/// Remembers the ids of pre-tokens that were met before: natural text repeats a few ten thousand of them. Direct-mapped and lock-free:
/// a slot holds one immutable entry, and a collision replaces it. Memory is bounded by the number of slots and the longest key.
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces are not kept; they hardly ever come twice.</summary>
    public const int LongestKey = 64;

    private const int MostSlots = 1 << 16;
    private const int SlotsPerToken = 32;
    private readonly Entry?[] entries;

    /// <summary>An empty cache for a vocabulary: the more tokens, the more different pieces are worth keeping.</summary>
    public PieceCache(int tokenCount) => entries = new Entry?[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp((long)tokenCount * SlotsPerToken, 256, MostSlots))];

    /// <summary>The hash that finds and stores a piece.</summary>
    public static uint Hash(ReadOnlySpan<char> piece)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var bytes = MemoryMarshal.AsBytes(piece);
        var hash = (ulong)(uint)piece.Length * Multiplier;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(bytes)) * Multiplier;
            hash ^= hash >> 29;
            bytes = bytes[sizeof(ulong)..];
        }
        ulong tail = 0;
        foreach (var character in MemoryMarshal.Cast<byte, char>(bytes))
            tail = (tail << 16) | character;
        hash = (hash ^ tail) * Multiplier;
        return (uint)(hash >> 32);
    }

    /// <summary>Finds the ids of a piece.</summary>
    public bool TryGet(ReadOnlySpan<char> piece, uint hash, out int[] ids)
    {
        var entry = Volatile.Read(ref entries[hash & (uint)(entries.Length - 1)]);
        if (entry is not null && entry.Hash == hash && piece.SequenceEqual(entry.Key))
        {
            ids = entry.Ids;
            return true;
        }
        ids = [];
        return false;
    }

    /// <summary>Keeps the ids of a piece of at most <see cref="LongestKey"/> characters.</summary>
    public void Set(ReadOnlySpan<char> piece, uint hash, int[] ids) =>
        Volatile.Write(ref entries[hash & (uint)(entries.Length - 1)], new Entry(piece.ToString(), hash, ids));

    private sealed record Entry(string Key, uint Hash, int[] Ids);
}
