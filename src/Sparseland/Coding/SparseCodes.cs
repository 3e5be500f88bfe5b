namespace Sparseland.Coding;

/// <summary>
/// Signals as sparse sums of atoms: every signal names exactly <see cref="PerSignal"/> different atoms, ascending, and a coefficient of each.
/// A signal that needs fewer names others with the coefficient zero, so the codes always are a matrix with a fixed number of entries per row.
/// </summary>
public sealed class SparseCodes
{
    /// <summary>Codes of zeros on the first atoms.</summary>
    /// <param name="signals">How many signals.</param>
    /// <param name="atoms">How many atoms the dictionary has.</param>
    /// <param name="perSignal">Atoms of a signal, 0 to <paramref name="atoms"/>.</param>
    public SparseCodes(int signals, int atoms, int perSignal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(signals);
        ArgumentOutOfRangeException.ThrowIfNegative(perSignal);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSignal, atoms);
        (Signals, Atoms, PerSignal) = (signals, atoms, perSignal);
        Indices = new int[checked(signals * perSignal)];
        Values = new double[Indices.Length];
        for (var i = 0; i < Indices.Length; i++)
            Indices[i] = i % perSignal;
    }

    /// <summary>How many signals.</summary>
    public int Signals { get; }

    /// <summary>How many atoms the dictionary has.</summary>
    public int Atoms { get; }

    /// <summary>Atoms of one signal.</summary>
    public int PerSignal { get; }

    /// <summary>[signals x per signal]: atoms, ascending within a signal.</summary>
    public int[] Indices { get; }

    /// <summary>[signals x per signal]: the coefficients.</summary>
    public double[] Values { get; }

    /// <summary>The atoms of a signal.</summary>
    public Span<int> IndicesOf(int signal) => Indices.AsSpan(signal * PerSignal, PerSignal);

    /// <summary>The coefficients of a signal.</summary>
    public Span<double> ValuesOf(int signal) => Values.AsSpan(signal * PerSignal, PerSignal);

    /// <summary>The same codes in memory of their own.</summary>
    public SparseCodes Copy()
    {
        var copy = new SparseCodes(Signals, Atoms, PerSignal);
        Indices.CopyTo(copy.Indices, 0);
        Values.CopyTo(copy.Values, 0);
        return copy;
    }
}
