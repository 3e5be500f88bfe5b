using System.Numerics;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Language.Models;

/// <summary>
/// Cosines and sines of the rotary position embedding (Su et al. 2021): pair i of a head turns by position times its frequency (<see cref="RotaryFrequencies"/>).
/// Pairs are (i, i + width/2), the Hugging Face convention. The table grows to the longest position asked for. Thread-safe.
/// </summary>
public sealed class RotaryTable
{
    private const int FirstLength = 512;
    private const int RowsPerPart = 16;

    private readonly Lock _growth = new();
    private readonly double[] _frequencies;
    private volatile float[] _table = [];

    /// <summary>A table for a model's heads.</summary>
    /// <exception cref="ArgumentException">The head width is odd.</exception>
    public RotaryTable(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.HeadWidth % 2 != 0)
            throw new ArgumentException($"a head of odd width {configuration.HeadWidth} has no pairs to rotate", nameof(configuration));
        _frequencies = RotaryFrequencies.Of(configuration);
    }

    /// <summary>Turns every head of every row in place.</summary>
    /// <param name="heads">[tokens, heads · head width].</param>
    /// <param name="firstPosition">Position of a sequence's first row.</param>
    /// <param name="length">Rows of one sequence; row r stands at firstPosition + r mod length.</param>
    public void Rotate(MatrixView<float> heads, int firstPosition, int length)
    {
        var table = Ensure(firstPosition + length);
        WorkerPool.Run((heads.Rows + RowsPerPart - 1) / RowsPerPart, new RotateWork(heads, table, firstPosition, length, _frequencies.Length));
        heads.KeepAlive();
    }

    // One row per position: cosines of all pairs, then their sines.
    private float[] Ensure(int positions)
    {
        var table = _table;
        var width = 2 * _frequencies.Length;
        if (table.Length >= (long)positions * width)
            return table;
        lock (_growth)
        {
            if (_table.Length >= (long)positions * width)
                return _table;
            var capacity = Math.Max(FirstLength, (int)BitOperations.RoundUpToPowerOf2((uint)positions));
            var grown = new float[checked(capacity * width)];
            _table.CopyTo(grown, 0);
            for (var position = _table.Length / width; position < capacity; position++)
            {
                for (var i = 0; i < _frequencies.Length; i++)
                {
                    var (sine, cosine) = Math.SinCos(position * _frequencies[i]);
                    grown[position * width + i] = (float)cosine;
                    grown[position * width + _frequencies.Length + i] = (float)sine;
                }
            }
            return _table = grown;
        }
    }

    private readonly struct RotateWork(MatrixView<float> heads, float[] table, int firstPosition, int length, int half) : IParallelWork
    {
        private readonly MatrixView<float> _heads = heads;

        public void Run(int part)
        {
            var end = Math.Min(_heads.Rows, (part + 1) * RowsPerPart);
            for (var row = part * RowsPerPart; row < end; row++)
            {
                var values = _heads.Row(row);
                var angles = table.AsSpan((firstPosition + row % length) * 2 * half, 2 * half);
                for (var head = 0; head < values.Length; head += 2 * half)
                    RotateHead(values.Slice(head, 2 * half), angles[..half], angles[half..]);
            }
        }

        private static void RotateHead(Span<float> head, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines)
        {
            var half = cosines.Length;
            var i = 0;
            if (Vector.IsHardwareAccelerated)
            {
                for (; i <= half - Vector<float>.Count; i += Vector<float>.Count)
                {
                    var first = new Vector<float>(head[i..]);
                    var second = new Vector<float>(head[(i + half)..]);
                    var cosine = new Vector<float>(cosines[i..]);
                    var sine = new Vector<float>(sines[i..]);
                    (first * cosine - second * sine).CopyTo(head[i..]);
                    (second * cosine + first * sine).CopyTo(head[(i + half)..]);
                }
            }
            for (; i < half; i++)
            {
                var (first, second) = (head[i], head[i + half]);
                head[i] = first * cosines[i] - second * sines[i];
                head[i + half] = second * cosines[i] + first * sines[i];
            }
        }
    }
}
