using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Layouts;

public class SparseMatrixTests
{
    public static TheoryData<string, ElementType> Storages
    {
        get
        {
            var data = new TheoryData<string, ElementType>();
            foreach (var (layout, element) in SparseCase.Storages)
                data.Add(layout, element);
            return data;
        }
    }

    private static Gen<(int Rows, int Columns, double Density, ulong Seed)> Cases =>
        Gen.Select(Gen.OneOf(Gen.Const(1), Gen.Int[2, 40], Gen.Int[120, 140]), Gen.OneOf(Gen.Int[1, 20], Gen.Int[60, 70], Gen.Int[100, 300]), Gen.Double[0, 1], Gen.ULong);

    [Theory]
    [MemberData(nameof(Storages))]
    public void What_is_kept_comes_back_as_it_was_stored(string layout, ElementType element) => Cases.Sample(sample =>
    {
        var made = SparseCase.Make(layout, element, sample.Rows, sample.Columns, sample.Density, sample.Seed);
        Assert.True(made.Layout.ToMask().Words.SequenceEqual(made.Mask.Words), "the mask differs");
        Assert.Equal(made.Mask.KeptCount, made.Layout.KeptCount);
        Assert.Equal(layout, made.Layout.Name);
        for (var row = 0; row < made.Layout.Rows; row++)
        {
            var scale = made.Layout is SparseMatrix { Scales.Length: > 0 } sparse ? sparse.Scales[row] : 0;
            for (var column = 0; column < made.Layout.Columns; column++)
            {
                var given = made.Mask[row, column] ? made.Values.Matrix[row, column] : 0;
                var tolerance = element switch
                {
                    ElementType.Float32 => 0,
                    ElementType.BFloat16 => Math.Abs(given) / 256,
                    ElementType.Float16 => Math.Abs(given) / 2048 + 3.1e-8f,
                    _ => scale * 0.50001f,
                };
                Assert.InRange(made.Dense.Matrix[row, column], given - tolerance, given + tolerance);
            }
        }
    }, iter: 12, seed: "0000KDc4Hx31");

    [Theory]
    [MemberData(nameof(Storages))]
    public void Storing_what_was_stored_changes_nothing(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 37, 130, 0.3, 5);
        var again = MatrixLayoutFactory.Convert(made.Layout, layout, element);
        AssertSameParts((SparseMatrix)made.Layout, (SparseMatrix)again);
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void A_layout_read_from_its_parts_is_the_same(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 37, 130, 0.3, 6);
        var parts = ((ILayoutParts)made.Layout).Parts;
        var read = LayoutRegistry.Read(made.Layout.Name, element, made.Layout.Rows, made.Layout.Columns, parts);
        AssertSameParts((SparseMatrix)made.Layout, (SparseMatrix)read);
        Assert.Equal(made.Layout.ByteCount, read.ByteCount);
        var dense = new Tensor<float>(made.Dense.Shape);
        read.ToDense(dense.Matrix);
        Assert.True(dense.Span.SequenceEqual(made.Dense.Span));
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void Kept_values_that_are_not_finite_are_refused_with_their_place(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 40, 96, 0.4, 8);
        var row = Enumerable.Range(17, 20).First(row => Enumerable.Range(30, 60).Any(column => made.Mask[row, column]));
        var column = Enumerable.Range(30, 60).First(column => made.Mask[row, column]);
        foreach (var value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            made.Values.Matrix[row, column] = value;
            var fault = Assert.Throws<NumericalException>(() => MatrixLayoutFactory.Create(layout, element, made.Values.Matrix, made.Mask));
            Assert.Contains($"row {row}, column {column} of a 40 x {made.Mask.Columns} matrix", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Values_that_are_not_kept_may_be_anything()
    {
        var made = SparseCase.Make("bitmap", ElementType.Int8, 9, 70, 0.5, 8);
        var dropped = Enumerable.Range(0, 70).First(column => !made.Mask[4, column]);
        made.Values.Matrix[4, dropped] = float.NaN;
        AssertSameParts((SparseMatrix)made.Layout, (SparseMatrix)MatrixLayoutFactory.Create("bitmap", ElementType.Int8, made.Values.Matrix, made.Mask));
    }

    [Theory]
    [InlineData(ElementType.Float16, 65520f)]
    [InlineData(ElementType.BFloat16, 1.99609375f * 1.7014118346e38f)]
    public void Values_beyond_the_range_of_their_type_are_refused(ElementType element, float beyond)
    {
        var largest = MathF.BitDecrement(beyond);
        var values = new Tensor<float>(new Shape(1, 2));
        values.Span[1] = largest;
        var dense = new float[2];
        MatrixLayoutFactory.Create("bitmap", element, values.Matrix, Mask.Full(1, 2)).CopyRow(0, dense);
        Assert.True(float.IsFinite(dense[1]));
        values.Span[1] = -beyond;
        Assert.Throws<NumericalException>(() => MatrixLayoutFactory.Create("bitmap", element, values.Matrix, Mask.Full(1, 2)));
    }

    [Fact]
    public void Any_layout_converts_to_any_other_that_can_hold_it()
    {
        var made = SparseCase.Make("2:4", ElementType.Float32, 24, 128, 0, 7);
        foreach (var (layout, element) in SparseCase.Storages)
        {
            if (element != ElementType.Float32 || !LayoutRegistry.Find(layout).Fits(layout, made.Mask))
                continue;
            var there = MatrixLayoutFactory.Convert(made.Layout, layout, element);
            AssertSameParts((SparseMatrix)made.Layout, (SparseMatrix)MatrixLayoutFactory.Convert(there, "2:4", element));
        }
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void A_walk_in_pieces_meets_the_same_entries(string layout, ElementType element) => Gen.Select(Gen.Int[1, 5], Gen.ULong).Sample((step, seed) =>
    {
        var matrix = (SparseMatrix)SparseCase.Make(layout, element, 9, 400, 0.3, seed).Layout;
        var expected = new float[matrix.Columns];
        var chance = new RandomStream(seed, "start");
        for (var row = 0; row < matrix.Rows; row++)
        {
            matrix.CopyRow(row, expected);
            var start = Math.Min(chance.NextInt(5) * 64, matrix.Columns / 64 * 64);
            Assert.True(expected.AsSpan(start).SequenceEqual(WalkRow(matrix, row, start, step * 64)), $"row {row} of {matrix} from {start}");
        }
    }, iter: 10, seed: "0000KDc4Hx31");

    [Theory]
    [MemberData(nameof(Storages))]
    public void A_product_with_a_vector_equals_the_dense_one(string layout, ElementType element) => Cases.Sample(sample =>
    {
        var made = SparseCase.Make(layout, element, sample.Rows, sample.Columns, sample.Density, sample.Seed);
        var x = made.Input(sample.Seed);
        var y = new float[made.Layout.Rows];
        Array.Fill(y, float.NaN);
        made.Layout.Multiply(x, y);
        for (var row = 0; row < y.Length; row++)
            SparseCase.AssertClose(made.Dot(row, x), y[row], $"row {row} of {made.Layout}");
    }, iter: 12, seed: "0000KDc4Hx31");

    [Theory]
    [MemberData(nameof(Storages))]
    public void A_product_with_a_batch_equals_the_dense_one(string layout, ElementType element) =>
        Gen.Select(Cases, Gen.OneOf(Gen.Int[1, 9], Gen.Int[10, 70], Gen.Const(128))).Sample((sample, batch) =>
        {
            var made = SparseCase.Make(layout, element, sample.Rows, sample.Columns, sample.Density, sample.Seed);
            var x = SparseCase.Batch(batch, made.Layout.Columns, sample.Seed);
            var y = new Tensor<float>(new Shape(batch, made.Layout.Rows));
            y.Span.Fill(float.NaN);
            made.Layout.MultiplyBatch(x.Matrix, y.Matrix);
            for (var b = 0; b < batch; b++)
                for (var row = 0; row < made.Layout.Rows; row++)
                    SparseCase.AssertClose(made.Dot(row, x.Matrix.Row(b)), y.Matrix[b, row], $"batch {b} of {batch}, row {row} of {made.Layout}");
        }, iter: 8, seed: "0000KDc4Hx31");

    [Theory]
    [MemberData(nameof(Storages))]
    public void A_product_with_the_transpose_equals_the_dense_one(string layout, ElementType element) =>
        Gen.Select(Cases, Gen.OneOf(Gen.Int[1, 9], Gen.Int[10, 70])).Sample((sample, batch) =>
        {
            var made = SparseCase.Make(layout, element, sample.Rows, sample.Columns, sample.Density, sample.Seed);
            var x = SparseCase.Batch(batch, made.Layout.Rows, sample.Seed);
            var y = new Tensor<float>(new Shape(batch, made.Layout.Columns));
            y.Span.Fill(float.NaN);
            made.Layout.MultiplyTransposed(x.Matrix, y.Matrix);
            for (var b = 0; b < batch; b++)
            {
                for (var column = 0; column < made.Layout.Columns; column++)
                {
                    var (sum, magnitude) = (0.0, 0.0);
                    for (var row = 0; row < made.Layout.Rows; row++)
                    {
                        sum += (double)made.Dense.Matrix[row, column] * x.Matrix[b, row];
                        magnitude += Math.Abs((double)made.Dense.Matrix[row, column] * x.Matrix[b, row]);
                    }
                    SparseCase.AssertClose((sum, magnitude), y.Matrix[b, column], $"batch {b} of {batch}, column {column} of {made.Layout}");
                }
            }
        }, iter: 8, seed: "0000KDc4Hx31");

    [Theory]
    [MemberData(nameof(Storages))]
    public void Vectors_of_the_wrong_length_are_refused(string layout, ElementType element)
    {
        var matrix = SparseCase.Make(layout, element, 8, 96, 0.5, 3).Layout;
        var fault = Assert.Throws<ArgumentException>(() => matrix.Multiply(new float[matrix.Columns + 1], new float[8]));
        Assert.Contains($"{matrix.Columns + 1}", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => matrix.MultiplyBatch(new Tensor<float>(new Shape(2, matrix.Columns)).Matrix, new Tensor<float>(new Shape(3, 8)).Matrix));
        Assert.Throws<ArgumentException>(() => matrix.MultiplyTransposed(new Tensor<float>(new Shape(2, 9)).Matrix, new Tensor<float>(new Shape(2, matrix.Columns)).Matrix));
    }

    private static unsafe float[] WalkRow(SparseMatrix matrix, int row, int start, int step)
    {
        var line = new float[matrix.Columns - start];
        var columns = stackalloc int[512];
        var values = stackalloc float[512];
        var cursor = matrix.Seek(row, start);
        for (var first = start; first < matrix.Columns; first += step)
        {
            var end = Math.Min(first + step, matrix.Columns);
            var count = matrix.Walk(row, first, end, ref cursor, columns, values);
            for (var i = 0; i < count; i++)
            {
                Assert.True(i == 0 || columns[i] > columns[i - 1]);
                line[first - start + columns[i]] = values[i];
            }
        }
        return line;
    }

    private static unsafe void AssertSameParts(SparseMatrix expected, SparseMatrix actual)
    {
        Assert.Equal(expected.Parts.Count, actual.Parts.Count);
        for (var i = 0; i < expected.Parts.Count; i++)
        {
            Assert.Equal(expected.Parts[i].ToString(), actual.Parts[i].ToString());
            Assert.True(
                new ReadOnlySpan<byte>(expected.Parts[i].Pointer, (int)expected.Parts[i].Bytes.Length).SequenceEqual(new(actual.Parts[i].Pointer, (int)actual.Parts[i].Bytes.Length)),
                expected.Parts[i].Name);
        }
        GC.KeepAlive(expected);
        GC.KeepAlive(actual);
    }
}
