using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>Moves vectors into panels [column][lane] and back: transposes in blocks of 8 x 8.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>panel[c][lane] = source[lane][c]; lanes beyond the source become zero.</summary>
    /// <param name="source">[lanes][columns] at a stride.</param>
    /// <param name="stride">Floats from lane to lane.</param>
    /// <param name="lanes">Lanes there are, at most the width.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="width">Lanes of the panel, a multiple of 8.</param>
    /// <param name="panel">[columns][width].</param>
    public static void Pack(float* source, long stride, int lanes, int columns, int width, float* panel)
    {
        for (var lane = 0; lane < width; lane += 8)
        {
            var present = Math.Min(8, lanes - lane);
            if (present == 8)
                Transpose(source + lane * stride, stride, 8, columns, panel + lane, width);
            else
                for (var c = 0; c < columns; c++)
                    for (var i = 0; i < 8; i++)
                        panel[(long)c * width + lane + i] = i < present ? source[(lane + i) * stride + c] : 0;
        }
    }

    /// <summary>destination[lane][c] = panel[c][lane].</summary>
    /// <param name="panel">[columns][width].</param>
    /// <param name="width">Lanes of the panel.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="lanes">Lanes that are wanted.</param>
    /// <param name="destination">[lanes][columns] at a stride.</param>
    /// <param name="stride">Floats from lane to lane.</param>
    public static void Unpack(float* panel, int width, int columns, int lanes, float* destination, long stride)
    {
        var whole = columns & ~7;
        for (var c = 0; c < whole; c += 8)
            Transpose(panel + (long)c * width, width, 8, lanes, destination + c, stride);
        for (var c = whole; c < columns; c++)
            for (var lane = 0; lane < lanes; lane++)
                destination[lane * stride + c] = panel[(long)c * width + lane];
    }

    // destination[j][i] = source[i][j] for eight i and any number of j.
    private static void Transpose(float* source, long sourceStride, int rows, int columns, float* destination, long destinationStride)
    {
        var j = 0;
        if (Avx.IsSupported)
        {
            for (; j + 8 <= columns; j += 8)
                Transpose8x8(source + j, sourceStride, destination + j * destinationStride, destinationStride);
        }
        for (; j < columns; j++)
            for (var i = 0; i < rows; i++)
                destination[j * destinationStride + i] = source[i * sourceStride + j];
    }

    private static void Transpose8x8(float* source, long stride, float* destination, long destinationStride)
    {
        var (r0, r1) = (Vector256.Load(source), Vector256.Load(source + stride));
        var (r2, r3) = (Vector256.Load(source + 2 * stride), Vector256.Load(source + 3 * stride));
        var (r4, r5) = (Vector256.Load(source + 4 * stride), Vector256.Load(source + 5 * stride));
        var (r6, r7) = (Vector256.Load(source + 6 * stride), Vector256.Load(source + 7 * stride));
        // Pairs of rows interleaved, then pairs of pairs, then halves exchanged.
        var (p0, p1) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1));
        var (p2, p3) = (Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        var (p4, p5) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5));
        var (p6, p7) = (Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        var (q0, q1) = (Avx.Shuffle(p0, p2, 0x44), Avx.Shuffle(p0, p2, 0xEE));
        var (q2, q3) = (Avx.Shuffle(p1, p3, 0x44), Avx.Shuffle(p1, p3, 0xEE));
        var (q4, q5) = (Avx.Shuffle(p4, p6, 0x44), Avx.Shuffle(p4, p6, 0xEE));
        var (q6, q7) = (Avx.Shuffle(p5, p7, 0x44), Avx.Shuffle(p5, p7, 0xEE));
        Avx.Permute2x128(q0, q4, 0x20).Store(destination);
        Avx.Permute2x128(q1, q5, 0x20).Store(destination + destinationStride);
        Avx.Permute2x128(q2, q6, 0x20).Store(destination + 2 * destinationStride);
        Avx.Permute2x128(q3, q7, 0x20).Store(destination + 3 * destinationStride);
        Avx.Permute2x128(q0, q4, 0x31).Store(destination + 4 * destinationStride);
        Avx.Permute2x128(q1, q5, 0x31).Store(destination + 5 * destinationStride);
        Avx.Permute2x128(q2, q6, 0x31).Store(destination + 6 * destinationStride);
        Avx.Permute2x128(q3, q7, 0x31).Store(destination + 7 * destinationStride);
    }
}
