using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Layouts;

/// <summary>A random matrix and a mask that a layout can store, and what a dense computation says about them.</summary>
internal sealed class SparseCase
{
    public static readonly (string Layout, ElementType Element)[] Storages =
    [
        ("csr", ElementType.Float32), ("csr", ElementType.BFloat16),
        ("bitmap", ElementType.Float32), ("bitmap", ElementType.BFloat16), ("bitmap", ElementType.Float16), ("bitmap", ElementType.Int8),
        ("2:4", ElementType.Float32), ("2:4", ElementType.BFloat16), ("2:4", ElementType.Int8),
        ("4:8", ElementType.Float32), ("4:8", ElementType.BFloat16), ("4:8", ElementType.Int8),
        ("1:4", ElementType.Float32), ("1:4", ElementType.BFloat16), ("1:4", ElementType.Int8),
        ("2:8", ElementType.Float32), ("2:8", ElementType.BFloat16), ("2:8", ElementType.Int8),
        ("1:3", ElementType.Float32), ("5:32", ElementType.BFloat16), ("3:7", ElementType.Int8), ("2:2", ElementType.Float32),
        ("block 1x8", ElementType.Float32), ("block 1x8", ElementType.BFloat16),
        ("block 8x1", ElementType.Float32), ("block 8x1", ElementType.BFloat16),
        ("block 4x4", ElementType.Float32), ("block 16x1", ElementType.BFloat16), ("block 16x1", ElementType.Float32),
        ("block 2x16", ElementType.Float32), ("block 3x5", ElementType.Float32), ("block 32x32", ElementType.BFloat16),
        ("tiled-csl", ElementType.Float16),
    ];

    private SparseCase(string layout, ElementType element, Tensor<float> values, Mask mask)
    {
        Name = layout;
        Values = values;
        Mask = mask;
        Layout = MatrixLayoutFactory.Create(layout, element, values.Matrix, mask);
        Dense = new Tensor<float>(values.Shape);
        Layout.ToDense(Dense.Matrix);
    }

    public string Name { get; }

    /// <summary>What was given.</summary>
    public Tensor<float> Values { get; }

    public Mask Mask { get; }

    public MatrixLayout Layout { get; }

    /// <summary>What the layout says it holds.</summary>
    public Tensor<float> Dense { get; }

    public static SparseCase Make(string layout, ElementType element, int rows, int columns, double density, ulong seed)
    {
        var chance = new RandomStream(seed, "sparse case");
        if (LayoutRegistry.TryParseNm(layout, out var keep, out var group))
            columns = Math.Max(1, columns / group) * group;
        var values = new Tensor<float>(new Shape(rows, columns));
        chance.FillNormal(values.Span, 0.5);
        // Kept zeros must survive.
        for (var i = 0; i < values.Length; i += 37)
            values.Span[i] = 0;
        return new SparseCase(layout, element, values, MakeMask(layout, rows, columns, density, chance, keep, group));
    }

    public float[] Input(ulong seed)
    {
        var x = new float[Layout.Columns];
        new RandomStream(seed, "input").FillNormal(x);
        return x;
    }

    public static Tensor<float> Batch(int batch, int width, ulong seed)
    {
        var x = new Tensor<float>(new Shape(batch, width));
        new RandomStream(seed, "batch").FillNormal(x.Span);
        return x;
    }

    /// <summary>Sum and sum of magnitudes of one output, in double.</summary>
    public (double Sum, double Magnitude) Dot(int row, ReadOnlySpan<float> x)
    {
        var (sum, magnitude) = (0.0, 0.0);
        var line = Dense.Matrix.Row(row);
        for (var i = 0; i < line.Length; i++)
        {
            sum += (double)line[i] * x[i];
            magnitude += Math.Abs((double)line[i] * x[i]);
        }
        return (sum, magnitude);
    }

    /// <summary>A float32 sum of k terms in any order is off by at most about k eps times the magnitudes; sums are far better, and this bound is tight enough to see a lost term.</summary>
    public static void AssertClose((double Sum, double Magnitude) expected, float actual, string where) =>
        Assert.True(Math.Abs(expected.Sum - actual) <= 2e-6 * expected.Magnitude + 1e-12, $"{where}: {actual} instead of {expected.Sum}");

    private static Mask MakeMask(string layout, int rows, int columns, double density, RandomStream chance, int keep, int group)
    {
        var mask = new Mask(rows, columns);
        if (group > 0)
        {
            var order = new int[group];
            for (var row = 0; row < rows; row++)
                for (var start = 0; start < columns; start += group)
                {
                    for (var i = 0; i < group; i++)
                        order[i] = i;
                    chance.Shuffle<int>(order);
                    for (var i = 0; i < keep; i++)
                        mask[row, start + order[i]] = true;
                }
            return mask;
        }
        if (!LayoutRegistry.TryParseBlock(layout, out var r, out var c))
            (r, c) = (1, 1);
        for (var top = 0; top < rows; top += r)
        {
            // Some rows full, some empty.
            var rowDensity = (top / r % 7) switch { 3 => 1.0, 5 => 0.0, _ => density };
            for (var left = 0; left < columns; left += c)
                if (chance.NextDouble() < rowDensity)
                    for (var i = top; i < Math.Min(rows, top + r); i++)
                        for (var j = left; j < Math.Min(columns, left + c); j++)
                            mask[i, j] = true;
        }
        return mask;
    }
}
