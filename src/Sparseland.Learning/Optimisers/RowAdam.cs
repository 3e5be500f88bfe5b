using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Learning.Optimisers;

/// <summary>Figures of <see cref="RowAdam"/>.</summary>
/// <param name="Beta1">Memory of the mean of gradients, 0 to 1.</param>
/// <param name="Beta2">Memory of their mean square, 0 to 1.</param>
/// <param name="Epsilon">Added to the root of the mean square.</param>
public sealed record RowAdamOptions(float Beta1 = 0.9f, float Beta2 = 0.99f, float Epsilon = 1e-10f);

/// <summary>
/// Adam (Kingma and Ba 2015) for tables of which a step touches few rows. The moments of a row rest while it has no gradient; when it has one again they fade by all the steps between at once, as zero
/// gradients would have done. Unlike dense Adam a row without a gradient does not move. Rows are independent: different ones may be updated by different threads, with the same result.
/// </summary>
public sealed class RowAdam
{
    // Beyond this many steps nothing is left of a moment.
    private const int LongestMemory = 8192;

    private readonly RowAdamOptions _options;
    private readonly float[] _fade1;
    private readonly float[] _fade2;

    /// <summary>An optimiser of a table, its moments zero.</summary>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="width">Values of a row.</param>
    /// <param name="options">Its figures; null for the usual ones.</param>
    public RowAdam(int rows, int width, RowAdamOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _options = options ?? new RowAdamOptions();
        Width = width;
        Moments = new float[checked(2 * rows * width)];
        LastSteps = new int[rows];
        _fade1 = Powers(_options.Beta1);
        _fade2 = Powers(_options.Beta2);
    }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>For each row the means of its gradients, then their mean squares, as they were at its last step: beside each other, since rare rows are seldom in a cache. Part of the state.</summary>
    public float[] Moments { get; }

    /// <summary>The step at which each row last had a gradient, 0 for never; part of the state.</summary>
    public int[] LastSteps { get; }

    /// <summary>Changes one row along its gradient.</summary>
    /// <param name="row">The row.</param>
    /// <param name="step">The step's number, counted from 1; no lower than the row's last.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="values">The row's values.</param>
    /// <param name="gradient">Its gradient.</param>
    public void Update(int row, int step, float rate, Span<float> values, ReadOnlySpan<float> gradient)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Width);
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, Width);
        var gap = Math.Min(step - LastSteps[row], LongestMemory);
        ArgumentOutOfRangeException.ThrowIfNegative(gap, nameof(step));
        LastSteps[row] = step;
        var (fade1, fade2) = (_fade1[gap], _fade2[gap]);
        var (rest1, rest2) = (1 - _options.Beta1, 1 - _options.Beta2);
        // The corrections of the bias: of the fades by as many steps as the run has made.
        var scale = rate / (1 - _fade1[Math.Min(step, LongestMemory)]);
        var squareScale = 1 / (1 - _fade2[Math.Min(step, LongestMemory)]);
        var means = Moments.AsSpan(2 * row * Width, Width);
        var squares = Moments.AsSpan((2 * row + 1) * Width, Width);
        var i = 0;
        for (; Vector128.IsHardwareAccelerated && i + 4 <= Width; i += 4)
        {
            var g = Vector128.LoadUnsafe(in MemoryMarshal.GetReference(gradient), (nuint)i);
            var m = Vector128.LoadUnsafe(in MemoryMarshal.GetReference(means), (nuint)i) * fade1 + g * rest1;
            var v = Vector128.LoadUnsafe(in MemoryMarshal.GetReference(squares), (nuint)i) * fade2 + g * g * rest2;
            m.StoreUnsafe(ref MemoryMarshal.GetReference(means), (nuint)i);
            v.StoreUnsafe(ref MemoryMarshal.GetReference(squares), (nuint)i);
            var move = m * scale / (Vector128.Sqrt(v * squareScale) + Vector128.Create(_options.Epsilon));
            (Vector128.LoadUnsafe(in MemoryMarshal.GetReference(values), (nuint)i) - move).StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);
        }
        for (; i < Width; i++)
        {
            var g = gradient[i];
            means[i] = means[i] * fade1 + g * rest1;
            squares[i] = squares[i] * fade2 + g * g * rest2;
            values[i] -= means[i] * scale / (MathF.Sqrt(squares[i] * squareScale) + _options.Epsilon);
        }
    }

    /// <summary>The optimiser of a smaller table.</summary>
    /// <param name="rows">Which row of this table each row of the new one was.</param>
    public RowAdam Gather(ReadOnlySpan<int> rows)
    {
        var gathered = new RowAdam(rows.Length, Width, _options);
        for (var i = 0; i < rows.Length; i++)
        {
            Moments.AsSpan(2 * rows[i] * Width, 2 * Width).CopyTo(gathered.Moments.AsSpan(2 * i * Width));
            gathered.LastSteps[i] = LastSteps[rows[i]];
        }
        return gathered;
    }

    private static float[] Powers(float memory)
    {
        var powers = new float[LongestMemory + 1];
        for (var i = 0; i <= LongestMemory; i++)
            powers[i] = (float)Math.Pow(memory, i);
        return powers;
    }
}
