using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>
/// One way to multiply rows of a sparse matrix by a vector: registered once in <see cref="RowKernels"/>, chosen by a matrix when it is made.
/// Rows that a kernel takes together keep sums of their own, so the result does not depend on how rows are cut into parts.
/// </summary>
internal abstract unsafe class RowKernel
{
    /// <summary>Element, layout, operation, tile.</summary>
    public abstract string Name { get; }

    /// <summary>The instructions it needs, as people say it.</summary>
    public abstract string Hardware { get; }

    /// <summary>Whether it runs here.</summary>
    public abstract bool IsSupported { get; }

    /// <summary>Whether it multiplies this matrix.</summary>
    public abstract bool Fits(SparseMatrix matrix);

    /// <summary>Whether it needs a copy of x in an order or length of its own.</summary>
    public virtual bool Arranges(SparseMatrix matrix) => false;

    /// <summary>Makes that copy.</summary>
    /// <param name="x">[columns].</param>
    /// <param name="columns">How many.</param>
    /// <param name="destination">Room for the columns rounded up to 64.</param>
    public virtual void Arrange(float* x, int columns, float* destination)
    {
        var room = (columns + 63) & ~63;
        new ReadOnlySpan<float>(x, columns).CopyTo(new Span<float>(destination, columns));
        new Span<float>(destination + columns, room - columns).Clear();
    }

    /// <summary>y[row] = row times x for rows first to end.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="first">A bound of the matrix's split, or some multiple of its row step behind one.</param>
    /// <param name="end">Behind the last row.</param>
    /// <param name="x">The vector, arranged.</param>
    /// <param name="y">[rows] of the whole matrix.</param>
    public abstract void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y);
}
