using CsCheck;
using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Layouts;

public class DictionaryMatrixTests
{
    private static Gen<(int Rows, int Columns, int Atoms, int PerRow, ulong Seed)> Cases =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 90], Gen.Int[1, 80], Gen.Int[0, 80], Gen.ULong).Select(c => (c.Item1, c.Item2, c.Item3, Math.Min(c.Item4, c.Item3), c.Item5));

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public void The_matrix_is_the_product_of_its_factors_and_all_products_agree_with_it(ElementType element) => Gen.Select(Cases, Gen.Int[1, 12]).Sample((sample, batch) =>
    {
        var (dictionary, codes) = Factors(sample.Rows, sample.Columns, sample.Atoms, sample.PerRow, sample.Seed);
        var matrix = DictionaryMatrix.Create(dictionary.Matrix, codes, element);
        Assert.Equal(DictionaryMatrix.BytesFor(element, sample.Rows, sample.Columns, sample.Atoms, sample.PerRow), matrix.ByteCount);
        var (expected, magnitude) = Product(dictionary, codes, element);
        var dense = new Tensor<float>(new Shape(sample.Rows, sample.Columns));
        matrix.ToDense(dense.Matrix);
        for (var i = 0; i < dense.Span.Length; i++)
            Assert.Equal(expected.Span[i], dense.Span[i], 4e-6 * magnitude.Span[i] + 1e-30);
        Check(matrix, expected, magnitude, batch, transposed: false, sample.Seed);
        Check(matrix, expected, magnitude, batch, transposed: true, sample.Seed);
        Assert.Equal(0, matrix.Sparsity);
    }, iter: 40, seed: "0000KDc4Hx31");

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public void A_matrix_read_from_its_parts_and_a_copy_are_the_same(ElementType element)
    {
        var matrix = Make(element);
        foreach (var again in new[] { LayoutRegistry.Read("dictionary", element, 21, 33, matrix.Parts), MatrixLayoutFactory.Copy(matrix), MatrixLayoutFactory.Convert(matrix, "dictionary", element) })
        {
            var other = Assert.IsType<DictionaryMatrix>(again);
            Assert.Equal((19, 5, matrix.ByteCount), (other.Atoms, other.AtomsPerRow, other.ByteCount));
            Assert.Equal(Dense(matrix), Dense(other));
        }
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public void Rows_taken_from_it_are_its_rows_and_count_its_dictionary_or_do_not(ElementType element)
    {
        var matrix = Make(element);
        var whole = Dense(matrix);
        foreach (var (first, count) in ((int, int)[])[(0, 21), (0, 1), (7, 9), (20, 1)])
        {
            var (own, shared) = (matrix.TakeRows(first, count, shared: false), matrix.TakeRows(first, count, shared: true));
            Assert.Equal(whole[(first * 33)..((first + count) * 33)], Dense(own));
            Assert.Equal(Dense(own), Dense(shared));
            Assert.Equal(DictionaryMatrix.BytesFor(element, count, 33, 19, 5), own.ByteCount);
            Assert.Equal(own.ByteCount - own.Parts[0].Bytes.Length, shared.ByteCount);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.TakeRows(20, 2, shared: false));
    }

    [Fact]
    public void It_converts_to_other_value_types_and_layouts()
    {
        var matrix = Make(ElementType.Float32);
        var brain = Assert.IsType<DictionaryMatrix>(MatrixLayoutFactory.Convert(matrix, "dictionary", ElementType.BFloat16));
        Assert.Equal((19, 5), (brain.Atoms, brain.AtomsPerRow));
        Assert.Equal(Dense(Make(ElementType.BFloat16)), Dense(brain));
        Assert.Equal(Dense(matrix), Dense(MatrixLayoutFactory.Convert(matrix, "csr", ElementType.Float32)));
        Assert.Equal(Dense(matrix), Dense(MatrixLayoutFactory.Convert(matrix, "dense", ElementType.Float32)));
    }

    [Fact]
    public void No_mask_makes_one_and_the_message_says_what_does()
    {
        var values = new Tensor<float>(new Shape(2, 4));
        var fault = Assert.Throws<InvalidSettingException>(() => MatrixLayoutFactory.Create("dictionary", ElementType.Float32, values.Matrix, Mask.Full(2, 4)));
        Assert.Contains("update", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => LayoutRegistry.FindForMask("dictionary"));
        Assert.Throws<UnsupportedException>(() => MatrixLayoutFactory.Convert(Make(ElementType.Float32), "dictionary", ElementType.Int8));
    }

    [Fact]
    public void The_example_of_the_class_comment_is_so()
    {
        var dictionary = new Tensor<float>(new Shape(3, 3), [1, 0, 2, 0, 1, 2, 0, -4, 0]);
        var codes = new SparseCodes(2, 3, 2);
        ((int[])[1, 2, 0, 1]).CopyTo(codes.Indices, 0);
        ((double[])[3, 1, 2, -1]).CopyTo(codes.Values, 0);
        var matrix = DictionaryMatrix.Create(dictionary.Matrix, codes, ElementType.Float32);
        Assert.Equal([0, -1, 6, 2, -1, 2], Dense(matrix));
        Assert.Equal((9 + 4 + 16) * 4 + 2, matrix.ByteCount);
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        var matrix = Make(ElementType.Float32);
        foreach (var missing in matrix.Parts)
        {
            var fault = Assert.Throws<ArgumentException>(() => LayoutRegistry.Read("dictionary", ElementType.Float32, 21, 33, [.. matrix.Parts.Where(part => part != missing)]));
            Assert.Contains($"'{missing.Name}'", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(22, 33)]
    [InlineData(21, 32)]
    [InlineData(0, 33)]
    [InlineData(21, 0)]
    [InlineData(1 << 30, 1 << 30)]
    public void A_claimed_shape_that_is_not_the_parts_is_refused(int rows, int columns) =>
        Assert.Throws<ArgumentException>(() => LayoutRegistry.Read("dictionary", ElementType.Float32, rows, columns, Make(ElementType.Float32).Parts));

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public unsafe void Damaged_parts_are_refused_or_harmless(ElementType element)
    {
        var chance = new RandomStream(12, "damage");
        var (x, y, dense) = (new float[33], new float[21], new Tensor<float>(new Shape(21, 33)));
        var refused = 0;
        for (var attempt = 0; attempt < 300; attempt++)
        {
            var parts = Make(element).Parts.ToArray();
            var index = chance.NextInt(3);
            var part = parts[index];
            if (chance.NextInt(3) == 0)
                parts[index] = new LayoutPart(part.Name, part.Type, new TensorStorage<byte>(part.Pointer, chance.NextInt((int)part.Count) * (long)LayoutPart.SizeOf(part.Type), part.Bytes));
            else
                part.Pointer[chance.NextInt((int)part.Bytes.Length)] = (byte)chance.NextInt(256);
            try
            {
                var read = LayoutRegistry.Read("dictionary", element, 21, 33, parts);
                read.Multiply(x, y);
                read.ToDense(dense.Matrix);
            }
            catch (ArgumentException fault)
            {
                Assert.StartsWith("dictionary", fault.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.True(refused > 100, $"{refused} of 300");
    }

    [Fact]
    public void Values_that_are_not_finite_are_refused()
    {
        var (dictionary, codes) = Factors(4, 5, 3, 2, 1);
        codes.Values[3] = double.NaN;
        Assert.Throws<NumericalException>(() => DictionaryMatrix.Create(dictionary.Matrix, codes, ElementType.Float32));
        (dictionary, codes) = Factors(4, 5, 3, 2, 1);
        dictionary.Span[7] = float.PositiveInfinity;
        Assert.Throws<NumericalException>(() => DictionaryMatrix.Create(dictionary.Matrix, codes, ElementType.Float32));
    }

    [Fact]
    public void Vectors_of_the_wrong_length_are_refused()
    {
        var matrix = Make(ElementType.Float32);
        Assert.Throws<ArgumentException>(() => matrix.Multiply(new float[34], new float[21]));
        Assert.Throws<ArgumentException>(() => matrix.MultiplyBatch(new Tensor<float>(new Shape(2, 33)).Matrix, new Tensor<float>(new Shape(3, 21)).Matrix));
        Assert.Throws<ArgumentException>(() => matrix.MultiplyTransposed(new Tensor<float>(new Shape(2, 33)).Matrix, new Tensor<float>(new Shape(2, 21)).Matrix));
    }

    private static DictionaryMatrix Make(ElementType element)
    {
        var (dictionary, codes) = Factors(21, 33, 19, 5, 4);
        return DictionaryMatrix.Create(dictionary.Matrix, codes, element);
    }

    private static (Tensor<float> Dictionary, SparseCodes Codes) Factors(int rows, int columns, int atoms, int perRow, ulong seed)
    {
        var chance = new RandomStream(seed, "factors");
        var dictionary = new Tensor<float>(new Shape(atoms, columns));
        chance.FillNormal(dictionary.Span);
        var codes = new SparseCodes(rows, atoms, perRow);
        var order = Enumerable.Range(0, atoms).ToArray();
        for (var row = 0; row < rows; row++)
        {
            chance.Shuffle(order.AsSpan());
            order.Take(perRow).Order().ToArray().CopyTo(codes.IndicesOf(row));
            foreach (ref var value in codes.ValuesOf(row))
                value = chance.NextNormal();
        }
        return (dictionary, codes);
    }

    // S D in double with the values as they are stored, and the sums of magnitudes.
    private static (Tensor<double> Values, Tensor<double> Magnitudes) Product(Tensor<float> dictionary, SparseCodes codes, ElementType element)
    {
        double Stored(double value) => element == ElementType.BFloat16 ? BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits((float)value) + 0x7FFF + ((BitConverter.SingleToUInt32Bits((float)value) >> 16) & 1)) & 0xFFFF0000) : (float)value;
        var columns = dictionary.Shape.Columns;
        var (sums, magnitudes) = (new Tensor<double>(new Shape(codes.Signals, columns)), new Tensor<double>(new Shape(codes.Signals, columns)));
        for (var row = 0; row < codes.Signals; row++)
            for (var i = 0; i < codes.PerSignal; i++)
                for (var column = 0; column < columns; column++)
                {
                    var term = Stored(codes.ValuesOf(row)[i]) * Stored(dictionary.Matrix[codes.IndicesOf(row)[i], column]);
                    sums.Matrix[row, column] += term;
                    magnitudes.Matrix[row, column] += Math.Abs(term);
                }
        return (sums, magnitudes);
    }

    private static void Check(DictionaryMatrix matrix, Tensor<double> expected, Tensor<double> magnitudes, int batch, bool transposed, ulong seed)
    {
        var (from, to) = transposed ? (matrix.Rows, matrix.Columns) : (matrix.Columns, matrix.Rows);
        var x = SparseCase.Batch(batch, from, seed);
        var y = new Tensor<float>(new Shape(batch, to));
        y.Span.Fill(float.NaN);
        if (transposed)
            matrix.MultiplyTransposed(x.Matrix, y.Matrix);
        else if (batch == 1)
            matrix.Multiply(x.Span, y.Span);
        else
            matrix.MultiplyBatch(x.Matrix, y.Matrix);
        for (var b = 0; b < batch; b++)
            for (var j = 0; j < to; j++)
            {
                var (sum, magnitude) = (0.0, 0.0);
                for (var i = 0; i < from; i++)
                {
                    sum += x.Matrix[b, i] * (transposed ? expected.Matrix[i, j] : expected.Matrix[j, i]);
                    magnitude += Math.Abs(x.Matrix[b, i]) * (transposed ? magnitudes.Matrix[i, j] : magnitudes.Matrix[j, i]);
                }
                Assert.Equal(sum, y.Matrix[b, j], 4e-6 * magnitude + 1e-30);
            }
    }

    private static float[] Dense(MatrixLayout matrix)
    {
        var dense = new Tensor<float>(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(dense.Matrix);
        return dense.Span.ToArray();
    }
}
