using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Autograd.Kernels;

/// <summary>
/// Products of small matrices that lie in the first-level cache, on one thread: what attention does with its tiles. Lanes run along the columns of B and C;
/// elements of A are broadcast, so that A may be read transposed at no cost. Four rows by three vectors are accumulated in registers.
/// </summary>
internal static unsafe class TileProduct
{
    private const int RowStep = 4;

    /// <summary>Columns are computed in whole vectors: the caller pads to this many, which is enough for float and double.</summary>
    public const int ColumnStep = 8;

    /// <summary>The next multiple of a step.</summary>
    public static int RoundUp(int value, int step) => (value + step - 1) / step * step;

    /// <summary>C = A B, or C += A B.</summary>
    /// <param name="a">m rows, k columns.</param>
    /// <param name="aRow">Distance from one row of A to the next.</param>
    /// <param name="aColumn">Distance from one column of A to the next; the two change places for a transposed matrix.</param>
    /// <param name="b">k rows, n columns, neighbours in a row.</param>
    /// <param name="bRow">Distance from one row of B to the next.</param>
    /// <param name="c">m rows, n columns, neighbours in a row.</param>
    /// <param name="cRow">Distance from one row of C to the next.</param>
    /// <param name="m">Any number; fours are fastest.</param>
    /// <param name="n">A multiple of <see cref="ColumnStep"/>.</param>
    /// <param name="k">Any number.</param>
    /// <param name="accumulate">Adds to C.</param>
    public static void Multiply<T>(T* a, nint aRow, nint aColumn, T* b, nint bRow, T* c, nint cRow, int m, int n, int k, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Debug.Assert(n % ColumnStep == 0, "tiles are padded to whole steps");
        if (!VectorMath.IsVectorized<T>())
        {
            MultiplyScalar(a, aRow, aColumn, b, bRow, c, cRow, m, n, k, accumulate);
            return;
        }
        var lanes = Vector256<T>.Count;
        for (var column = 0; column < n;)
        {
            var vectors = Math.Min(3, (n - column) / lanes);
            var row = 0;
            for (; row <= m - RowStep; row += RowStep)
            {
                var left = a + (row * aRow);
                var target = c + (row * cRow) + column;
                if (vectors == 3)
                    Panel3(left, aRow, aColumn, b + column, bRow, target, cRow, k, accumulate);
                else if (vectors == 2)
                    Panel2(left, aRow, aColumn, b + column, bRow, target, cRow, k, accumulate);
                else
                    Panel1(left, aRow, aColumn, b + column, bRow, target, cRow, k, accumulate);
            }
            for (; row < m; row++)
                Row(a + (row * aRow), aColumn, b + column, bRow, c + (row * cRow) + column, vectors, k, accumulate);
            column += vectors * lanes;
        }
    }

    private static void MultiplyScalar<T>(T* a, nint aRow, nint aColumn, T* b, nint bRow, T* c, nint cRow, int m, int n, int k, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < m; i++)
        {
            var target = c + (i * cRow);
            if (!accumulate)
                new Span<T>(target, n).Clear();
            for (var p = 0; p < k; p++)
            {
                var factor = a[(i * aRow) + (p * aColumn)];
                var row = b + (p * bRow);
                for (var j = 0; j < n; j++)
                    target[j] += factor * row[j];
            }
        }
    }

    private static void Panel3<T>(T* a, nint aRow, nint aColumn, T* b, nint bRow, T* c, nint cRow, int k, bool accumulate) where T : unmanaged
    {
        var lanes = Vector256<T>.Count;
        Vector256<T> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector256<T> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        T* a0 = a, a1 = a + aRow, a2 = a + (2 * aRow), a3 = a + (3 * aRow);
        for (var p = 0; p < k; p++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + lanes);
            var b2 = Vector256.Load(b + (2 * lanes));
            var factor = Vector256.Create(*a0);
            c00 = VectorMath.MultiplyAdd(factor, b0, c00);
            c01 = VectorMath.MultiplyAdd(factor, b1, c01);
            c02 = VectorMath.MultiplyAdd(factor, b2, c02);
            factor = Vector256.Create(*a1);
            c10 = VectorMath.MultiplyAdd(factor, b0, c10);
            c11 = VectorMath.MultiplyAdd(factor, b1, c11);
            c12 = VectorMath.MultiplyAdd(factor, b2, c12);
            factor = Vector256.Create(*a2);
            c20 = VectorMath.MultiplyAdd(factor, b0, c20);
            c21 = VectorMath.MultiplyAdd(factor, b1, c21);
            c22 = VectorMath.MultiplyAdd(factor, b2, c22);
            factor = Vector256.Create(*a3);
            c30 = VectorMath.MultiplyAdd(factor, b0, c30);
            c31 = VectorMath.MultiplyAdd(factor, b1, c31);
            c32 = VectorMath.MultiplyAdd(factor, b2, c32);
            a0 = a0 + aColumn;
            a1 = a1 + aColumn;
            a2 = a2 + aColumn;
            a3 = a3 + aColumn;
            b = b + bRow;
        }
        Store(c, c00, c01, accumulate);
        Store(c + (2 * lanes), c02, accumulate);
        Store(c + cRow, c10, c11, accumulate);
        Store(c + cRow + (2 * lanes), c12, accumulate);
        Store(c + (2 * cRow), c20, c21, accumulate);
        Store(c + (2 * cRow) + (2 * lanes), c22, accumulate);
        Store(c + (3 * cRow), c30, c31, accumulate);
        Store(c + (3 * cRow) + (2 * lanes), c32, accumulate);
    }

    private static void Panel2<T>(T* a, nint aRow, nint aColumn, T* b, nint bRow, T* c, nint cRow, int k, bool accumulate) where T : unmanaged
    {
        var lanes = Vector256<T>.Count;
        Vector256<T> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        T* a0 = a, a1 = a + aRow, a2 = a + (2 * aRow), a3 = a + (3 * aRow);
        for (var p = 0; p < k; p++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + lanes);
            var factor = Vector256.Create(*a0);
            c00 = VectorMath.MultiplyAdd(factor, b0, c00);
            c01 = VectorMath.MultiplyAdd(factor, b1, c01);
            factor = Vector256.Create(*a1);
            c10 = VectorMath.MultiplyAdd(factor, b0, c10);
            c11 = VectorMath.MultiplyAdd(factor, b1, c11);
            factor = Vector256.Create(*a2);
            c20 = VectorMath.MultiplyAdd(factor, b0, c20);
            c21 = VectorMath.MultiplyAdd(factor, b1, c21);
            factor = Vector256.Create(*a3);
            c30 = VectorMath.MultiplyAdd(factor, b0, c30);
            c31 = VectorMath.MultiplyAdd(factor, b1, c31);
            a0 = a0 + aColumn;
            a1 = a1 + aColumn;
            a2 = a2 + aColumn;
            a3 = a3 + aColumn;
            b = b + bRow;
        }
        Store(c, c00, c01, accumulate);
        Store(c + cRow, c10, c11, accumulate);
        Store(c + (2 * cRow), c20, c21, accumulate);
        Store(c + (3 * cRow), c30, c31, accumulate);
    }

    private static void Panel1<T>(T* a, nint aRow, nint aColumn, T* b, nint bRow, T* c, nint cRow, int k, bool accumulate) where T : unmanaged
    {
        Vector256<T> c0 = default, c1 = default, c2 = default, c3 = default;
        T* a0 = a, a1 = a + aRow, a2 = a + (2 * aRow), a3 = a + (3 * aRow);
        for (var p = 0; p < k; p++)
        {
            var b0 = Vector256.Load(b);
            c0 = VectorMath.MultiplyAdd(Vector256.Create(*a0), b0, c0);
            c1 = VectorMath.MultiplyAdd(Vector256.Create(*a1), b0, c1);
            c2 = VectorMath.MultiplyAdd(Vector256.Create(*a2), b0, c2);
            c3 = VectorMath.MultiplyAdd(Vector256.Create(*a3), b0, c3);
            a0 = a0 + aColumn;
            a1 = a1 + aColumn;
            a2 = a2 + aColumn;
            a3 = a3 + aColumn;
            b = b + bRow;
        }
        Store(c, c0, accumulate);
        Store(c + cRow, c1, accumulate);
        Store(c + (2 * cRow), c2, accumulate);
        Store(c + (3 * cRow), c3, accumulate);
    }

    private static void Row<T>(T* a, nint aColumn, T* b, nint bRow, T* c, int vectors, int k, bool accumulate) where T : unmanaged
    {
        for (var vector = 0; vector < vectors; vector++)
        {
            var offset = vector * Vector256<T>.Count;
            Vector256<T> sum = default;
            for (var p = 0; p < k; p++)
                sum = VectorMath.MultiplyAdd(Vector256.Create(a[p * aColumn]), Vector256.Load(b + (p * bRow) + offset), sum);
            Store(c + offset, sum, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, Vector256<T> first, Vector256<T> second, bool accumulate) where T : unmanaged
    {
        Store(target, first, accumulate);
        Store(target + Vector256<T>.Count, second, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, Vector256<T> value, bool accumulate) where T : unmanaged => (accumulate ? value + Vector256.Load(target) : value).Store(target);
}
