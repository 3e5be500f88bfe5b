using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Language.Models;

/// <summary>
/// Small products inside an attention tile, on raw pointers that the caller has checked. Sums run over k in order, one accumulator per output
/// (per lane, for the dot products), so a result does not depend on how tiles are shared among threads.
/// </summary>
internal static unsafe class AttentionKernels
{
    /// <summary>C += A B with A [m, k], B [k, n], C [m, n]; strides in floats. Vectors run along n.</summary>
    public static void AddProduct(float* a, long strideA, float* b, long strideB, float* c, long strideC, int m, int k, int n)
    {
        var row = 0;
        if (Vector.IsHardwareAccelerated)
            for (; row <= m - 4; row += 4)
                AddFourRows(a + row * strideA, strideA, b, strideB, c + row * strideC, strideC, k, n);
        for (; row < m; row++)
            AddRow(a + row * strideA, b, strideB, c + row * strideC, k, n);
    }

    /// <summary>Scores c[i, j] = a[i] · b[j] with A [m, k], B [n, k]: for few rows, where transposing B would not pay.</summary>
    public static void DotRows(float* a, long strideA, float* b, long strideB, float* c, long strideC, int m, int n, int k)
    {
        for (var i = 0; i < m; i++)
        {
            var j = 0;
            for (; j <= n - 4; j += 4)
                DotFour(a + i * strideA, b + j * strideB, strideB, c + i * strideC + j, k);
            for (; j < n; j++)
                c[i * strideC + j] = TensorPrimitives.Dot(new ReadOnlySpan<float>(a + i * strideA, k), new ReadOnlySpan<float>(b + j * strideB, k));
        }
    }

    /// <summary>destination[column, row] = source[row, column]; four rows at a time, so that stores fill lines while the loads stream.</summary>
    public static void Transpose(float* source, long stride, int rows, int columns, float* destination, long destinationStride)
    {
        var row = 0;
        for (; row <= rows - 4; row += 4)
        {
            var (s0, s1, s2, s3) = ((nint)(source + row * stride), (nint)(source + (row + 1) * stride), (nint)(source + (row + 2) * stride), (nint)(source + (row + 3) * stride));
            var target = destination + row;
            for (var column = 0; column < columns; column++, target += destinationStride)
            {
                target[0] = ((float*)s0)[column];
                target[1] = ((float*)s1)[column];
                target[2] = ((float*)s2)[column];
                target[3] = ((float*)s3)[column];
            }
        }
        for (; row < rows; row++)
            for (var column = 0; column < columns; column++)
                destination[column * destinationStride + row] = source[row * stride + column];
    }

    // 4 rows x 2 vectors: eight accumulators hide the latency of the fused multiply-add.
    private static void AddFourRows(float* a, long strideA, float* b, long strideB, float* c, long strideC, int k, int n)
    {
        var lanes = Vector<float>.Count;
        var column = 0;
        var (a1, a2, a3) = ((nint)(a + strideA), (nint)(a + 2 * strideA), (nint)(a + 3 * strideA));
        for (; column <= n - 2 * lanes; column += 2 * lanes)
        {
            var c0 = c + column;
            var (c1, c2, c3) = ((nint)(c0 + strideC), (nint)(c0 + 2 * strideC), (nint)(c0 + 3 * strideC));
            var (s00, s01) = (Vector.Load(c0), Vector.Load(c0 + lanes));
            var (s10, s11) = (Vector.Load((float*)c1), Vector.Load((float*)c1 + lanes));
            var (s20, s21) = (Vector.Load((float*)c2), Vector.Load((float*)c2 + lanes));
            var (s30, s31) = (Vector.Load((float*)c3), Vector.Load((float*)c3 + lanes));
            var line = b + column;
            for (var p = 0; p < k; p++, line += strideB)
            {
                var (b0, b1) = (Vector.Load(line), Vector.Load(line + lanes));
                var factor = new Vector<float>(a[p]);
                s00 = Vector.MultiplyAddEstimate(factor, b0, s00);
                s01 = Vector.MultiplyAddEstimate(factor, b1, s01);
                factor = new Vector<float>(((float*)a1)[p]);
                s10 = Vector.MultiplyAddEstimate(factor, b0, s10);
                s11 = Vector.MultiplyAddEstimate(factor, b1, s11);
                factor = new Vector<float>(((float*)a2)[p]);
                s20 = Vector.MultiplyAddEstimate(factor, b0, s20);
                s21 = Vector.MultiplyAddEstimate(factor, b1, s21);
                factor = new Vector<float>(((float*)a3)[p]);
                s30 = Vector.MultiplyAddEstimate(factor, b0, s30);
                s31 = Vector.MultiplyAddEstimate(factor, b1, s31);
            }
            Store(c0, lanes, s00, s01);
            Store((float*)c1, lanes, s10, s11);
            Store((float*)c2, lanes, s20, s21);
            Store((float*)c3, lanes, s30, s31);
        }
        for (var row = 0; row < 4 && column < n; row++)
            AddRow(a + row * strideA, b + column, strideB, c + row * strideC + column, k, n - column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, int lanes, Vector<float> low, Vector<float> high)
    {
        Vector.Store(low, c);
        Vector.Store(high, c + lanes);
    }

    // One row x 4 vectors, two positions in flight; then single vectors, then lanes.
    private static void AddRow(float* a, float* b, long strideB, float* c, int k, int n)
    {
        var column = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var lanes = Vector<float>.Count;
            for (; column <= n - 4 * lanes; column += 4 * lanes)
            {
                var (s0, s1) = (Vector.Load(c + column), Vector.Load(c + column + lanes));
                var (s2, s3) = (Vector.Load(c + column + 2 * lanes), Vector.Load(c + column + 3 * lanes));
                var line = b + column;
                for (var p = 0; p < k; p++, line += strideB)
                {
                    var factor = new Vector<float>(a[p]);
                    s0 = Vector.MultiplyAddEstimate(factor, Vector.Load(line), s0);
                    s1 = Vector.MultiplyAddEstimate(factor, Vector.Load(line + lanes), s1);
                    s2 = Vector.MultiplyAddEstimate(factor, Vector.Load(line + 2 * lanes), s2);
                    s3 = Vector.MultiplyAddEstimate(factor, Vector.Load(line + 3 * lanes), s3);
                }
                Store(c + column, lanes, s0, s1);
                Store(c + column + 2 * lanes, lanes, s2, s3);
            }
            for (; column <= n - lanes; column += lanes)
            {
                var sum = Vector.Load(c + column);
                for (var p = 0; p < k; p++)
                    sum = Vector.MultiplyAddEstimate(new Vector<float>(a[p]), Vector.Load(b + p * strideB + column), sum);
                Vector.Store(sum, c + column);
            }
        }
        for (; column < n; column++)
        {
            var sum = c[column];
            for (var p = 0; p < k; p++)
                sum += a[p] * b[p * strideB + column];
            c[column] = sum;
        }
    }

    // Four dot products at once; each has one accumulator, whose lanes are added at the end.
    private static void DotFour(float* a, float* b, long strideB, float* c, int k)
    {
        var p = 0;
        float* b1 = b + strideB, b2 = b + 2 * strideB, b3 = b + 3 * strideB;
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
        if (Vector.IsHardwareAccelerated)
        {
            for (; p <= k - Vector<float>.Count; p += Vector<float>.Count)
            {
                var x = Vector.Load(a + p);
                s0 = Vector.MultiplyAddEstimate(x, Vector.Load(b + p), s0);
                s1 = Vector.MultiplyAddEstimate(x, Vector.Load(b1 + p), s1);
                s2 = Vector.MultiplyAddEstimate(x, Vector.Load(b2 + p), s2);
                s3 = Vector.MultiplyAddEstimate(x, Vector.Load(b3 + p), s3);
            }
        }
        AddLanes(s0, s1, s2, s3, c);
        for (; p < k; p++)
        {
            c[0] += a[p] * b[p];
            c[1] += a[p] * b1[p];
            c[2] += a[p] * b2[p];
            c[3] += a[p] * b3[p];
        }
    }

    // Pairwise horizontal sums turn four accumulators into four neighbouring results; without them each is summed by itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLanes(Vector<float> s0, Vector<float> s1, Vector<float> s2, Vector<float> s3, float* c)
    {
        if (Avx.IsSupported && Vector<float>.Count == Vector256<float>.Count)
        {
            var pairs = Avx.HorizontalAdd(Avx.HorizontalAdd(s0.AsVector256(), s1.AsVector256()), Avx.HorizontalAdd(s2.AsVector256(), s3.AsVector256()));
            (pairs.GetLower() + pairs.GetUpper()).Store(c);
            return;
        }
        (c[0], c[1], c[2], c[3]) = (Vector.Sum(s0), Vector.Sum(s1), Vector.Sum(s2), Vector.Sum(s3));
    }
}
