using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Kernels;

/// <summary>
/// Rows of signed bytes with float32 scales, one per group of columns; weight = scale * q.
/// <code>
/// row: | scale of group 0 | ... | scale of the last group | q0 q1 ... | up to 3 bytes of padding |
///        float32                                            signed bytes
/// </code>
/// A group is a multiple of 32 columns, the last one whatever is left; one scale per row is a group as long as the row.
/// </summary>
internal readonly unsafe struct Int8Rows(int columns, int groupSize)
{
    public readonly int Columns = columns;

    public readonly int GroupSize = groupSize == 0 ? Math.Max(columns, 1) : groupSize;

    public int Groups => (Columns + GroupSize - 1) / GroupSize;

    public long RowBytes => Groups * sizeof(float) + ((Columns + 3) & ~3);

    /// <summary>Rounds a row; false when a value is not finite.</summary>
    public bool TryQuantize(ReadOnlySpan<float> source, byte* row)
    {
        var scales = (float*)row;
        var values = (sbyte*)(scales + Groups);
        for (var g = 0; g < Groups; g++)
        {
            var start = g * GroupSize;
            var group = source.Slice(start, Math.Min(GroupSize, Columns - start));
            var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(group));
            if (!float.IsFinite(largest))
                return false;
            scales[g] = largest / 127;
            var inverse = 127 / largest;
            if (!float.IsFinite(inverse))
                (inverse, scales[g]) = (0, 0);
            for (var i = 0; i < group.Length; i++)
                values[start + i] = (sbyte)MathF.Round(group[i] * inverse);
        }
        for (var i = Columns; i % 4 != 0; i++)
            values[i] = 0;
        return true;
    }

    public void Widen(byte* row, float* destination)
    {
        var scales = (float*)row;
        var values = (sbyte*)(scales + Groups);
        for (var g = 0; g < Groups; g++)
        {
            var i = g * GroupSize;
            var end = Math.Min(Columns, i + GroupSize);
            if (Avx2.IsSupported)
                for (; i + 8 <= end; i += 8)
                    (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(values + i)) * Vector256.Create(scales[g])).Store(destination + i);
            for (; i < end; i++)
                destination[i] = values[i] * scales[g];
        }
    }
}

/// <summary>y = W x for rows of signed bytes: the input is rounded to 8 bits once, then four rows at a time are multiplied on integers; without AVX2 rows are widened.</summary>
internal static unsafe class Int8Products
{
    public static void Multiply(byte* weights, int rows, Int8Rows format, ReadOnlySpan<float> x, Span<float> y)
    {
        var parts = new RowParts(rows, format.RowBytes);
        fixed (float* px = x, py = y)
        {
            if (Avx2.IsSupported)
                WorkerPool.Run(parts.Count, new IntegerWork(weights, format, new QuantizedInput(x), py, parts));
            else
                WorkerPool.Run(parts.Count, new WideningWork(weights, format, px, py, parts));
        }
    }

    private readonly struct IntegerWork(byte* weights, Int8Rows format, QuantizedInput x, float* y, RowParts parts) : IParallelWork
    {
        private readonly Int8Rows _format = format;
        private readonly QuantizedInput _x = x;

        public void Run(int part)
        {
            var row = parts.Start(part);
            var end = parts.End(part);
            var rowBytes = (nint)_format.RowBytes;
            for (; row + 4 <= end; row += 4)
                FourRows(weights + row * rowBytes, rowBytes, _format, _x, y + row);
            // Fewer than four rows left: the same loop reads the last row again in place of those that are missing.
            if (row == end)
                return;
            var four = stackalloc float[4];
            for (; row < end; row++)
            {
                FourRows(weights + row * rowBytes, 0, _format, _x, four);
                y[row] = four[0];
            }
        }
    }

    private readonly struct WideningWork(byte* weights, Int8Rows format, float* x, float* y, RowParts parts) : IParallelWork
    {
        public void Run(int part)
        {
            var widened = Scratch.Get<float>(Scratch.Widened, format.Columns);
            for (var row = parts.Start(part); row < parts.End(part); row++)
            {
                format.Widen(weights + row * (nint)format.RowBytes, widened);
                y[row] = TensorPrimitives.Dot(new ReadOnlySpan<float>(widened, format.Columns), new ReadOnlySpan<float>(x, format.Columns));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(byte* rows, nint rowBytes, in Int8Rows format, in QuantizedInput x, float* y)
    {
        Vector256<float> t0 = default, t1 = default, t2 = default, t3 = default;
        var columns = format.Columns;
        var scales = (float*)rows;
        var skip = rowBytes / sizeof(float);
        var a = (sbyte*)(scales + format.Groups);
        var b = a + rowBytes;
        var c = b + rowBytes;
        var d = c + rowBytes;
        var tail = stackalloc sbyte[QuantizedInput.Block];
        var start = 0;
        for (var g = 0; start < columns; g++)
        {
            Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
            var end = Math.Min(columns, start + format.GroupSize);
            nint i = start;
            for (; i + QuantizedInput.Block <= end; i += QuantizedInput.Block)
            {
                var values = Vector256.Load(x.Values + i);
                var scale = Vector256.Create(x.Scales[i / QuantizedInput.Block]);
                s0 = Add(Vector256.Load(a + i), values, scale, s0);
                s1 = Add(Vector256.Load(b + i), values, scale, s1);
                s2 = Add(Vector256.Load(c + i), values, scale, s2);
                s3 = Add(Vector256.Load(d + i), values, scale, s3);
            }
            if (i < end)
            {
                var values = Vector256.Load(x.Values + i);
                var scale = Vector256.Create(x.Scales[i / QuantizedInput.Block]);
                s0 = Add(LoadTail(a + i, (int)(end - i), tail), values, scale, s0);
                s1 = Add(LoadTail(b + i, (int)(end - i), tail), values, scale, s1);
                s2 = Add(LoadTail(c + i, (int)(end - i), tail), values, scale, s2);
                s3 = Add(LoadTail(d + i, (int)(end - i), tail), values, scale, s3);
            }
            t0 = Vector256.MultiplyAddEstimate(s0, Vector256.Create(scales[g]), t0);
            t1 = Vector256.MultiplyAddEstimate(s1, Vector256.Create(scales[g + skip]), t1);
            t2 = Vector256.MultiplyAddEstimate(s2, Vector256.Create(scales[g + 2 * skip]), t2);
            t3 = Vector256.MultiplyAddEstimate(s3, Vector256.Create(scales[g + 3 * skip]), t3);
            start = end;
        }
        y[0] = Vector256.Sum(t0);
        y[1] = Vector256.Sum(t1);
        y[2] = Vector256.Sum(t2);
        y[3] = Vector256.Sum(t3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<sbyte> weights, Vector256<sbyte> values, Vector256<float> scale, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(IntegerDot.Signed(weights, values)), scale, sum);

    // Mapped memory may end with the row: the last weights are copied, never read beyond.
    private static Vector256<sbyte> LoadTail(sbyte* source, int count, sbyte* room)
    {
        new Span<sbyte>(room, QuantizedInput.Block).Clear();
        new ReadOnlySpan<sbyte>(source, count).CopyTo(new Span<sbyte>(room, QuantizedInput.Block));
        return Vector256.Load(room);
    }
}
