using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Language.Models;

/// <summary>The non-linearities of feed-forward layers, row by row in place.</summary>
internal static class FeedForwardActivation
{
    private const int RowsPerPart = 8;

    // Values per pass: the intermediate sigmoid or tanh stays in the first cache level.
    private const int Chunk = 512;

    /// <summary>x ← act(x).</summary>
    public static void Apply(ActivationKind kind, MatrixView<float> values)
    {
        WorkerPool.Run(Parts(values.Rows), new PlainWork(kind, values));
        values.KeepAlive();
    }

    /// <summary>up ← act(gate) · up; the gate is overwritten with act(gate).</summary>
    public static void ApplyGated(ActivationKind kind, MatrixView<float> gate, MatrixView<float> up)
    {
        WorkerPool.Run(Parts(up.Rows), new GatedWork(kind, gate, up));
        gate.KeepAlive();
        up.KeepAlive();
    }

    /// <summary>One row: SiLU is x·σ(x); GELU by the tanh approximation is x·σ(2u) with u = √(2/π)(x + 0.044715x³), which is the same function.</summary>
    public static void ApplyRow(ActivationKind kind, Span<float> values)
    {
        Span<float> factors = stackalloc float[Chunk];
        for (var first = 0; first < values.Length; first += Chunk)
        {
            var x = values.Slice(first, Math.Min(Chunk, values.Length - first));
            var factor = factors[..x.Length];
            switch (kind)
            {
                case ActivationKind.Silu:
                    TensorPrimitives.Sigmoid<float>(x, factor);
                    break;
                case ActivationKind.GeluTanh:
                    TensorPrimitives.Multiply(x, x, factor);
                    TensorPrimitives.Multiply(factor, 2 * 0.7978845608f * 0.044715f, factor);
                    TensorPrimitives.Add(factor, 2 * 0.7978845608f, factor);
                    TensorPrimitives.Multiply(factor, x, factor);
                    TensorPrimitives.Sigmoid<float>(factor, factor);
                    break;
                default:
                    for (var i = 0; i < x.Length; i++)
                        factor[i] = (float)NormalDistribution(x[i]);
                    break;
            }
            TensorPrimitives.Multiply(x, factor, x);
        }
    }

    private static int Parts(int rows) => (rows + RowsPerPart - 1) / RowsPerPart;

    // Φ(x) = erfc(−x/√2)/2 by the Chebyshev fit of Press et al., Numerical Recipes (relative error below 1.2e-7, the precision of a float).
    private static double NormalDistribution(double x)
    {
        var z = Math.Abs(x) / Math.Sqrt(2);
        var t = 1 / (1 + z / 2);
        var series = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806
            + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
        var tail = t * Math.Exp(-z * z + series) / 2;
        return x < 0 ? tail : 1 - tail;
    }

    private readonly struct PlainWork(ActivationKind kind, MatrixView<float> values) : IParallelWork
    {
        private readonly MatrixView<float> _values = values;

        public void Run(int part)
        {
            for (var row = part * RowsPerPart; row < Math.Min(_values.Rows, (part + 1) * RowsPerPart); row++)
                ApplyRow(kind, _values.Row(row));
        }
    }

    private readonly struct GatedWork(ActivationKind kind, MatrixView<float> gate, MatrixView<float> up) : IParallelWork
    {
        private readonly MatrixView<float> _gate = gate;
        private readonly MatrixView<float> _up = up;

        public void Run(int part)
        {
            for (var row = part * RowsPerPart; row < Math.Min(_up.Rows, (part + 1) * RowsPerPart); row++)
            {
                var gates = _gate.Row(row);
                ApplyRow(kind, gates);
                TensorPrimitives.Multiply(_up.Row(row), gates, _up.Row(row));
            }
        }
    }
}
