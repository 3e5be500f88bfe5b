using System.Numerics;
using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Tests.Keys;

public class RadixSortTests
{
    [Fact]
    public void Keys_come_out_as_from_a_stable_sort() => Gen.Select(Gen.Int[0, 700], Gen.Int[1, 64], Gen.Int[1, 64], Gen.ULong).Sample((count, bits, spread, seed) =>
    {
        var random = new RandomStream(seed, "keys");
        // Fewer random bits than key bits make equal keys and digits that are all the same.
        var keys = Enumerable.Range(0, count).Select(_ => random.NextBits() >> (64 - Math.Min(bits, spread))).ToArray();
        AssertSorted(keys, bits);
    }, iter: 300, seed: "0000KDc4Hx31");

    [Theory]
    [InlineData(100_000, 30)]
    [InlineData(100_000, 63)]
    [InlineData(32_768, 11)]
    [InlineData(32_769, 1)]
    public void The_order_is_the_same_for_any_number_of_threads(int count, int bits)
    {
        var random = new RandomStream(7, "keys");
        var keys = Enumerable.Range(0, count).Select(_ => random.NextBits() >> (64 - bits)).ToArray();
        ThreadCounts.Each(() => AssertSorted(keys, bits));
    }

    [Fact]
    public void A_key_with_too_many_bits_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => RadixSort.Sort([8UL], new int[1], 3));

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(21)]
    public void Points_are_put_into_the_order_of_their_codes(int depth) => Gen.Select(Gen.Int[0, 500], Gen.ULong).Sample((count, seed) =>
    {
        var points = RandomPoints(count, seed);
        var cube = Cube.Around(points);
        Assert.All(points, point => Assert.True(cube.Contains(point)));
        var (codes, keys, indices) = (new ulong[count], new ulong[count], new int[count]);
        MortonCode3.Encode(points, cube, depth, codes);
        MortonOrder.Sort(points, cube, depth, keys, indices);
        Assert.Equal(Enumerable.Range(0, count).OrderBy(i => codes[i]), indices);
        Assert.Equal(codes.Order(), keys);
    }, iter: 30, seed: "0000KDc4Hx31");

    [Fact]
    public void A_point_that_is_not_finite_is_named()
    {
        var fault = Assert.Throws<NumericalException>(() => Cube.Around([Vector3.One, new(1, float.NaN, 2)]));
        Assert.StartsWith("point 1 of 2", fault.Message, StringComparison.Ordinal);
        Assert.Throws<NumericalException>(() => Cube.Around([new(float.MinValue), new(float.MaxValue)]));
        Assert.Equal(new Cube(Vector3.Zero, 1), Cube.Around([]));
        Assert.True(Cube.Around([new(1e30f, 5, 5)]).Contains(new(1e30f, 5, 5)));
    }

    private static Vector3[] RandomPoints(int count, ulong seed)
    {
        var random = new RandomStream(seed, "points");
        return Enumerable.Range(0, count).Select(_ => new Vector3((float)random.NextNormal(), 100 + (float)random.NextNormal(), random.NextInt(3))).ToArray();
    }

    private static void AssertSorted(ulong[] keys, int bits)
    {
        var (sorted, indices) = ((ulong[])keys.Clone(), new int[keys.Length]);
        RadixSort.Sort(sorted, indices, bits);
        Assert.Equal(Enumerable.Range(0, keys.Length).OrderBy(i => keys[i]), indices);
        Assert.Equal(keys.Order(), sorted);
    }
}
