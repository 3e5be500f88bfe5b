using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Tensors;

/// <summary>An operand with any two strides; a transpose is a swap of them.</summary>
/// <param name="pointer">Element (0, 0).</param>
/// <param name="row">Elements between two rows.</param>
/// <param name="column">Elements between two columns.</param>
internal readonly unsafe struct Strided<T>(T* pointer, nint row, nint column) where T : unmanaged
{
    public readonly T* Pointer = pointer;
    public readonly nint Row = row;
    public readonly nint Column = column;

    public Strided<T> Transposed => new(Pointer, Column, Row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* At(nint row, nint column) => Pointer + row * Row + column * Column;
}

/// <summary>Copies operands of the matrix product into the order in which the kernel reads them.</summary>
internal static unsafe class GemmPacking
{
    /// <summary>Copies some panels of the right operand: <paramref name="width"/> columns side by side per step, the last panel filled up with zeros.</summary>
    /// <param name="b">The operand, at the first column and step to copy.</param>
    /// <param name="steps">Rows of it.</param>
    /// <param name="columns">Columns of it.</param>
    /// <param name="width">Columns in a panel.</param>
    /// <param name="destination">Panel after panel, each steps * width.</param>
    public static void Right<T>(Strided<T> b, int steps, int columns, int width, T* destination) where T : unmanaged
    {
        var whole = columns / width * width;
        if (b.Column == 1)
            RightRows(b, steps, whole, width, destination);
        else
            for (var j = 0; j < whole; j += width)
                Transpose(b.At(0, j), b.Row, b.Column, steps, width, destination + (nint)j * steps, width);
        if (whole == columns)
            return;
        var last = destination + (nint)whole * steps;
        for (nint p = 0; p < steps; p++)
        {
            for (var j = 0; j < columns - whole; j++)
                last[p * width + j] = *b.At(p, whole + j);
            for (var j = columns - whole; j < width; j++)
                last[p * width + j] = default;
        }
    }

    // Rows in memory: read each row once over all panels, as the prefetcher likes it.
    private static void RightRows<T>(Strided<T> b, int steps, int columns, int width, T* destination) where T : unmanaged
    {
        for (nint p = 0; p < steps; p++)
        {
            var source = b.Pointer + p * b.Row;
            var target = destination + p * width;
            for (var j = 0; j < columns; j += width)
            {
                CopyExactly(source + j, target, width);
                target += (nint)width * steps;
            }
        }
    }

    /// <summary>Copies a strip of rows so that the rows lie side by side per step, missing rows as zeros.</summary>
    /// <param name="a">The operand, at the strip's first row and step.</param>
    /// <param name="rows">Rows that exist.</param>
    /// <param name="steps">Columns of it.</param>
    /// <param name="height">Rows in a strip.</param>
    /// <param name="destination">steps * height.</param>
    public static void Strip<T>(Strided<T> a, int rows, int steps, int height, T* destination) where T : unmanaged
    {
        for (nint p = 0; p < steps; p++)
        {
            for (var i = 0; i < rows; i++)
                destination[p * height + i] = *a.At(i, p);
            for (var i = rows; i < height; i++)
                destination[p * height + i] = default;
        }
    }

    /// <summary>Elements from one strip to the next in what <see cref="Strips"/> writes: room for a copy that runs over a strip's end.</summary>
    public static int StripStride<T>(int steps, int height) where T : unmanaged => steps * height + 32 / sizeof(T);

    /// <summary>Copies whole strips of an operand whose rows are neighbours in memory (a transposed one), step by step over all strips.</summary>
    public static void Strips<T>(Strided<T> a, int strips, int steps, int height, T* destination) where T : unmanaged
    {
        var stride = StripStride<T>(steps, height);
        // Six floats are copied as eight: what is too much is overwritten by the next step, and the next strip's elements make the read safe.
        var overrun = Vector256.IsHardwareAccelerated && height * sizeof(T) == 24 ? strips - 1 : 0;
        for (nint p = 0; p < steps; p++)
        {
            var source = a.Pointer + p * a.Column;
            var target = destination + p * height;
            var s = 0;
            for (; s < overrun; s++)
            {
                Vector256.Load((byte*)source).Store((byte*)target);
                source += height;
                target += stride;
            }
            for (; s < strips; s++)
            {
                CopyExactly(source, target, height);
                source += height;
                target += stride;
            }
        }
    }

    // A loop of a few vectors in place: a call per run of six to thirty-two elements would cost as much as the copy.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyExactly<T>(T* source, T* destination, int count) where T : unmanaged
    {
        var bytes = count * sizeof(T);
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
            for (; i + 32 <= bytes; i += 32)
                Vector256.Load((byte*)source + i).Store((byte*)destination + i);
        if (Vector128.IsHardwareAccelerated)
            for (; i + 16 <= bytes; i += 16)
                Vector128.Load((byte*)source + i).Store((byte*)destination + i);
        for (; i < bytes; i += sizeof(T))
            *(T*)((byte*)destination + i) = *(T*)((byte*)source + i);
    }

    /// <summary>destination[p * stride + j] = source[j * column + p * row] for p below steps and j below width: fast where row is one.</summary>
    public static void Transpose<T>(T* source, nint row, nint column, int steps, int width, T* destination, nint stride) where T : unmanaged
    {
        nint p = 0;
        if (row == 1 && typeof(T) == typeof(float) && Sse.IsSupported && width % 4 == 0)
        {
            for (; p + 4 <= steps; p += 4)
                for (nint j = 0; j < width; j += 4)
                    Transpose4((float*)(source + j * column + p), column, (float*)(destination + p * stride + j), stride);
        }
        else if (row == 1 && typeof(T) == typeof(double) && Sse2.IsSupported && width % 2 == 0)
        {
            for (; p + 2 <= steps; p += 2)
                for (nint j = 0; j < width; j += 2)
                    Transpose2((double*)(source + j * column + p), column, (double*)(destination + p * stride + j), stride);
        }
        for (; p < steps; p++)
            for (nint j = 0; j < width; j++)
                destination[p * stride + j] = source[j * column + p * row];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(float* source, nint stride, float* destination, nint width)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + stride);
        var r2 = Vector128.Load(source + 2 * stride);
        var r3 = Vector128.Load(source + 3 * stride);
        var low01 = Sse.UnpackLow(r0, r1);
        var high01 = Sse.UnpackHigh(r0, r1);
        var low23 = Sse.UnpackLow(r2, r3);
        var high23 = Sse.UnpackHigh(r2, r3);
        Sse.MoveLowToHigh(low01, low23).Store(destination);
        Sse.MoveHighToLow(low23, low01).Store(destination + width);
        Sse.MoveLowToHigh(high01, high23).Store(destination + 2 * width);
        Sse.MoveHighToLow(high23, high01).Store(destination + 3 * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose2(double* source, nint stride, double* destination, nint width)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + stride);
        Sse2.UnpackLow(r0, r1).Store(destination);
        Sse2.UnpackHigh(r0, r1).Store(destination + width);
    }
}
