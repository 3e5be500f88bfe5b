using CsCheck;
using Sparseland.Kernels;

namespace Sparseland.Tests.Kernels;

public unsafe class EntryWalkTests
{
    [Fact]
    public void Columns_below_an_end_are_counted_whatever_the_guess() =>
        Gen.Select(Gen.Int[0, 65535].Array[0, 200], Gen.Int[1, 65536], Gen.Int[-50, 300]).Sample((set, end, guess) =>
        {
            var columns = set.Distinct().Order().Select(column => (ushort)column).ToArray();
            fixed (ushort* source = columns)
                Assert.Equal(columns.Count(column => column < end), EntryWalk.CountBelow(source, columns.Length, end, guess));
        }, iter: 300, seed: "0000KDc4Hx31");

    [Fact]
    public void Set_bits_are_listed_in_order_as_numbers_of_either_width() => Gen.ULong.Array[0, 9].Sample(words =>
    {
        var expected = Enumerable.Range(0, words.Length * 64).Where(bit => (words[bit / 64] >> bit % 64 & 1) != 0).ToArray();
        var wide = new int[words.Length * 64 + 16];
        var narrow = new ushort[words.Length * 64 + 16];
        fixed (ulong* source = words)
        fixed (int* wideColumns = wide)
        fixed (ushort* narrowColumns = narrow)
        {
            Assert.Equal(expected.Length, EntryWalk.Bits(source, words.Length, wideColumns));
            Assert.Equal(expected.Length, EntryWalk.Bits(source, words.Length, narrowColumns));
        }
        Assert.Equal(expected, wide[..expected.Length]);
        Assert.Equal(expected, narrow[..expected.Length].Select(column => (int)column));
    }, iter: 100, seed: "0000KDc4Hx31");
}
