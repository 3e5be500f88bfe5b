using System.Numerics;

namespace Sparseland.Tensors;

/// <summary>Dense matrix products on all cores.</summary>
public static class Gemm
{
    /// <summary>C = op(A) op(B), or C += op(A) op(B), where op is the matrix or its transpose.</summary>
    /// <param name="a">[m, k], or [k, m] when transposed.</param>
    /// <param name="transposeA">Whether A is read transposed.</param>
    /// <param name="b">[k, n], or [n, k] when transposed.</param>
    /// <param name="transposeB">Whether B is read transposed.</param>
    /// <param name="destination">[m, n].</param>
    /// <param name="accumulate">Adds to the destination instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static void Multiply<T>(MatrixView<T> a, bool transposeA, MatrixView<T> b, bool transposeB, MatrixView<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, k) = transposeA ? (a.Columns, a.Rows) : (a.Rows, a.Columns);
        var (innerB, n) = transposeB ? (b.Columns, b.Rows) : (b.Rows, b.Columns);
        if (innerB != k || destination.Rows != m || destination.Columns != n)
            throw new ArgumentException($"a product of {m} x {k} and {innerB} x {n} into {destination.Rows} x {destination.Columns}");
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = accumulate ? destination[i, j] : T.Zero;
                if (!transposeA && transposeB)
                    sum += TensorPrimitives.Dot<T>(a.Row(i), b.Row(j));
                else
                    for (var p = 0; p < k; p++)
                        sum += (transposeA ? a[p, i] : a[i, p]) * (transposeB ? b[j, p] : b[p, j]);
                destination[i, j] = sum;
            }
        }
        a.KeepAlive();
        b.KeepAlive();
        destination.KeepAlive();
    }
}
