using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>Rounds one row to a storage type; false when a value cannot be stored.</summary>
internal unsafe delegate bool RowQuantizer(ReadOnlySpan<float> source, byte* destination);

/// <summary>How rows of some columns lie in memory in one storage type.</summary>
/// <param name="RowBytes">Bytes of a row.</param>
/// <param name="Quantize">Rounds a row.</param>
/// <param name="Wrap">Makes the matrix from its number of rows and its memory.</param>
internal sealed record DenseFormat(long RowBytes, RowQuantizer Quantize, Func<int, TensorStorage<byte>, DenseMatrix> Wrap)
{
    public long ByteCount(int rows) => checked(rows * RowBytes);

    public static unsafe DenseFormat Of(ElementType element, int columns, int groupSize)
    {
        if (groupSize != 0 && (element != ElementType.Int8 || groupSize < 0 || groupSize % QuantizedInput.Block != 0))
            throw new InvalidSettingException($"a group of {groupSize} columns for {element}: groups are a multiple of {QuantizedInput.Block} columns, and only Int8 has a choice");
        switch (element)
        {
            case ElementType.Float32:
                return new(columns * 4L, DenseFloat32.TryQuantize, (rows, storage) => new DenseFloat32(rows, columns, storage));
            case ElementType.BFloat16:
                return new(columns * 2L, DenseHalf<BFloat16Widening>.TryQuantize, (rows, storage) => new DenseHalf<BFloat16Widening>(rows, columns, element, storage));
            case ElementType.Float16:
                return new(columns * 2L, DenseHalf<Float16Widening>.TryQuantize, (rows, storage) => new DenseHalf<Float16Widening>(rows, columns, element, storage));
            case ElementType.Int8:
                var int8 = new Int8Rows(columns, groupSize);
                return new(int8.RowBytes, int8.TryQuantize, (rows, storage) => new DenseInt8(rows, int8, storage));
            case ElementType.Q8_0:
                return Blocks<BlockQ8_0>(element, columns, BlockQ8_0.TryQuantize);
            case ElementType.Q4_0:
                return Blocks<BlockQ4_0>(element, columns, BlockQ4_0.TryQuantize);
            case ElementType.Q4_K:
                return Blocks<BlockQ4_K>(element, columns, BlockQ4_K.TryQuantize);
            case ElementType.Q6_K:
                return Blocks<BlockQ6_K>(element, columns, BlockQ6_K.TryQuantize);
            default:
                throw new UnsupportedException($"a dense weight matrix in {element}; known are Float32, BFloat16, Float16, Int8, Q8_0, Q4_0, Q4_K, Q6_K");
        }
    }

    private static unsafe DenseFormat Blocks<TFormat>(ElementType element, int columns, RowQuantizer quantizeBlock) where TFormat : struct, IBlockFormat
    {
        if (columns % TFormat.BlockSize != 0)
            throw new MismatchException($"{columns} columns in {element}, whose blocks hold {TFormat.BlockSize}: use a storage type without blocks, such as BFloat16 or Int8");
        return new(columns / TFormat.BlockSize * (long)TFormat.BlockBytes, QuantizeRow, (rows, storage) => new DenseBlocks<TFormat>(rows, columns, element, storage));

        bool QuantizeRow(ReadOnlySpan<float> source, byte* destination)
        {
            for (var i = 0; i < source.Length; i += TFormat.BlockSize)
            {
                if (!quantizeBlock(source.Slice(i, TFormat.BlockSize), destination))
                    return false;
                destination += TFormat.BlockBytes;
            }
            return true;
        }
    }
}
