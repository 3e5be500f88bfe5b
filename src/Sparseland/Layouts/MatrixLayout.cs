using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// A weight matrix W of <see cref="Rows"/> outputs by <see cref="Columns"/> inputs as it lies in memory: dense, quantised, sparse or a product of factors.
/// This is where methods and kernels meet: a method makes a mask and values, a layout stores them, its kernels multiply.
/// Instances are immutable and may be used from several threads.
/// </summary>
public abstract class MatrixLayout
{
    /// <summary>Sets the extents.</summary>
    protected MatrixLayout(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Outputs.</summary>
    public int Rows { get; }

    /// <summary>Inputs.</summary>
    public int Columns { get; }

    /// <summary>The layout's name as people type it: "dense", "csr", "bitmap", "2:4", "block 1x8".</summary>
    public abstract string Name { get; }

    /// <summary>How the kept values are stored.</summary>
    public abstract ElementType Element { get; }

    /// <summary>Bytes of index and values together, as in memory.</summary>
    public abstract long ByteCount { get; }

    /// <summary>How many entries are kept: those of <see cref="ToMask"/>, and all of them when dense or a product of factors.</summary>
    public abstract long KeptCount { get; }

    /// <summary>Whether it holds the matrix entry by entry; false for a product of factors, whose bytes say more than its mask.</summary>
    public virtual bool HasMask => true;

    /// <summary>y = W x: one column.</summary>
    /// <param name="x">[columns].</param>
    /// <param name="y">[rows], overwritten.</param>
    public abstract void Multiply(ReadOnlySpan<float> x, Span<float> y);

    /// <summary>Y = X Wᵀ: each row of X is one input vector, each row of Y its output.</summary>
    /// <param name="x">[batch, columns].</param>
    /// <param name="y">[batch, rows], overwritten.</param>
    public abstract void MultiplyBatch(MatrixView<float> x, MatrixView<float> y);

    /// <summary>Y = X W: the product with the transpose, as in a backward pass.</summary>
    /// <param name="x">[batch, rows].</param>
    /// <param name="y">[batch, columns], overwritten.</param>
    public abstract void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y);

    /// <summary>Writes the matrix with zeros where nothing is kept.</summary>
    /// <param name="destination">[rows, columns].</param>
    public abstract void ToDense(MatrixView<float> destination);

    /// <summary>Which entries are kept; a full mask when dense or a product of factors.</summary>
    public abstract Mask ToMask();

    /// <summary>Writes some rows in float32, for an embedding look-up.</summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">[columns].</param>
    public abstract void CopyRow(int row, Span<float> destination);

    /// <summary>The fraction of entries that are not kept, 0 to 1.</summary>
    public double Sparsity => Rows == 0 || Columns == 0 ? 0 : 1 - KeptCount / ((double)Rows * Columns);
}
