using System.Runtime.CompilerServices;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>
/// A pixel's own chance, as a value so that it lives in registers: PCG32 (O'Neill 2014), its state hashed from seed, view and pixel. Who renders a pixel, and when, changes nothing.
/// </summary>
internal struct PixelRandom
{
    private readonly ulong _increment;
    private ulong _state;

    public PixelRandom(ulong seed, ulong view, ulong pixel)
    {
        var hash = Mix(Mix(Mix(seed) ^ view) ^ pixel);
        _increment = Mix(hash) | 1;
        _state = hash;
        NextBits();
    }

    /// <summary>Uniform in [0, 1) with 24 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float NextFloat() => (NextBits() >> 8) * (1f / (1 << 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint NextBits()
    {
        var old = _state;
        _state = old * 6364136223846793005UL + _increment;
        var shifted = (uint)(((old >> 18) ^ old) >> 27);
        return uint.RotateRight(shifted, (int)(old >> 59));
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
