using System.Numerics;
using System.Runtime.InteropServices;

namespace Sparseland.Autograd.Operations;

/// <summary>Cosines and sines of position times frequency, computed in double and kept in both precisions. Immutable, so threads may share it.</summary>
public sealed class RotaryTable
{
    private readonly float[] _cosines;
    private readonly float[] _sines;
    private readonly Lazy<(double[] Cosines, double[] Sines)> _double;

    /// <summary>Computes the table.</summary>
    /// <param name="frequencies">Radians per position for each pair; half a head's width of them.</param>
    /// <param name="positions">How many positions, from 0 on.</param>
    public RotaryTable(ReadOnlySpan<double> frequencies, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(positions);
        FrequencyCount = frequencies.Length;
        Positions = positions;
        var kept = frequencies.ToArray();
        var (cosines, sines) = Compute(kept, positions);
        _cosines = Array.ConvertAll(cosines, value => (float)value);
        _sines = Array.ConvertAll(sines, value => (float)value);
        // Only gradient checks compute in double.
        _double = new(() => Compute(kept, positions));
    }

    /// <summary>How many pairs of a head turn: half its width.</summary>
    public int FrequencyCount { get; }

    /// <summary>How many positions the table has.</summary>
    public int Positions { get; }

    /// <summary>The cosines of a position, one for each frequency.</summary>
    /// <exception cref="NotSupportedException">The element is neither float nor double.</exception>
    public ReadOnlySpan<T> Cosines<T>(int position) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Row<float, T>(_cosines, position) : Row<double, T>(_double.Value.Cosines, position);

    /// <summary>The sines of a position, one for each frequency.</summary>
    /// <exception cref="NotSupportedException">The element is neither float nor double.</exception>
    public ReadOnlySpan<T> Sines<T>(int position) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Row<float, T>(_sines, position) : Row<double, T>(_double.Value.Sines, position);

    private ReadOnlySpan<T> Row<TStored, T>(TStored[] values, int position) where TStored : unmanaged where T : unmanaged
    {
        if (typeof(T) != typeof(TStored))
            throw new NotSupportedException($"rotary tables hold float and double, not {typeof(T).Name}");
        return MemoryMarshal.Cast<TStored, T>(values.AsSpan(position * FrequencyCount, FrequencyCount));
    }

    private static (double[] Cosines, double[] Sines) Compute(double[] frequencies, int positions)
    {
        var (cosines, sines) = (new double[positions * frequencies.Length], new double[positions * frequencies.Length]);
        for (var i = 0; i < cosines.Length; i++)
            (sines[i], cosines[i]) = Math.SinCos(i / frequencies.Length * frequencies[i % frequencies.Length]);
        return (cosines, sines);
    }
}
