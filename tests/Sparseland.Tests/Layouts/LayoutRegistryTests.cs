using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Layouts;

public class LayoutRegistryTests
{
    [Theory]
    [MemberData(nameof(SparseMatrixTests.Storages), MemberType = typeof(SparseMatrixTests))]
    public void Damaged_parts_are_refused_or_harmless(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 21, 130, 0.4, 11);
        var chance = new RandomStream(12, "damage");
        var x = made.Input(1);
        var y = new float[made.Layout.Rows];
        for (var attempt = 0; attempt < 300; attempt++)
        {
            var parts = ((ILayoutParts)made.Layout).Parts.Select(Copy).ToList();
            Damage(parts, chance);
            MatrixLayout read;
            try
            {
                read = LayoutRegistry.Read(made.Layout.Name, element, made.Layout.Rows, made.Layout.Columns, parts);
            }
            catch (ArgumentException fault)
            {
                Assert.StartsWith(made.Layout.Name, fault.Message, StringComparison.Ordinal);
                continue;
            }
            // Only values (or a mask that still fits) were touched: everything must still run inside its bounds.
            read.Multiply(x, y);
            read.ToMask();
            read.ToDense(made.Dense.Matrix);
        }
    }

    [Theory]
    [MemberData(nameof(SparseMatrixTests.Storages), MemberType = typeof(SparseMatrixTests))]
    public void A_missing_part_is_named(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 8, 96, 0.4, 11);
        var parts = ((ILayoutParts)made.Layout).Parts;
        foreach (var missing in parts)
        {
            var fault = Assert.Throws<ArgumentException>(() =>
                LayoutRegistry.Read(made.Layout.Name, element, made.Layout.Rows, made.Layout.Columns, [.. parts.Where(part => part != missing)]));
            Assert.Contains($"'{missing.Name}'", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(8, 97)]
    [InlineData(9, 96)]
    [InlineData(int.MaxValue, 96)]
    [InlineData(8, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_claimed_shape_that_is_not_the_parts_is_refused(int rows, int columns)
    {
        foreach (var (layout, element) in SparseCase.Storages)
        {
            var parts = ((ILayoutParts)SparseCase.Make(layout, element, 8, 96, 0.4, 11).Layout).Parts;
            try
            {
                var read = LayoutRegistry.Read(layout, element, rows, columns, parts);
                // 97 columns may well hold what 96 held; nothing may be read outside.
                read.Multiply(new float[columns], new float[rows]);
            }
            catch (Exception fault) when (fault is ArgumentException or SparselandException or OverflowException)
            {
                Assert.NotEmpty(fault.Message);
            }
        }
    }

    [Fact]
    public unsafe void Padding_where_a_value_stands_is_refused()
    {
        var values = new Tensor<float>(new Shape(3, 5));
        values.Span.Fill(1);
        var parts = ((ILayoutParts)MatrixLayoutFactory.Create("tiled-csl", ElementType.Float16, values.Matrix, Mask.Full(3, 5))).Parts.Select(Copy).ToArray();
        LayoutRegistry.Read("tiled-csl", ElementType.Float16, 3, 5, parts);
        var entries = new Span<uint>(parts[1].Pointer, 16);
        var taken = entries.ToArray().First(entry => (ushort)entry != 0);
        entries[entries.IndexOf(entries.ToArray().First(entry => (ushort)entry == 0))] = taken & 0xFFFF0000;
        Assert.Contains("taken", Assert.Throws<ArgumentException>(() => LayoutRegistry.Read("tiled-csl", ElementType.Float16, 3, 5, parts)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_name_gets_a_suggestion()
    {
        var fault = Assert.Throws<InvalidSettingException>(() => LayoutRegistry.Find("bitmpa"));
        Assert.Contains("did you mean 'bitmap'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_type_that_a_layout_does_not_store_is_refused() =>
        Assert.Throws<UnsupportedException>(() => MatrixLayoutFactory.Create("csr", ElementType.Int8, new Tensor<float>(new Shape(2, 4)).Matrix, new Mask(2, 4)));

    [Fact]
    public void A_mask_that_does_not_fit_the_layout_is_refused_with_the_place()
    {
        var mask = new Mask(2, 8);
        var values = new Tensor<float>(new Shape(2, 8));
        Assert.Contains("row 0", Assert.Throws<MismatchException>(() => MatrixLayoutFactory.Create("2:4", ElementType.Float32, values.Matrix, mask)).Message, StringComparison.Ordinal);
        mask[1, 3] = true;
        Assert.Contains("row 1", Assert.Throws<MismatchException>(() => MatrixLayoutFactory.Create("block 1x8", ElementType.Float32, values.Matrix, mask)).Message, StringComparison.Ordinal);
        Assert.Throws<MismatchException>(() => MatrixLayoutFactory.Create("2:3", ElementType.Float32, values.Matrix, mask));
        Assert.Throws<InvalidSettingException>(() => MatrixLayoutFactory.Create("5:4", ElementType.Float32, values.Matrix, mask));
    }

    private static unsafe LayoutPart Copy(LayoutPart part)
    {
        var copy = LayoutPart.Allocate(part.Name, part.Type, part.Count);
        new ReadOnlySpan<byte>(part.Pointer, (int)part.Bytes.Length).CopyTo(new Span<byte>(copy.Pointer, (int)part.Bytes.Length));
        return copy;
    }

    private static unsafe void Damage(List<LayoutPart> parts, RandomStream chance)
    {
        var index = chance.NextInt(parts.Count);
        var part = parts[index];
        if (part.Bytes.Length == 0)
            return;
        if (chance.NextInt(4) == 0)
        {
            var count = chance.NextInt((int)part.Count + 1);
            parts[index] = new LayoutPart(part.Name, part.Type, new TensorStorage<byte>(part.Pointer, (long)count * LayoutPart.SizeOf(part.Type), part.Bytes));
            return;
        }
        for (var i = chance.NextInt(3); i >= 0; i--)
            part.Pointer[chance.NextInt((int)part.Bytes.Length)] = (byte)chance.NextInt(256);
    }
}
