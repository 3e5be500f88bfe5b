using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Tensors;

namespace Sparseland.Kernels;

/// <summary>
/// The input vector of a product with 8-bit, 6-bit or 4-bit weights, rounded to 8 bits in blocks of 32 with a float32 scale each, so that the product runs on integers.
/// The rounding error of an element is at most 1/254 of the largest magnitude in its block.
/// It lies in the calling thread's scratch memory and lasts for one product.
/// </summary>
internal readonly unsafe struct QuantizedInput
{
    /// <summary>Elements that share a scale.</summary>
    public const int Block = 32;

    /// <summary>The elements, filled up with zeros to whole blocks.</summary>
    public readonly sbyte* Values;

    /// <summary>One scale per block.</summary>
    public readonly float* Scales;

    /// <summary>Per block, the sum of its elements times the scale: what a minimum common to a block of weights multiplies.</summary>
    public readonly float* Sums;

    /// <summary>The same per half block.</summary>
    public readonly float* HalfSums;

    /// <summary>Per block eight sums of four neighbours times eight: what the offset 8 of a 4-bit weight adds to each lane of an integer dot product.</summary>
    public readonly int* Offsets;

    /// <summary>Rounds a vector. Any value that is not finite makes its block's scale NaN, and with it every result.</summary>
    public QuantizedInput(ReadOnlySpan<float> x)
    {
        var blocks = (x.Length + Block - 1) / Block;
        // Each block: 32 values, a scale, a sum, two half sums, eight offsets.
        var memory = Scratch.Get<byte>(Scratch.Input, (long)blocks * (Block + (1 + 1 + 2 + 8) * sizeof(float)) + 64);
        Offsets = (int*)memory;
        Values = (sbyte*)(Offsets + blocks * 8);
        Scales = (float*)(Values + blocks * Block);
        Sums = Scales + blocks;
        HalfSums = Sums + blocks;
        fixed (float* source = x)
        {
            for (var block = 0; block < blocks; block++)
            {
                var count = Math.Min(Block, x.Length - block * Block);
                if (count == Block)
                {
                    Round(source + block * Block, block);
                    continue;
                }
                var padded = stackalloc float[Block];
                new Span<float>(padded, Block).Clear();
                x[(block * Block)..].CopyTo(new Span<float>(padded, Block));
                Round(padded, block);
                break;
            }
        }
    }

    private void Round(float* source, int block)
    {
        var values = Values + block * Block;
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(new ReadOnlySpan<float>(source, Block)));
        Scales[block] = float.IsFinite(largest) ? largest / 127 : float.NaN;
        var inverse = largest > 0 && float.IsFinite(largest) ? 127 / largest : 0;
        // A block of tiny subnormal numbers has no finite inverse; it is zero for our purposes.
        if (!float.IsFinite(inverse))
            inverse = 0;
        if (Avx2.IsSupported)
            RoundVector(source, inverse, values);
        else
            for (var i = 0; i < Block; i++)
                values[i] = float.IsFinite(source[i]) ? (sbyte)MathF.Round(source[i] * inverse) : (sbyte)0;
        var halves = stackalloc int[2];
        for (var lane = 0; lane < 8; lane++)
        {
            var sum = values[4 * lane] + values[4 * lane + 1] + values[4 * lane + 2] + values[4 * lane + 3];
            Offsets[block * 8 + lane] = 8 * sum;
            halves[lane / 4] += sum;
        }
        HalfSums[block * 2] = halves[0] * Scales[block];
        HalfSums[block * 2 + 1] = halves[1] * Scales[block];
        Sums[block] = (halves[0] + halves[1]) * Scales[block];
    }

    private static void RoundVector(float* source, float inverse, sbyte* destination)
    {
        var scale = Vector256.Create(inverse);
        var q0 = Avx.ConvertToVector256Int32(Vector256.Load(source) * scale);
        var q1 = Avx.ConvertToVector256Int32(Vector256.Load(source + 8) * scale);
        var q2 = Avx.ConvertToVector256Int32(Vector256.Load(source + 16) * scale);
        var q3 = Avx.ConvertToVector256Int32(Vector256.Load(source + 24) * scale);
        var packed = Avx2.PackSignedSaturate(Avx2.PackSignedSaturate(q0, q1), Avx2.PackSignedSaturate(q2, q3));
        // Packing works within 128-bit halves; put the groups of four back in order.
        Avx2.PermuteVar8x32(packed.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte().Store(destination);
    }
}
