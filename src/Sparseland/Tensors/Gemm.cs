using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Threads;

namespace Sparseland.Tensors;

/// <summary>
/// Dense matrix products on all cores, without allocation. The same extents and strides give the same bytes for any number of threads.
/// Products of few rows or columns may sum in another order than large ones and agree with them to rounding.
/// </summary>
public static unsafe class Gemm
{
    // Up to here a product with a transposed right operand (a batch through a linear layer) reads the weights in place instead of packing them.
    private const int FewRows = 32;

    /// <summary>C = op(A) op(B), or C += op(A) op(B), where op is the matrix or its transpose.</summary>
    /// <typeparam name="T">float and double run on vectors; other types work, slowly.</typeparam>
    /// <param name="a">[m, k], or [k, m] when transposed.</param>
    /// <param name="transposeA">Whether A is read transposed.</param>
    /// <param name="b">[k, n], or [n, k] when transposed.</param>
    /// <param name="transposeB">Whether B is read transposed.</param>
    /// <param name="destination">[m, n]; must not overlap A or B.</param>
    /// <param name="accumulate">Adds to the destination instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static void Multiply<T>(MatrixView<T> a, bool transposeA, MatrixView<T> b, bool transposeB, MatrixView<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, k) = transposeA ? (a.Columns, a.Rows) : (a.Rows, a.Columns);
        var (innerB, n) = transposeB ? (b.Columns, b.Rows) : (b.Rows, b.Columns);
        if (innerB != k || destination.Rows != m || destination.Columns != n)
            throw new ArgumentException($"a product of {m} x {k} and {innerB} x {n} into {destination.Rows} x {destination.Columns}");
        Strided<T> left = new(a.Pointer, (nint)a.RowStride, 1);
        Strided<T> right = new(b.Pointer, (nint)b.RowStride, 1);
        Multiply(m, n, k, transposeA ? left.Transposed : left, transposeB ? right.Transposed : right, new(destination.Pointer, (nint)destination.RowStride, 1), accumulate);
        a.KeepAlive();
        b.KeepAlive();
        destination.KeepAlive();
    }

    /// <summary>The same product for every entry of a batch: the last two dimensions are matrices, all dimensions before them count entries.</summary>
    /// <param name="a">[batch.., m, k], or [batch.., k, m] when transposed.</param>
    /// <param name="transposeA">Whether each A is read transposed.</param>
    /// <param name="b">[batch.., k, n], or [batch.., n, k] when transposed.</param>
    /// <param name="transposeB">Whether each B is read transposed.</param>
    /// <param name="destination">[batch.., m, n]; must not overlap A or B.</param>
    /// <param name="accumulate">Adds to the destination instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static void MultiplyBatched<T>(Tensor<T> a, bool transposeA, Tensor<T> b, bool transposeB, Tensor<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(destination);
        CheckBatch(a, b, destination);
        var (aRows, aColumns) = (a.Shape[-2], a.Shape[-1]);
        var (bRows, bColumns) = (b.Shape[-2], b.Shape[-1]);
        var (m, k) = transposeA ? (aColumns, aRows) : (aRows, aColumns);
        var (innerB, n) = transposeB ? (bColumns, bRows) : (bRows, bColumns);
        if (innerB != k || destination.Shape[-2] != m || destination.Shape[-1] != n)
            throw new ArgumentException($"a batch of products {a.Shape} and {b.Shape} into {destination.Shape}");
        if (m == 0 || n == 0 || destination.Length == 0)
            return;
        Strided<T> left = new(a.Pointer, aColumns, 1);
        Strided<T> right = new(b.Pointer, bColumns, 1);
        var batch = checked((int)(destination.Length / ((long)m * n)));
        var work = new BatchWork<T>(m, n, k, transposeA ? left.Transposed : left, transposeB ? right.Transposed : right, new(destination.Pointer, n, 1), accumulate);
        // Large entries are shared out from inside, small ones whole; either way each sums in the same order.
        if (batch >= 8 || (long)m * n * k < 1 << 20)
            WorkerPool.Run(batch, work);
        else
            for (var i = 0; i < batch; i++)
                work.Run(i);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(destination);
    }

    private static void CheckBatch<T>(Tensor<T> a, Tensor<T> b, Tensor<T> c) where T : unmanaged
    {
        var rank = a.Shape.Rank;
        var fits = rank >= 2 && b.Shape.Rank == rank && c.Shape.Rank == rank;
        for (var i = 0; fits && i < rank - 2; i++)
            fits = a.Shape[i] == b.Shape[i] && a.Shape[i] == c.Shape[i];
        if (!fits)
            throw new ArgumentException($"a batch of products needs equal leading dimensions, not {a.Shape}, {b.Shape} and {c.Shape}");
    }

    internal static void Multiply<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Strided<T> c, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (m == 0 || n == 0)
            return;
        if (k == 0)
        {
            if (!accumulate)
                Clear(m, n, c);
            return;
        }
        // One row against contiguous rows: a product of a matrix and a vector.
        if (m == 1 && !accumulate && a.Column == 1 && c.Column == 1 && b.Row == 1 && b.Column != 1)
        {
            Gemv.Multiply(new MatrixView<T>(b.Pointer, n, k, b.Column, null), new ReadOnlySpan<T>(a.Pointer, k), new Span<T>(c.Pointer, n));
            return;
        }
        if (m == 1 && a.Column == 1 && c.Column == 1 && b.Column == 1)
        {
            Gemv.MultiplyTransposed(new MatrixView<T>(b.Pointer, k, n, b.Row, null), new ReadOnlySpan<T>(a.Pointer, k), new Span<T>(c.Pointer, n), accumulate);
            return;
        }
        // Rows of B in memory and few rows of A: (B^T A^T)^T, with the large operand in place.
        if (m <= FewRows && m < n && b.Row == 1 && b.Column != 1)
            (m, n, a, b, c) = (n, m, b.Transposed, a.Transposed, c.Transposed);
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            GemmDriver<T, ScalarOperations<T>, T>.Multiply(m, n, k, a, b, c, accumulate);
        else if (Vector512.IsHardwareAccelerated && n > Vector256<T>.Count && FillsWidePanels(n, Vector512<T>.Count))
            GemmDriver<Vector512<T>, Vector512Operations<T>, T>.Multiply(m, n, k, a, b, c, accumulate);
        else if (Vector256.IsHardwareAccelerated && n > Vector128<T>.Count)
            GemmDriver<Vector256<T>, Vector256Operations<T>, T>.Multiply(m, n, k, a, b, c, accumulate);
        else if (Vector128.IsHardwareAccelerated)
            GemmDriver<Vector128<T>, Vector128Operations<T>, T>.Multiply(m, n, k, a, b, c, accumulate);
        else
            GemmDriver<T, ScalarOperations<T>, T>.Multiply(m, n, k, a, b, c, accumulate);
    }

    // Panels are filled up with zeros: 144 columns are four and a half panels of 32 and nine of 16. The wider kernel is a few per cent faster, so it may waste that much.
    private static bool FillsWidePanels(int n, int width) => n <= width || (n + 2 * width - 1) / (2 * width) * (2.0 * width) <= 1.05 * ((n + width - 1) / width * width);

    private static void Clear<T>(int m, int n, Strided<T> c) where T : unmanaged
    {
        for (nint i = 0; i < m; i++)
            for (nint j = 0; j < n; j++)
                *c.At(i, j) = default;
    }

    private readonly struct BatchWork<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Strided<T> c, bool accumulate) : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Whole matrices lie one after another, so an entry's distance is its number of elements.
        private readonly nint _a = (nint)((long)m * k), _b = (nint)((long)k * n), _c = (nint)((long)m * n);

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run(int part) => Gemm.Multiply<T>(m, n, k, new(a.Pointer + part * _a, a.Row, a.Column), new(b.Pointer + part * _b, b.Row, b.Column), new(c.Pointer + part * _c, c.Row, c.Column), accumulate);
    }
}
