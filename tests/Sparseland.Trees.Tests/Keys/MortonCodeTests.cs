using System.Numerics;
using CsCheck;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Tests.Keys;

public class MortonCodeTests
{
    [Fact]
    public void Codes_of_the_plane_interleave_bit_by_bit_and_decode_to_the_cell() => Gen.Select(Gen.UInt, Gen.UInt).Sample((x, y) =>
    {
        var code = MortonCode2.Encode(x, y);
        Assert.Equal(Interleave(x, y), code);
        Assert.Equal(code, MortonCode2.EncodePortable(x, y));
        Assert.Equal((x, y), MortonCode2.Decode(code));
        Assert.Equal((x, y), MortonCode2.DecodePortable(code));
    }, seed: "0000KDc4Hx31");

    [Fact]
    public void Codes_of_space_interleave_bit_by_bit_and_decode_to_the_cell() => Gen.UInt[0, (1 << 21) - 1].Array[3].Sample(cell =>
    {
        var code = MortonCode3.Encode(cell[0], cell[1], cell[2]);
        Assert.Equal(Interleave(cell), code);
        Assert.Equal(code, MortonCode3.EncodePortable(cell[0], cell[1], cell[2]));
        Assert.Equal((cell[0], cell[1], cell[2]), MortonCode3.Decode(code));
        Assert.Equal((cell[0], cell[1], cell[2]), MortonCode3.DecodePortable(code));
    }, seed: "0000KDc4Hx31");

    [Fact]
    public void Codes_of_four_dimensions_interleave_bit_by_bit_and_decode_to_the_cell() => Gen.UInt[0, (1 << 16) - 1].Array[4].Sample(cell =>
    {
        var code = MortonCode4.Encode(cell[0], cell[1], cell[2], cell[3]);
        Assert.Equal(Interleave(cell), code);
        Assert.Equal(code, MortonCode4.EncodePortable(cell[0], cell[1], cell[2], cell[3]));
        Assert.Equal((cell[0], cell[1], cell[2], cell[3]), MortonCode4.Decode(code));
        Assert.Equal((cell[0], cell[1], cell[2], cell[3]), MortonCode4.DecodePortable(code));
    }, seed: "0000KDc4Hx31");

    [Fact]
    public void Bits_beyond_an_axis_are_dropped()
    {
        Assert.Equal(MortonCode3.Encode(5, 6, 7), MortonCode3.Encode(5 | (1 << 21), 6 | (1 << 30), 7));
        Assert.Equal(MortonCode3.EncodePortable(5, 6, 7), MortonCode3.EncodePortable(5 | (1 << 21), 6 | (1 << 30), 7));
        Assert.Equal(MortonCode4.Encode(5, 6, 7, 8), MortonCode4.Encode(5 | (1 << 16), 6, 7 | (1 << 20), 8));
        Assert.Equal(MortonCode4.EncodePortable(5, 6, 7, 8), MortonCode4.EncodePortable(5 | (1 << 16), 6, 7 | (1 << 20), 8));
    }

    [Fact]
    public void Points_get_the_code_of_their_cell_and_outside_that_of_the_nearest()
    {
        var cube = new Cube(new Vector3(-1, -2, -3), 4);
        Vector3[] points = [new(-1, -2, -3), new(2.99f, 1.99f, 0.99f), new(3, 2, 1), new(1, 0, -1), new(-9, 9, 0.1f), new(float.NaN, float.PositiveInfinity, float.NegativeInfinity)];
        var codes = new ulong[points.Length];
        MortonCode3.Encode(points, cube, 2, codes);
        Assert.Equal([0, 63, 63, MortonCode3.Encode(2, 2, 2), MortonCode3.Encode(0, 3, 3), MortonCode3.Encode(0, 3, 0)], codes);
        MortonCode2.Encode([new(0.5f, 0.75f), new(-1, 2)], Vector2.Zero, 1, 4, codes);
        Assert.Equal([MortonCode2.Encode(8, 12), MortonCode2.Encode(0, 15)], codes[..2]);
        MortonCode4.Encode([new(0.5f, 0.75f, 0, 1)], Vector4.Zero, 1, 16, codes);
        Assert.Equal(MortonCode4.Encode(1 << 15, 3 << 14, 0, 65535), codes[0]);
    }

    [Fact]
    public void A_cube_without_size_and_a_depth_without_bits_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MortonCode3.Encode([Vector3.One], new Cube(Vector3.Zero, 0), 4, new ulong[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MortonCode3.Encode([Vector3.One], new Cube(Vector3.Zero, float.NaN), 4, new ulong[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MortonCode3.Encode([Vector3.One], new Cube(Vector3.Zero, 1), 22, new ulong[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MortonCode3.Encode([Vector3.One], new Cube(Vector3.Zero, 1), 4, []));
    }

    private static ulong Interleave(params uint[] cell)
    {
        var code = 0UL;
        for (var bit = 0; bit < 64 / cell.Length; bit++)
        {
            for (var axis = 0; axis < cell.Length; axis++)
                code |= (ulong)((cell[axis] >> bit) & 1) << (bit * cell.Length + axis);
        }
        return code;
    }
}
