using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sparseland.Chance;

/// <summary>
/// The one source of chance: xoshiro256++ (Blackman and Vigna 2019) seeded through SplitMix64 from a seed, a stream's name and an index,
/// so that adding a stream changes no other. Not thread-safe; give every task its own stream.
/// </summary>
public sealed class RandomStream
{
    private ulong _s0, _s1, _s2, _s3;
    private double _spareNormal = double.NaN;

    /// <summary>Opens the stream of a name.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="name">What the stream is for ("calibration windows").</param>
    /// <param name="index">Which of several streams of that name (a row, a step, a worker).</param>
    public RandomStream(ulong seed, string name, ulong index = 0)
    {
        var state = seed;
        var mixed = SplitMix(ref state);
        foreach (var unit in Encoding.UTF8.GetBytes(name))
        {
            state = (state ^ unit) * 0x100000001B3UL;
            mixed ^= SplitMix(ref state);
        }
        state = mixed ^ (index * 0x9E3779B97F4A7C15UL);
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>The generator's state, four words, for a checkpoint. A spare normal value is not part of it: save between whole steps.</summary>
    public (ulong, ulong, ulong, ulong) State
    {
        get => (_s0, _s1, _s2, _s3);
        set { (_s0, _s1, _s2, _s3) = value; _spareNormal = double.NaN; }
    }

    /// <summary>64 uniform bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s0 + _s3, 23) + _s0;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, bound), without modulo bias (Lemire's method).</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var high = Math.BigMul(NextBits(), (ulong)bound, out var low);
        if (low < (ulong)bound)
        {
            var threshold = (0UL - (ulong)bound) % (ulong)bound;
            while (low < threshold)
                high = Math.BigMul(NextBits(), (ulong)bound, out low);
        }
        return (int)high;
    }

    /// <summary>Standard normal (Box and Muller, both values used).</summary>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            var spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * NextDouble());
        _spareNormal = radius * sine;
        return radius * cosine;
    }

    /// <summary>Fills with normal values of a given deviation.</summary>
    public void FillNormal(Span<float> destination, double deviation = 1)
    {
        for (var i = 0; i < destination.Length; i++)
            destination[i] = (float)(NextNormal() * deviation);
    }

    /// <summary>Puts the items in a uniformly random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
