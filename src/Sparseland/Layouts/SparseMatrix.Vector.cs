using Sparseland.Kernels;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Layouts;

public abstract unsafe partial class SparseMatrix
{
    // A group of rows of about this size stays in the second-level cache while several vectors meet it.
    private const long BytesPerGroup = 64 * 1024;

    /// <summary>Bounds of the parts into which products cut the rows.</summary>
    internal int[] Split { get; private protected init; } = [0];

    /// <summary>The kernel that multiplies rows by a vector here, or null for the plain walk.</summary>
    internal RowKernel? Kernel { get; private protected init; }

    /// <summary>Rows that a part may be cut into multiples of.</summary>
    internal virtual int RowStep => 4;

    /// <inheritdoc/>
    public override void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        CheckVectors(x.Length, y.Length);
        fixed (float* source = x, destination = y)
            MultiplyFew(Kernel, source, 0, 1, destination, 0);
    }

    /// <summary>The same with a kernel of the caller's choice, for tests and benchmarks.</summary>
    /// <param name="kernel">One that fits and runs here, or null for the plain walk.</param>
    /// <param name="x">[columns].</param>
    /// <param name="y">[rows], overwritten.</param>
    internal void MultiplyWith(RowKernel? kernel, ReadOnlySpan<float> x, Span<float> y)
    {
        CheckVectors(x.Length, y.Length);
        fixed (float* source = x, destination = y)
            MultiplyFew(kernel, source, 0, 1, destination, 0);
    }

    // y[b] = W x[b] for a few vectors: each group of rows is read from memory once and used for all of them.
    private void MultiplyFew(RowKernel? kernel, float* x, long xStride, int batch, float* y, long yStride)
    {
        if (kernel is null)
        {
            for (var b = 0; b < batch; b++)
                MultiplyReference(new ReadOnlySpan<float>(x + b * xStride, Columns), new Span<float>(y + b * yStride, Rows));
            return;
        }
        if (kernel.Arranges(this))
        {
            var room = ((Columns + 63L) & ~63) + BlockMatrix.MaxExtent;
            var arranged = Scratch.Get<float>(Scratch.Input, room * batch);
            for (var b = 0; b < batch; b++)
                kernel.Arrange(x + b * xStride, Columns, arranged + b * room);
            x = arranged;
            xStride = room;
        }
        WorkerPool.Run(Split.Length - 1, new FewWork(this, kernel, x, xStride, batch, y, yStride));
        GC.KeepAlive(this);
    }

    private readonly struct FewWork(SparseMatrix matrix, RowKernel kernel, float* x, long xStride, int batch, float* y, long yStride) : IParallelWork
    {
        public void Run(int part)
        {
            var (first, end) = (matrix.Split[part], matrix.Split[part + 1]);
            if (batch == 1)
            {
                kernel.Multiply(matrix, first, end, x, y);
                return;
            }
            var rows = Math.Max(1, BytesPerGroup * matrix.Rows / Math.Max(1, matrix.ByteCount) / matrix.RowStep) * matrix.RowStep;
            for (var row = first; row < end; row += (int)Math.Min(rows, end - row))
                for (var b = 0; b < batch; b++)
                    kernel.Multiply(matrix, row, (int)Math.Min(end, row + rows), x + b * xStride, y + b * yStride);
        }
    }
}
