using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>Makes layouts by name, and turns one into another.</summary>
public static class MatrixLayoutFactory
{
    /// <summary>Stores what a mask keeps.</summary>
    /// <param name="layoutName">"dense", "csr", "bitmap", "2:4" (any N:M), "block 1x8" (any), "tiled-csl", or "auto" for the smallest that fits.</param>
    /// <param name="element">The value type; the layout must know it.</param>
    /// <param name="values">The matrix.</param>
    /// <param name="mask">What is kept.</param>
    /// <exception cref="SparselandException">The name is unknown or that of a layout that no mask makes, the layout does not store the value type, or the mask does not fit the layout.</exception>
    public static MatrixLayout Create(string layoutName, ElementType element, MatrixView<float> values, Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (layoutName == "auto")
            layoutName = KernelDispatcher.ChooseStorage(mask, element).LayoutName;
        return layoutName == "dense" ? CreateDense(element, values, mask) : LayoutRegistry.Create(layoutName, values, mask, element, null);
    }

    /// <summary>The same matrix in another layout or value type. Exact where the new value type can hold the old values; int8 keeps its scales.</summary>
    /// <param name="source">The matrix.</param>
    /// <param name="layoutName">As in <see cref="Create"/>.</param>
    /// <param name="element">The new value type.</param>
    public static MatrixLayout Convert(MatrixLayout source, string layoutName, ElementType element)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (layoutName == source.Name && element == source.Element)
            return source;
        if (layoutName == source.Name && layoutName != "dense" && LayoutRegistry.Find(layoutName).ChangeElement is { } change)
            return change(source, element);
        var dense = Tensor<float>.Uninitialized(new Shape(source.Rows, source.Columns));
        source.ToDense(dense.Matrix);
        if (layoutName is "dense" or "auto")
            return Create(layoutName, element, dense.Matrix, source.ToMask());
        var scales = element == ElementType.Int8 && source.Element == ElementType.Int8 && source is SparseMatrix sparse ? sparse.Scales.ToArray() : null;
        return LayoutRegistry.Create(layoutName, dense.Matrix, source.ToMask(), element, scales);
    }

    /// <summary>The same matrix in memory of its own, so that benchmarks can rotate over cold copies.</summary>
    /// <param name="source">Dense or sparse.</param>
    public static unsafe MatrixLayout Copy(MatrixLayout source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source is not ILayoutParts { Parts: var parts })
            return DenseMatrix.FromStorage(source.Element, source.Rows, source.Columns, CopyBytes(((DenseMatrix)source).Storage, source.ByteCount));
        var copies = new LayoutPart[parts.Count];
        for (var i = 0; i < copies.Length; i++)
            copies[i] = new LayoutPart(parts[i].Name, parts[i].Type, CopyBytes(parts[i].Bytes, parts[i].Bytes.Length));
        return LayoutRegistry.Read(source.Name, source.Element, source.Rows, source.Columns, copies);
    }

    private static DenseMatrix CreateDense(ElementType element, MatrixView<float> values, Mask mask)
    {
        if (values.Rows != mask.Rows || values.Columns != mask.Columns)
            throw new ArgumentException($"a {mask.Rows} x {mask.Columns} mask on a {values.Rows} x {values.Columns} matrix", nameof(mask));
        var kept = Tensor<float>.Uninitialized(new Shape(values.Rows, values.Columns));
        for (var row = 0; row < values.Rows; row++)
            values.Row(row).CopyTo(kept.Matrix.Row(row));
        mask.Apply(kept.Matrix);
        values.KeepAlive();
        return DenseMatrix.FromFloat32(kept.Matrix, element);
    }

    private static unsafe TensorStorage<byte> CopyBytes(TensorStorage<byte> source, long length)
    {
        var words = new TensorStorage<ulong>((length + 7) / 8, zeroed: false);
        Buffer.MemoryCopy(source.Pointer, words.Pointer, length, length);
        GC.KeepAlive(source);
        return new TensorStorage<byte>((byte*)words.Pointer, length, words);
    }
}
