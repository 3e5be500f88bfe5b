using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>CSR rows by scalar fused multiply-adds.</summary>
internal sealed unsafe class CsrKernel<TValue>(ElementType element) : RowKernel where TValue : IStoredValue
{
    public override string Name => $"{element} csr matrix-vector 1x8";

    public override string Hardware => "FMA";

    public override bool IsSupported => CsrVector.IsSupported;

    public override bool Fits(SparseMatrix matrix) => matrix is CsrMatrix && matrix.Element == element;

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var csr = (CsrMatrix)matrix;
        for (var row = first; row < end; row++)
        {
            var start = csr.Offsets[row];
            var count = csr.Offsets[row + 1] - start;
            var values = csr.Values + (long)start * TValue.Size;
            y[row] = csr.NarrowColumns != null
                ? CsrVector.Row<TValue>(csr.NarrowColumns + start, values, count, x)
                : CsrVector.Row<TValue>(csr.WideColumns + start, values, count, x);
        }
    }
}
