using System.Runtime.InteropServices;

namespace Sparseland.Benchmarks.Peers;

/// <summary>OpenBLAS from the Debian package libopenblas0, called by P/Invoke: the peer of the dense products. Absent, its column says so.</summary>
internal static unsafe partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101;
    private const int NoTranspose = 111;
    private const int Transpose = 112;

    /// <summary>Whether the library is installed.</summary>
    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(OpenBlas).Assembly, null, out _);

    /// <summary>The library's own description of its version and kernels.</summary>
    public static string Description => IsAvailable ? $"{Marshal.PtrToStringUTF8((nint)openblas_get_config())} ({Marshal.PtrToStringUTF8((nint)openblas_get_corename())} kernels)" : "not installed";

    /// <summary>How many threads its next calls use.</summary>
    public static void SetThreads(int count)
    {
        if (IsAvailable)
            openblas_set_num_threads(count);
    }

    /// <summary>C = op(A) op(B), row-major and contiguous.</summary>
    public static void Multiply(int m, int n, int k, float* a, bool transposeA, float* b, bool transposeB, float* c) =>
        cblas_sgemm(RowMajor, transposeA ? Transpose : NoTranspose, transposeB ? Transpose : NoTranspose, m, n, k, 1, a, transposeA ? m : k, b, transposeB ? k : n, 0, c, n);

    /// <summary>C = op(A) op(B) in double precision.</summary>
    public static void Multiply(int m, int n, int k, double* a, bool transposeA, double* b, bool transposeB, double* c) =>
        cblas_dgemm(RowMajor, transposeA ? Transpose : NoTranspose, transposeB ? Transpose : NoTranspose, m, n, k, 1, a, transposeA ? m : k, b, transposeB ? k : n, 0, c, n);

    /// <summary>y = A x, or y = Aᵀ x, row-major and contiguous.</summary>
    public static void Multiply(int rows, int columns, float* a, bool transpose, float* x, float* y) =>
        cblas_sgemv(RowMajor, transpose ? Transpose : NoTranspose, rows, columns, 1, a, columns, x, 1, 0, y, 1);

    [LibraryImport(Library)]
    private static partial byte* openblas_get_config();

    [LibraryImport(Library)]
    private static partial byte* openblas_get_corename();

    [LibraryImport(Library)]
    private static partial void openblas_set_num_threads(int count);

    [LibraryImport(Library)]
    private static partial void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);

    [LibraryImport(Library)]
    private static partial void cblas_dgemm(int order, int transA, int transB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb, double beta, double* c, int ldc);

    [LibraryImport(Library)]
    private static partial void cblas_sgemv(int order, int trans, int m, int n, float alpha, float* a, int lda, float* x, int incX, float beta, float* y, int incY);
}
