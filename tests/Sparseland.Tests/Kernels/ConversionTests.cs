using Sparseland.Chance;
using Sparseland.Kernels;

namespace Sparseland.Tests.Kernels;

public class ConversionTests
{
    private static readonly ushort[] Patterns = Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray();

    [Fact]
    public void Every_bfloat16_widens_exactly_and_comes_back()
    {
        var (wide, back) = (new float[65536], new ushort[65536]);
        BFloat16Conversion.Widen(Patterns, wide);
        BFloat16Conversion.Narrow(wide, back);
        for (var i = 0; i < 65536; i++)
        {
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(wide[i]));
            Assert.Equal(float.IsNaN(wide[i]) ? i | 0x40 : i, back[i]);
        }
    }

    [Fact]
    public void Every_half_widens_exactly_and_comes_back()
    {
        var (wide, back) = (new float[65536], new ushort[65536]);
        Float16Conversion.Widen(Patterns, wide);
        Float16Conversion.Narrow(wide, back);
        for (var i = 0; i < 65536; i++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            if (float.IsNaN(expected))
                Assert.True(float.IsNaN(wide[i]) && Half.IsNaN(BitConverter.UInt16BitsToHalf(back[i])));
            else
                Assert.Equal((BitConverter.SingleToUInt32Bits(expected), i), (BitConverter.SingleToUInt32Bits(wide[i]), back[i]));
            Assert.Equal(BitConverter.SingleToUInt32Bits(wide[i]), BitConverter.SingleToUInt32Bits(Float16Conversion.Widen((ushort)i)));
        }
    }

    [Fact]
    public void Narrowing_rounds_to_the_nearest_even_at_every_middle_and_beside_it()
    {
        // The middle between each half and the next, one float below and one above: the only places where rounding can go wrong.
        var values = Patterns.Where(i => (i & 0x7FFF) < 0x7C00).SelectMany(i =>
        {
            var (low, high) = ((double)BitConverter.UInt16BitsToHalf(i), (i & 0x7FFF) == 0x7BFF ? Math.CopySign(65536, (i & 0x8000) != 0 ? -1 : 1) : (double)BitConverter.UInt16BitsToHalf((ushort)(i + 1)));
            var middle = (float)((low + high) / 2);
            return new[] { middle, MathF.BitIncrement(middle), MathF.BitDecrement(middle) };
        }).ToArray();
        var halves = new ushort[values.Length];
        Float16Conversion.Narrow(values, halves);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(BitConverter.HalfToUInt16Bits((Half)values[i]), halves[i]);
            Assert.Equal(halves[i], Float16Conversion.Narrow(values[i]));
        }
    }

    [Fact]
    public void Narrowing_to_bfloat16_equals_rounding_in_double_precision()
    {
        var random = new RandomStream(1, "bits");
        var values = Enumerable.Range(0, 20000).Select(i => BitConverter.UInt32BitsToSingle(i % 2 == 0 ? (uint)random.NextBits() : (uint)random.NextBits() & 0xFFFF0000 | 0x8000)).ToArray();
        var narrow = new ushort[values.Length];
        BFloat16Conversion.Narrow(values, narrow);
        for (var i = 0; i < values.Length; i++)
        {
            var down = (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
            var up = (ushort)(down + 1);
            if (float.IsNaN(values[i]))
                Assert.True(float.IsNaN(BFloat16Conversion.Widen(narrow[i])));
            else
            {
                var rest = BitConverter.SingleToUInt32Bits(values[i]) & 0xFFFF;
                Assert.Equal(rest > 0x8000 || (rest == 0x8000 && (down & 1) != 0) ? up : down, narrow[i]);
            }
            Assert.Equal(narrow[i], BFloat16Conversion.Narrow(values[i]));
        }
    }

    [Fact]
    public void Every_length_and_start_is_converted_and_nothing_beside_it()
    {
        var source = Enumerable.Range(0, 64).Select(i => (i - 30) * 0.37f).ToArray();
        for (var start = 0; start < 4; start++)
            for (var length = 0; length <= 35; length++)
            {
                var (half, brain) = (new ushort[40], new ushort[40]);
                Float16Conversion.Narrow(source.AsSpan(start, length), half.AsSpan(start, length));
                BFloat16Conversion.Narrow(source.AsSpan(start, length), brain.AsSpan(start, length));
                var (wideHalf, wideBrain) = (new float[40], new float[40]);
                Float16Conversion.Widen(half.AsSpan(start, length), wideHalf.AsSpan(start, length));
                BFloat16Conversion.Widen(brain.AsSpan(start, length), wideBrain.AsSpan(start, length));
                for (var i = 0; i < 40; i++)
                {
                    var expected = i >= start && i < start + length ? source[i] : 0;
                    Assert.Equal((float)(Half)expected, wideHalf[i]);
                    Assert.Equal(expected, wideBrain[i], Math.Abs(expected) / 256);
                }
            }
    }

    [Fact]
    public void Lengths_that_differ_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Float16Conversion.Widen(new ushort[3], new float[4]));
        Assert.Throws<ArgumentException>(() => BFloat16Conversion.Narrow(new float[3], new ushort[4]));
    }
}
