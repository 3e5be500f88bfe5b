using System.Runtime.CompilerServices;

namespace Sparseland.Tensors;

/// <summary>
/// The innermost loops of the matrix product: a tile of C stays in registers while k runs. The left operand is read one broadcast element at a time with any strides,
/// so it needs no packing to be correct, only to be kind to the caches; the right operand is a packed panel.
/// </summary>
internal static unsafe class GemmKernel<TVector, TOperations, T>
    where TVector : unmanaged
    where TOperations : struct, IVectorOperations<TVector, T>
    where T : unmanaged
{
    /// <summary>Rows of a wide tile.</summary>
    public const int WideRows = 6;

    /// <summary>Rows of a narrow tile.</summary>
    public const int NarrowRows = 12;

    /// <summary>Six rows by two vectors: twelve accumulators, two vectors of B and one broadcast fill the sixteen registers of AVX2.</summary>
    /// <param name="k">Steps.</param>
    /// <param name="a">Element (0, 0) of the tile's left operand.</param>
    /// <param name="row">Elements between two of its rows.</param>
    /// <param name="step">Elements between two of its columns.</param>
    /// <param name="b">The panel: two vectors per step.</param>
    /// <param name="c">The tile's first element; whole tiles only.</param>
    /// <param name="cRow">Elements between two rows of C.</param>
    /// <param name="accumulate">Adds to C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Wide(nint k, T* a, nint row, nint step, T* b, T* c, nint cRow, bool accumulate)
    {
        TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        TVector c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        // Two base pointers, three rows apart, reach six rows with the strides the address unit can scale: 0, 1 and 2.
        var d = a + 3 * row;
        for (; k > 0; k--)
        {
            var b0 = TOperations.Load(b);
            var b1 = TOperations.Load(b + TOperations.Width);
            var left = TOperations.Broadcast(a);
            c00 = TOperations.MultiplyAdd(left, b0, c00);
            c01 = TOperations.MultiplyAdd(left, b1, c01);
            left = TOperations.Broadcast(a + row);
            c10 = TOperations.MultiplyAdd(left, b0, c10);
            c11 = TOperations.MultiplyAdd(left, b1, c11);
            left = TOperations.Broadcast(a + 2 * row);
            c20 = TOperations.MultiplyAdd(left, b0, c20);
            c21 = TOperations.MultiplyAdd(left, b1, c21);
            left = TOperations.Broadcast(d);
            c30 = TOperations.MultiplyAdd(left, b0, c30);
            c31 = TOperations.MultiplyAdd(left, b1, c31);
            left = TOperations.Broadcast(d + row);
            c40 = TOperations.MultiplyAdd(left, b0, c40);
            c41 = TOperations.MultiplyAdd(left, b1, c41);
            left = TOperations.Broadcast(d + 2 * row);
            c50 = TOperations.MultiplyAdd(left, b0, c50);
            c51 = TOperations.MultiplyAdd(left, b1, c51);
            a += step;
            d += step;
            b += 2 * TOperations.Width;
        }
        StorePair(c00, c01, c, accumulate);
        StorePair(c10, c11, c + cRow, accumulate);
        StorePair(c20, c21, c + 2 * cRow, accumulate);
        StorePair(c30, c31, c + 3 * cRow, accumulate);
        StorePair(c40, c41, c + 4 * cRow, accumulate);
        StorePair(c50, c51, c + 5 * cRow, accumulate);
    }

    /// <summary>Twelve rows by one vector, for products with few columns: still twelve independent sums, which hide the latency of the multiply-add.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(nint k, T* a, nint row, nint step, T* b, T* c, nint cRow, bool accumulate)
    {
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        TVector c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        var a3 = a + 3 * row;
        var a6 = a + 6 * row;
        var a9 = a + 9 * row;
        for (; k > 0; k--)
        {
            var right = TOperations.Load(b);
            c0 = TOperations.MultiplyAdd(TOperations.Broadcast(a), right, c0);
            c1 = TOperations.MultiplyAdd(TOperations.Broadcast(a + row), right, c1);
            c2 = TOperations.MultiplyAdd(TOperations.Broadcast(a + 2 * row), right, c2);
            c3 = TOperations.MultiplyAdd(TOperations.Broadcast(a3), right, c3);
            c4 = TOperations.MultiplyAdd(TOperations.Broadcast(a3 + row), right, c4);
            c5 = TOperations.MultiplyAdd(TOperations.Broadcast(a3 + 2 * row), right, c5);
            c6 = TOperations.MultiplyAdd(TOperations.Broadcast(a6), right, c6);
            c7 = TOperations.MultiplyAdd(TOperations.Broadcast(a6 + row), right, c7);
            c8 = TOperations.MultiplyAdd(TOperations.Broadcast(a6 + 2 * row), right, c8);
            c9 = TOperations.MultiplyAdd(TOperations.Broadcast(a9), right, c9);
            c10 = TOperations.MultiplyAdd(TOperations.Broadcast(a9 + row), right, c10);
            c11 = TOperations.MultiplyAdd(TOperations.Broadcast(a9 + 2 * row), right, c11);
            a += step;
            a3 += step;
            a6 += step;
            a9 += step;
            b += TOperations.Width;
        }
        StoreOne(c0, c, accumulate);
        StoreOne(c1, c + cRow, accumulate);
        StoreOne(c2, c + 2 * cRow, accumulate);
        StoreOne(c3, c + 3 * cRow, accumulate);
        StoreOne(c4, c + 4 * cRow, accumulate);
        StoreOne(c5, c + 5 * cRow, accumulate);
        StoreOne(c6, c + 6 * cRow, accumulate);
        StoreOne(c7, c + 7 * cRow, accumulate);
        StoreOne(c8, c + 8 * cRow, accumulate);
        StoreOne(c9, c + 9 * cRow, accumulate);
        StoreOne(c10, c + 10 * cRow, accumulate);
        StoreOne(c11, c + 11 * cRow, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(TVector first, TVector second, T* c, bool accumulate)
    {
        StoreOne(first, c, accumulate);
        StoreOne(second, c + TOperations.Width, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreOne(TVector value, T* c, bool accumulate) =>
        TOperations.Store(accumulate ? TOperations.Add(TOperations.Load(c), value) : value, c);
}
