using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Tests.Layouts;

public unsafe class DenseMatrixTests
{
    // Root mean square error of storing normal weights, relative to their deviation.
    [Theory]
    [InlineData(ElementType.Float32, 0, 0)]
    [InlineData(ElementType.Float16, 0, 2.5e-4)]
    [InlineData(ElementType.BFloat16, 0, 2e-3)]
    [InlineData(ElementType.Int8, 0, 9e-3)]
    [InlineData(ElementType.Int8, 64, 7e-3)]
    [InlineData(ElementType.Q8_0, 0, 6e-3)]
    [InlineData(ElementType.Q6_K, 0, 0.02)]
    [InlineData(ElementType.Q4_K, 0, 0.075)]
    [InlineData(ElementType.Q4_0, 0, 0.1)]
    public void Rounding_stays_within_its_budget(ElementType element, int groupSize, double budget)
    {
        var source = Normal(64, 1024, 0.02);
        var stored = Dense(DenseMatrix.FromFloat32(source.Matrix, element, groupSize));
        var error = 0.0;
        for (var i = 0; i < source.Length; i++)
            error += Math.Pow(source.Span[i] - stored.Span[i], 2);
        Assert.InRange(Math.Sqrt(error / source.Length) / 0.02, 0, budget);
    }

    [Theory]
    [InlineData(ElementType.Float32, 4)]
    [InlineData(ElementType.BFloat16, 2)]
    [InlineData(ElementType.Int8, 1 + 4 / 512.0)]
    [InlineData(ElementType.Q8_0, 34 / 32.0)]
    [InlineData(ElementType.Q4_0, 18 / 32.0)]
    [InlineData(ElementType.Q4_K, 144 / 256.0)]
    [InlineData(ElementType.Q6_K, 210 / 256.0)]
    public void Bytes_are_those_of_the_format(ElementType element, double bytesPerWeight)
    {
        var matrix = DenseMatrix.FromFloat32(Normal(8, 512, 1).Matrix, element);
        Assert.Equal(8 * 512 * bytesPerWeight, matrix.ByteCount);
        Assert.Equal(matrix.ByteCount, DenseMatrix.BytesFor(element, 8, 512));
        Assert.Equal((element, "dense", 0.0), (matrix.Element, matrix.Name, matrix.Sparsity));
    }

    [Theory]
    [InlineData(ElementType.Q8_0)]
    [InlineData(ElementType.Q4_0)]
    [InlineData(ElementType.Q4_K)]
    [InlineData(ElementType.Q6_K)]
    public void Blocks_of_any_bytes_read_as_the_published_layout_says(ElementType element)
    {
        var random = new RandomStream(3, "blocks");
        var bytes = (int)DenseMatrix.BytesFor(element, 20, 256);
        var storage = new TensorStorage<byte>(bytes);
        for (var i = 0; i < bytes; i++)
            storage.Pointer[i] = (byte)random.NextInt(256);
        var (size, length) = element switch { ElementType.Q8_0 => (32, 34), ElementType.Q4_0 => (32, 18), ElementType.Q4_K => (256, 144), _ => (256, 210) };
        for (var block = 0; block < bytes / length; block++)
        {
            // Scales that are finite halves.
            foreach (var place in element switch { ElementType.Q4_K => new[] { 0, 2 }, ElementType.Q6_K => [208], _ => [0] })
                *(ushort*)(storage.Pointer + block * length + place) = BitConverter.HalfToUInt16Bits((Half)(random.NextDouble() - 0.3));
        }
        var dense = Dense(DenseMatrix.FromStorage(element, 20, 256, storage));
        for (var i = 0; i < dense.Length; i++)
            Assert.Equal(Reference(element, storage.Slice(i / size * length, length), i % size), dense.Span[i], Math.Abs(dense.Span[i]) * 1e-6f);
    }

    [Fact]
    public void Values_that_the_type_holds_exactly_come_back_exactly()
    {
        var source = new Tensor<float>(new Shape(2, 256));
        for (var i = 0; i < 512; i++)
            source.Span[i] = (i * 37 % 16 - 8) * 0.25f;
        foreach (var element in new[] { ElementType.Float16, ElementType.BFloat16, ElementType.Q4_0 })
            Assert.Equal(source.Span, Dense(DenseMatrix.FromFloat32(source.Matrix, element)).Span);
    }

    [Fact]
    public void Zeros_and_tiny_numbers_are_stored_in_every_type()
    {
        var source = new Tensor<float>(new Shape(2, 256));
        source.Matrix.Row(1).Fill(1e-42f);
        foreach (var element in Enum.GetValues<ElementType>().Where(element => element != ElementType.Float64))
            Assert.All(Dense(DenseMatrix.FromFloat32(source.Matrix, element)).Span.ToArray(), value => Assert.InRange(Math.Abs(value), 0, 1e-41f));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_refused_and_its_row_named(float bad)
    {
        foreach (var element in Enum.GetValues<ElementType>().Where(element => element != ElementType.Float64))
        {
            var source = Normal(5, 256, 1);
            source.Matrix[3, 200] = bad;
            Assert.Contains("row 3", Assert.Throws<NumericalException>(() => DenseMatrix.FromFloat32(source.Matrix, element)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_a_way_out()
    {
        var source = Normal(2, 100, 1);
        Assert.Contains("blocks hold 32", Assert.Throws<MismatchException>(() => DenseMatrix.FromFloat32(source.Matrix, ElementType.Q4_0)).Message, StringComparison.Ordinal);
        Assert.Contains("400 bytes", Assert.Throws<MismatchException>(() => DenseMatrix.FromStorage(ElementType.BFloat16, 2, 100, new TensorStorage<byte>(399))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => DenseMatrix.FromFloat32(source.Matrix, ElementType.Int8, 40));
        Assert.Throws<UnsupportedException>(() => DenseMatrix.FromFloat32(source.Matrix, ElementType.Float64));
        source.Span[5] = 1e6f;
        Assert.Throws<NumericalException>(() => DenseMatrix.FromFloat32(source.Matrix, ElementType.Float16));
    }

    [Fact]
    public void Halves_times_inputs_beyond_their_own_range_are_still_right()
    {
        var matrix = DenseMatrix.FromFloat32(Normal(6, 40, 1).Matrix, ElementType.Float16);
        var (x, y) = (new float[40], new float[6]);
        new RandomStream(4, "x").FillNormal(x, 1e9);
        matrix.Multiply(x, y);
        var dense = Dense(matrix);
        for (var i = 0; i < 6; i++)
        {
            var expected = Enumerable.Range(0, 40).Sum(j => (double)x[j] * dense.Matrix[i, j]);
            Assert.Equal(expected, y[i], 1e5);
        }
    }

    [Fact]
    public void NaN_in_the_input_reaches_every_output()
    {
        foreach (var element in Enum.GetValues<ElementType>().Where(element => element != ElementType.Float64))
        {
            var (x, y) = (new float[256], new float[9]);
            x[40] = float.NaN;
            DenseMatrix.FromFloat32(Normal(9, 256, 1).Matrix, element).Multiply(x, y);
            Assert.All(y, value => Assert.True(float.IsNaN(value), $"{element}"));
        }
    }

    [Fact]
    public void Groups_of_columns_have_their_own_scale()
    {
        var source = Normal(7, 150, 0.01);
        for (var i = 0; i < 7; i++)
            source.Matrix[i, 149] = 50;
        var (perRow, perGroup) = (Dense(DenseMatrix.FromFloat32(source.Matrix, ElementType.Int8)), DenseMatrix.FromFloat32(source.Matrix, ElementType.Int8, 32));
        var grouped = Dense(perGroup);
        Assert.Equal(0, perRow.Matrix[0, 0]);
        Assert.Equal(source.Matrix[0, 0], grouped.Matrix[0, 0], 3e-4f);
        var (x, y) = (new float[150], new float[7]);
        new RandomStream(4, "x").FillNormal(x);
        perGroup.Multiply(x, y);
        for (var i = 0; i < 7; i++)
            Assert.Equal(Enumerable.Range(0, 150).Sum(j => (double)x[j] * grouped.Matrix[i, j]), y[i], 0.5);
    }

    [Fact]
    public void A_vector_product_allocates_nothing()
    {
        foreach (var element in Enum.GetValues<ElementType>().Where(element => element != ElementType.Float64))
        {
            var matrix = DenseMatrix.FromFloat32(Normal(40, 512, 1).Matrix, element);
            var (x, y) = (new float[512], new float[40]);
            matrix.Multiply(x, y);
            var before = GC.GetAllocatedBytesForCurrentThread();
            matrix.Multiply(x, y);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    // The layouts as GGUF's readers state them, weight by weight.
    private static float Reference(ElementType element, ReadOnlySpan<byte> block, int i)
    {
        switch (element)
        {
            case ElementType.Q8_0:
                return (float)BitConverter.ToHalf(block) * (sbyte)block[2 + i];
            case ElementType.Q4_0:
                return (float)BitConverter.ToHalf(block) * ((i < 16 ? block[2 + i] & 15 : block[2 + i - 16] >> 4) - 8);
            case ElementType.Q4_K:
                var group = i / 32;
                var packed = block.Slice(4, 12);
                var (scale, minimum) = group < 4
                    ? (packed[group] & 63, packed[group + 4] & 63)
                    : ((packed[group + 4] & 15) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));
                var nibble = block[16 + i / 64 * 32 + i % 32] >> (i / 32 % 2 * 4) & 15;
                return (float)BitConverter.ToHalf(block) * scale * nibble - (float)BitConverter.ToHalf(block[2..]) * minimum;
            default:
                var (half, part, l) = (i / 128, i % 128 / 32, i % 32);
                var low = block[64 * half + (part is 1 or 3 ? 32 : 0) + l];
                var level = (part < 2 ? low & 15 : low >> 4) | (block[128 + 32 * half + l] >> (2 * part) & 3) << 4;
                return (float)BitConverter.ToHalf(block[208..]) * (sbyte)block[192 + i / 16] * (level - 32);
        }
    }

    private static Tensor<float> Dense(DenseMatrix matrix)
    {
        var dense = new Tensor<float>(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(dense.Matrix);
        return dense;
    }

    private static Tensor<float> Normal(int rows, int columns, double deviation)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(9, "weights").FillNormal(tensor.Span, deviation);
        return tensor;
    }
}
