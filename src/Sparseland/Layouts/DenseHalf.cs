using Sparseland.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>bfloat16 or half precision weights, row after row.</summary>
internal sealed unsafe class DenseHalf<TWidening>(int rows, int columns, ElementType element, TensorStorage<byte> storage)
    : DenseMatrix(rows, columns, element, storage, columns * 2L, rows * (columns * 2L))
    where TWidening : struct, IHalfWidening
{
    public static bool TryQuantize(ReadOnlySpan<float> source, byte* destination)
    {
        fixed (float* from = source)
        {
            if (typeof(TWidening) == typeof(BFloat16Widening))
                BFloat16Conversion.Narrow(from, (ushort*)destination, source.Length);
            else
                Float16Conversion.Narrow(from, (ushort*)destination, source.Length);
        }
        // All exponent bits set means infinity or NaN, in the source or after rounding.
        var exponent = (ushort)(typeof(TWidening) == typeof(BFloat16Widening) ? 0x7F80 : 0x7C00);
        for (var i = 0; i < source.Length; i++)
            if ((((ushort*)destination)[i] & exponent) == exponent)
                return false;
        return true;
    }

    internal override void WidenRow(int row, float* destination)
    {
        if (typeof(TWidening) == typeof(BFloat16Widening))
            BFloat16Conversion.Widen((ushort*)RowPointer(row), destination, Columns);
        else
            Float16Conversion.Widen((ushort*)RowPointer(row), destination, Columns);
    }

    private protected override void MultiplyVector(ReadOnlySpan<float> x, Span<float> y) => HalfProducts<TWidening>.Multiply((ushort*)RowPointer(0), Rows, Columns, x, y);
}
