using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// The products of selected neurons with one input row: y = Σ_j (gate_j · (up_j · x + bias_j)) down_j, or y = Σ_j gate_j down_j without up rows.
/// Four neurons go together, so that x and y are read once for four weights; each neuron's weights lie side by side and are read once.
/// Sums run over the selected neurons in their order.
/// </summary>
internal static unsafe class NeuronProducts<TValue> where TValue : struct, IStoredValue
{
    /// <summary>Where a layer's neurons lie and what they are multiplied with.</summary>
    /// <param name="Weights">First neuron's first value.</param>
    /// <param name="NeuronBytes">Bytes from one neuron to the next.</param>
    /// <param name="Width">Values of a row.</param>
    /// <param name="HasUp">Whether an up row precedes the down row.</param>
    /// <param name="UpBias">Added to the up products, by neuron; null for none.</param>
    public readonly record struct Neurons(nint Weights, long NeuronBytes, nint Width, bool HasUp, nint UpBias);

    /// <summary>Adds some selected neurons' outputs to y.</summary>
    /// <param name="neurons">The layer.</param>
    /// <param name="selected">Numbers of the neurons, ascending.</param>
    /// <param name="count">How many.</param>
    /// <param name="gates">Their factors, by neuron number.</param>
    /// <param name="x">[width]; not read without up rows.</param>
    /// <param name="y">[width], added to.</param>
    public static void Add(Neurons neurons, int* selected, int count, float* gates, float* x, float* y)
    {
        var factors = stackalloc float[4];
        var rows = stackalloc byte*[4];
        for (var i = 0; i < count; i += 4)
        {
            var together = Math.Min(4, count - i);
            for (var k = 0; k < 4; k++)
                // Fewer than four: the last neuron stands in with a factor of zero.
                rows[k] = (byte*)neurons.Weights + selected[i + Math.Min(k, together - 1)] * neurons.NeuronBytes;
            if (neurons.HasUp)
                Dot(rows, x, neurons.Width, factors);
            for (var k = 0; k < 4; k++)
            {
                if (k >= together)
                {
                    factors[k] = 0;
                    continue;
                }
                var neuron = selected[i + k];
                var up = neurons.HasUp ? factors[k] + (neurons.UpBias == 0 ? 0 : ((float*)neurons.UpBias)[neuron]) : 1;
                factors[k] = gates[neuron] * up;
            }
            var offset = neurons.HasUp ? neurons.Width * TValue.Size : 0;
            AddRows(rows[0] + offset, rows[1] + offset, rows[2] + offset, rows[3] + offset, factors, neurons.Width, y);
        }
    }

    // Two vectors of each of four rows: eight accumulators hide the latency of the fused multiply-add.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot(byte** rows, float* x, nint width, float* sums)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        byte* a = rows[0], b = rows[1], c = rows[2], d = rows[3];
        nint i = 0;
        if (Avx2.IsSupported)
        {
            for (; i + 16 <= width; i += 16)
            {
                var (x0, x1) = (Vector256.Load(x + i), Vector256.Load(x + i + 8));
                var (low, high) = (i * TValue.Size, (i + 8) * TValue.Size);
                s00 = Vector256.MultiplyAddEstimate(TValue.Load256(a + low), x0, s00);
                s01 = Vector256.MultiplyAddEstimate(TValue.Load256(a + high), x1, s01);
                s10 = Vector256.MultiplyAddEstimate(TValue.Load256(b + low), x0, s10);
                s11 = Vector256.MultiplyAddEstimate(TValue.Load256(b + high), x1, s11);
                s20 = Vector256.MultiplyAddEstimate(TValue.Load256(c + low), x0, s20);
                s21 = Vector256.MultiplyAddEstimate(TValue.Load256(c + high), x1, s21);
                s30 = Vector256.MultiplyAddEstimate(TValue.Load256(d + low), x0, s30);
                s31 = Vector256.MultiplyAddEstimate(TValue.Load256(d + high), x1, s31);
            }
        }
        sums[0] = Vector256.Sum(s00 + s01) + Rest(a, x, i, width);
        sums[1] = Vector256.Sum(s10 + s11) + Rest(b, x, i, width);
        sums[2] = Vector256.Sum(s20 + s21) + Rest(c, x, i, width);
        sums[3] = Vector256.Sum(s30 + s31) + Rest(d, x, i, width);
    }

    private static float Rest(byte* row, float* x, nint first, nint width)
    {
        var sum = 0f;
        for (var i = first; i < width; i++)
            sum += TValue.Load(row + i * TValue.Size) * x[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(byte* a, byte* b, byte* c, byte* d, float* factors, nint width, float* y)
    {
        nint i = 0;
        if (Avx2.IsSupported)
        {
            var (f0, f1, f2, f3) = (Vector256.Create(factors[0]), Vector256.Create(factors[1]), Vector256.Create(factors[2]), Vector256.Create(factors[3]));
            for (; i + 8 <= width; i += 8)
            {
                var at = i * TValue.Size;
                var sum = Vector256.MultiplyAddEstimate(TValue.Load256(a + at), f0, Vector256.Load(y + i));
                var other = TValue.Load256(b + at) * f1;
                sum = Vector256.MultiplyAddEstimate(TValue.Load256(c + at), f2, sum);
                other = Vector256.MultiplyAddEstimate(TValue.Load256(d + at), f3, other);
                (sum + other).Store(y + i);
            }
        }
        for (; i < width; i++)
        {
            var at = i * TValue.Size;
            y[i] += TValue.Load(a + at) * factors[0] + TValue.Load(b + at) * factors[1] + TValue.Load(c + at) * factors[2] + TValue.Load(d + at) * factors[3];
        }
    }
}
