using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Kernels;

/// <summary>
/// Sampled dense-dense product: the gradient of a masked weight matrix, G = dYᵀ X where the mask keeps, nowhere else.
/// With <see cref="Layouts.MatrixLayout.MultiplyBatch"/> (Y = X Wᵀ) and <see cref="Layouts.MatrixLayout.MultiplyTransposed"/> (dX = dY W) it is all that a sparse linear layer needs.
/// </summary>
public static unsafe class Sddmm
{
    // Above this density the whole product with the dense kernel, of which the kept part is taken, is as fast.
    private const double DenseDensity = 0.3;

    /// <summary>destination[i] = sum over b of left[b, row] right[b, column] for the i-th kept entry in row-major order.</summary>
    /// <param name="left">[batch, rows], the gradient of the outputs.</param>
    /// <param name="right">[batch, columns], the inputs.</param>
    /// <param name="mask">[rows, columns].</param>
    /// <param name="destination">[kept], overwritten.</param>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static void Multiply(MatrixView<float> left, MatrixView<float> right, Mask mask, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (left.Rows != right.Rows || left.Columns != mask.Rows || right.Columns != mask.Columns || destination.Length != mask.KeptCount)
            throw new ArgumentException($"a sampled product of {left.Rows} x {left.Columns} and {right.Rows} x {right.Columns} at a {mask.Rows} x {mask.Columns} mask into {destination.Length} of {mask.KeptCount} values");
        fixed (float* values = destination)
        {
            if (1 - mask.Sparsity > DenseDensity)
                ByRows(left, right, mask, values);
            else
                ByEntries(left, right, mask, values);
        }
        left.KeepAlive();
        right.KeepAlive();
    }

    // Some rows of the whole product at a time, then what the mask keeps of them.
    private static void ByRows(MatrixView<float> left, MatrixView<float> right, Mask mask, float* values)
    {
        var rows = Math.Clamp((1 << 18) / Math.Max(1, mask.Columns), 8, 256);
        var product = Scratch.Get<float>(Scratch.Widened, (long)rows * mask.Columns);
        for (var first = 0; first < mask.Rows; first += rows)
        {
            var count = Math.Min(rows, mask.Rows - first);
            Gemm.Multiply(left.Slice(0, left.Rows, first, count), true, right, false, new MatrixView<float>(product, count, mask.Columns, mask.Columns, null));
            for (var row = 0; row < count; row++)
            {
                var words = mask.Row(first + row);
                for (var w = 0; w < words.Length; w++)
                    for (var word = words[w]; word != 0; word &= word - 1)
                        *values++ = product[(long)row * mask.Columns + w * 64 + System.Numerics.BitOperations.TrailingZeroCount(word)];
            }
        }
    }

    // Both sides with the batch innermost, then one dot product per kept entry.
    private static void ByEntries(MatrixView<float> left, MatrixView<float> right, Mask mask, float* values)
    {
        var batch = left.Rows;
        var width = (batch + 7) & ~7;
        var inputs = Scratch.Get<float>(Scratch.PackedRight, (long)mask.Columns * width + (long)mask.Rows * width);
        var outputs = inputs + (long)mask.Columns * width;
        PanelPacking.Pack(right.Pointer, right.RowStride, batch, mask.Columns, width, inputs);
        PanelPacking.Pack(left.Pointer, left.RowStride, batch, mask.Rows, width, outputs);
        var parts = (mask.Rows + EntryWork.RowsPerPart - 1) / EntryWork.RowsPerPart;
        WorkerPool.Run(parts, new EntryWork(mask, inputs, outputs, width, values));
    }

    private readonly struct EntryWork(Mask mask, float* inputs, float* outputs, int width, float* values) : IParallelWork
    {
        public const int RowsPerPart = 32;

        public void Run(int part)
        {
            var first = part * RowsPerPart;
            // Where this part's values start; counting the words before is cheap beside the products.
            var place = values;
            foreach (var word in mask.Words[..(first * mask.WordsPerRow)])
                place += System.Numerics.BitOperations.PopCount(word);
            for (var row = first; row < Math.Min(mask.Rows, first + RowsPerPart); row++)
            {
                var output = new ReadOnlySpan<float>(outputs + (long)row * width, width);
                var words = mask.Row(row);
                for (var w = 0; w < words.Length; w++)
                    for (var word = words[w]; word != 0; word &= word - 1)
                        *place++ = TensorPrimitives.Dot(output, new ReadOnlySpan<float>(inputs + (long)(w * 64 + System.Numerics.BitOperations.TrailingZeroCount(word)) * width, width));
            }
        }
    }
}
